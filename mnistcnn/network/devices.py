"""Which devices of this machine compute the training steps."""

from __future__ import annotations

import tensorflow as tf

from ..errors import ConfigError
from .cuda import CudaWanted, find_obstacle, is_hidden, lacking_libraries
from .gpu import prepare_gpus
from .nvidia import find_nvidia


def use_devices(devices: int | str, batch_size: int | None, workers: int = 1, *, deterministic: bool = True) -> int:
    """Make only the configured GPUs visible to TensorFlow, and prepare them.

    Args:
        devices: as in the configuration.
        batch_size: of all workers together; None if only the chief knows it, which then checks that it can be shared.
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
            prepare_gpus(gpus[:wanted], deterministic=deterministic)
        except RuntimeError as error:
            raise ConfigError([f"devices: {devices}: too late: TensorFlow already runs in this process"]) from error
    return wanted


def unused_card_warning(devices: int | str) -> str | None:
    """Why `auto` trains on the CPU although there is an NVIDIA card, and what to do; None if all is well.

    Args:
        devices: as in the configuration. Who asks for a GPU gets an error from `use_devices`, and `cpu` asks for none.
    """
    if devices != "auto" or is_hidden() or tf.config.list_physical_devices("GPU"):
        return None
    nvidia = find_nvidia()
    if not nvidia.present:
        return None
    wanted = CudaWanted.from_build_info(tf.sysconfig.get_build_info())
    obstacle = find_obstacle(nvidia, wanted, lacking_libraries(wanted))
    name = nvidia.cards[0].name if nvidia.cards else "an NVIDIA card"
    return (
        f"devices: TensorFlow cannot use {name}, so this trains on the CPU: {obstacle.reason}. To change that: "
        f"{obstacle.remedy}\n`mnistcnn doctor` shows more; --set devices=cpu trains without this warning"
    )


def chosen_gpus(devices: int | str, batch_size: int | None, workers: int, gpus: int) -> int:
    """How many of this machine's `gpus` to use; see `use_devices`."""
    if devices == "cpu" or (devices == "auto" and not gpus):
        _check_divides(batch_size, workers, 1)
        return 0
    if devices == "auto":
        if batch_size is None:
            return gpus
        _check_divides(batch_size, workers, 1)
        share = batch_size // workers
        return next(count for count in range(gpus, 0, -1) if share % count == 0)
    wanted = gpus if isinstance(devices, str) else devices
    if not gpus or wanted > gpus:
        raise ConfigError([f"devices: {devices}: TensorFlow finds {gpus or 'no'} GPU{'s' * (gpus > 1)} here"])
    _check_divides(batch_size, workers, wanted)
    return wanted


def _check_divides(batch_size: int | None, workers: int, gpus: int) -> None:
    parts = workers * gpus
    if batch_size is None or batch_size % parts == 0:
        return
    of_each = f" of {gpus} GPUs each" if workers > 1 and gpus > 1 else ""
    who = f"{workers} workers{of_each}" if workers > 1 else f"{gpus} GPUs"
    below, above = batch_size // parts * parts, (batch_size // parts + 1) * parts
    nearest = f"{below} or {above}" if below else f"{above}"
    raise ConfigError([f"batch_size: {batch_size} images cannot be shared evenly by {who}; try {nearest}"])
