"""The GPUs that compute, if there are any: exactness and precision."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import tensorflow as tf

from .precision import AskedPrecision, Precision, usable_precision

Capability = tuple[int, int]
"""NVIDIA's compute capability, such as (9, 0)."""


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


def prepare_gpus(gpus: Sequence[Any], *, deterministic: bool) -> None:
    """Make settings that TensorFlow takes only before its first operation.

    Args:
        gpus: those that will be used.
        deterministic: whether the same seed must give the same bits. Then sums have a fixed order, and XLA chooses its
            kernels without timing which is fastest, a choice that could fall differently the next time.

    Raises:
        RuntimeError: TensorFlow already runs in this process.
    """
    if gpus and deterministic:
        tf.config.experimental.enable_op_determinism()
