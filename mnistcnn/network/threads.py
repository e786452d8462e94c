"""How much of the machine TensorFlow may use."""

from __future__ import annotations

from contextlib import suppress

import tensorflow as tf

from ..errors import ConfigError
from .limits import affinity_cores, available_cores


def limit_threads(threads: int | None) -> None:
    """Use at most `threads` cores; TensorFlow accepts that only before its first operation.

    Args:
        threads: as in the configuration. None for all available cores: TensorFlow takes all that it may run on, but
            does not know a container's CPU quota, and with more threads than that they only wait for each other.

    Raises:
        ConfigError: TensorFlow already runs with another number.
    """
    if threads is not None:
        try:
            _set_threads(threads)
        except RuntimeError as error:
            raise ConfigError([f"threads: {threads}: too late: TensorFlow already runs in this process"]) from error
    elif (cores := available_cores()) < affinity_cores():
        with suppress(RuntimeError):  # TensorFlow already runs: it is only slower.
            _set_threads(cores)


def _set_threads(threads: int) -> None:
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(threads)
