"""The GPUs that compute, if there are any: exactness, precision, and the compiled programs that are kept on disk."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import tensorflow as tf
from filelock import FileLock, Timeout

from .precision import AskedPrecision, Precision, usable_precision
from .startup import cache_folder

Capability = tuple[int, int]
"""NVIDIA's compute capability, such as (9, 0)."""

_XLA_FLAGS = "XLA_FLAGS"
_DETERMINISTIC = "--xla_gpu_exclude_nondeterministic_ops=true"
_UNTIMED = "--xla_gpu_deterministic_ops=true"
_PATIENCE = 120.0  # Seconds; XLA compiles for about ten.
_CHOICES = "--xla_gpu_per_fusion_autotune_cache_dir"


def visible_gpus() -> list[Any]:
    """The GPUs that TensorFlow uses in this process."""
    gpus: list[Any] = tf.config.get_visible_devices("GPU")
    return gpus


def capability() -> Capability | None:
    """The lowest compute capability of the visible GPUs; None if the processor computes."""
    details = (tf.config.experimental.get_device_details(gpu) for gpu in visible_gpus())
    return min((detail.get("compute_capability", (0, 0)) for detail in details), default=None)


def device_precision(asked: AskedPrecision) -> tuple[Precision, str | None]:
    """`usable_precision` on the device that computes here: a GPU, else the processor."""
    return usable_precision(asked, gpu=capability())


def kernel_choices() -> Path:
    """Where XLA keeps which kernels were fastest, among those that are deterministic."""
    return cache_folder() / "kernels"


def prepare_gpus(gpus: Sequence[Any], *, deterministic: bool, choices: Path) -> None:
    """Make settings that TensorFlow takes only before its first operation; flags that the user has set stay.

    The fastest kernel is found by timing, and two kernels round differently. So that the same seed gives the same bits,
    XLA times only deterministic kernels, keeps its choices, and takes the kept ones the next time. Where they cannot be
    kept, it must choose without timing, at three to eight times the time of a step (H200, 2026-11).

    Args:
        gpus: those that will be used.
        deterministic: whether the same seed must give the same bits.
        choices: where XLA keeps its choices.

    Raises:
        RuntimeError: TensorFlow already runs in this process.
    """
    if not gpus or not deterministic:
        return
    if len(gpus) > 1:  # They train without XLA.
        tf.config.experimental.enable_op_determinism()
        return
    flags = os.environ.get(_XLA_FLAGS, "")
    if _can_keep(choices):
        added = _DETERMINISTIC if _CHOICES in flags else f"{_DETERMINISTIC} {_CHOICES}={choices}"
    else:
        added = _UNTIMED
    os.environ[_XLA_FLAGS] = f"{flags} {added}".strip()


def _can_keep(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(folder, os.W_OK | os.X_OK) and " " not in str(folder)  # XLA's flags end at a space.


def is_deterministic() -> bool:
    """Whether XLA was asked for the same bits from the same seed."""
    flags = os.environ.get(_XLA_FLAGS, "")
    return _DETERMINISTIC in flags or _UNTIMED in flags


def program_name(name: str) -> str:
    """The name of a function that XLA compiles.

    TensorFlow finds a kept program by the names and shapes in it and not by XLA's flags, so that one which may use any
    kernel has another name than one which may not.
    """
    return f"{name}_exact" if is_deterministic() else name


@contextmanager
def compiling_alone() -> Iterator[None]:
    """Compile while no other process does, so that the second of two that start at once takes the first one's choices.

    Without a lock, where there can be none or somebody holds it for long: then the bits may differ this once.
    """
    folder = kernel_choices()
    if not folder.is_dir():
        yield
        return
    lock = FileLock(folder / ".lock")
    with suppress(Timeout, OSError):
        lock.acquire(timeout=_PATIENCE)
    try:
        yield
    finally:
        lock.release()
