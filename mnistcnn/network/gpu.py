"""The GPUs that compute, if there are any: exactness, precision, and the compiled programs that are kept on disk."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import tensorflow as tf
from platformdirs import user_cache_path

from .precision import AskedPrecision, Precision, usable_precision

Capability = tuple[int, int]
"""NVIDIA's compute capability, such as (9, 0)."""

_XLA_FLAGS = "TF_XLA_FLAGS"
_CACHE_FLAG = "--tf_xla_persistent_cache_directory"


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


def compiled_programs() -> Path:
    """Where XLA's programs are kept, for this version of TensorFlow."""
    return user_cache_path("mnistcnn", appauthor=False) / "xla" / str(tf.__version__)


def prepare_gpus(gpus: Sequence[Any], *, deterministic: bool, cache: Path | None) -> None:
    """Make settings that TensorFlow takes only before its first operation; what is set already is left alone.

    Args:
        gpus: those that will be used.
        deterministic: whether the same seed must give the same bits. Then sums have a fixed order, and XLA chooses its
            kernels without trying which is fastest, a choice that could fall differently the next time.
        cache: where XLA keeps compiled programs, so that the next process starts at once; None to keep none.

    Raises:
        RuntimeError: TensorFlow already runs in this process.
    """
    if gpus and deterministic:
        tf.config.experimental.enable_op_determinism()
    flags = os.environ.get(_XLA_FLAGS, "")
    if gpus and cache is not None and _CACHE_FLAG not in flags and " " not in str(cache):  # The flags end at a space.
        os.environ[_XLA_FLAGS] = f"{flags} {_CACHE_FLAG}={cache}".strip()
