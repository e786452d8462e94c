"""Which devices of this machine compute the training steps."""

from __future__ import annotations

import tensorflow as tf

from ..errors import ConfigError
from .gpu import compiled_programs, prepare_gpus


def use_devices(devices: int | str, batch_size: int, workers: int = 1, *, deterministic: bool = True) -> int:
    """Let TensorFlow see the devices that the configuration asks for, and no other GPU; prepare the GPUs.

    Args:
        devices: as in the configuration.
        batch_size: of all workers together.
        workers: how many share the batch.
        deterministic: see `mnistcnn.network.gpu.prepare_gpus`.

    Returns:
        How many GPUs there are to use on this machine; 0 for the CPU.

    Raises:
        ConfigError: there are not so many GPUs, they do not divide the batch, or TensorFlow already runs on others.
    """
    gpus = tf.config.list_physical_devices("GPU")
    wanted = chosen_gpus(devices, batch_size, workers, len(gpus))
    if gpus:
        try:
            if wanted < len(gpus):
                tf.config.set_visible_devices(gpus[:wanted], "GPU")
            prepare_gpus(gpus[:wanted], deterministic=deterministic, cache=compiled_programs())
        except RuntimeError as error:
            raise ConfigError([f"devices: {devices}: too late: TensorFlow already runs in this process"]) from error
    return wanted


def chosen_gpus(devices: int | str, batch_size: int, workers: int, gpus: int) -> int:
    """How many of this machine's `gpus` to use; see `use_devices`."""
    if devices == "cpu" or (devices == "auto" and not gpus):
        _check_divides(batch_size, workers, 1)
        return 0
    if devices == "auto":
        _check_divides(batch_size, workers, 1)
        share = batch_size // workers
        return next(count for count in range(gpus, 0, -1) if share % count == 0)
    wanted = gpus if isinstance(devices, str) else devices
    if not gpus or wanted > gpus:
        raise ConfigError([f"devices: {devices}: TensorFlow sees {gpus or 'no'} GPU{'s' * (gpus > 1)} here"])
    _check_divides(batch_size, workers, wanted)
    return wanted


def _check_divides(batch_size: int, workers: int, gpus: int) -> None:
    parts = workers * gpus
    if batch_size % parts == 0:
        return
    of_each = f" of {gpus} GPUs each" if workers > 1 and gpus > 1 else ""
    who = f"{workers} workers{of_each}" if workers > 1 else f"{gpus} GPUs"
    below, above = batch_size // parts * parts, (batch_size // parts + 1) * parts
    nearest = f"{below} or {above}" if below else f"{above}"
    raise ConfigError([f"batch_size: {batch_size} images cannot be shared evenly by {who}; try {nearest}"])
