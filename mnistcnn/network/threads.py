"""How much of the machine TensorFlow may use."""

from __future__ import annotations

import tensorflow as tf

from ..errors import ConfigError


def limit_threads(threads: int | None) -> None:
    """Use at most `threads` cores, which TensorFlow can be told only before its first operation.

    Args:
        threads: as in the configuration; None for all cores.

    Raises:
        ConfigError: TensorFlow already runs with another number.
    """
    if threads is None:
        return
    try:
        tf.config.threading.set_intra_op_parallelism_threads(threads)
        tf.config.threading.set_inter_op_parallelism_threads(threads)
    except RuntimeError as error:
        raise ConfigError([f"threads: {threads}: too late: TensorFlow already runs in this process"]) from error
