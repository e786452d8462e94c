"""Starts TensorFlow as the command line does: quietly, without Keras, with the fastest kernels."""

from __future__ import annotations

import os
import platform
import sys
import tempfile
import warnings
from contextlib import suppress
from functools import cache

from ..network.precision import processor_flags
from ..network.quiet_tensorflow import import_tensorflow, quiet_environment, quiet_stderr
from ..network.startup import GPU_MEMORY_GROWS, ONEDNN, needs_switch, onednn_is_on
from .unchanged import unchanged_process

_OFF = (
    "TensorFlow was imported before mnistcnn and without oneDNN, so training takes more than half as long again on "
    f"this processor. To use it, restart Python and set {ONEDNN}=1 in the environment, or call mnistcnn.train() first."
)


def start_tensorflow() -> None:
    """Import TensorFlow if nobody did; what is imported already is used as it is.

    Warns:
        UserWarning: once, if it was imported without oneDNN, and oneDNN is faster on this processor.
    """
    if "tensorflow" in sys.modules:
        _warn_without_onednn()
        return
    grows = os.environ.get(GPU_MEMORY_GROWS, "true") == "true"
    with unchanged_process():
        quiet_environment()
        import_tensorflow()
        _settle(memory_grows=grows)


def _settle(*, memory_grows: bool) -> None:
    """Have everything read that the variables say, before they are put back."""
    import tensorflow as tf

    onednn_is_on()
    with suppress(OSError):
        tempfile.gettempdir()  # Python remembers it, where TMPDIR had to be set.
    with quiet_stderr():
        gpus = tf.config.list_physical_devices("GPU")  # XLA's flags are read as well.
    for gpu in gpus if memory_grows else ():  # This variable would be read when the GPU is first used.
        tf.config.experimental.set_memory_growth(gpu, True)


@cache  # Once is enough; Python's own memory of warnings is lost whenever somebody changes their filters.
def _warn_without_onednn() -> None:
    if not onednn_is_on() and needs_switch(platform.machine(), processor_flags()):
        warnings.warn(_OFF, stacklevel=2)
