"""Starts TensorFlow without what the user did not ask for: its chatter, and Keras."""

from __future__ import annotations

import gc
import importlib
import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from ..errors import MnistCnnError
from .memory_errors import check_address_space, is_out_of_memory
from .scratch_file import scratch_file
from .startup import prepare

_KERAS = "keras.src.optimizers"
QUIET = {"TF_CPP_MIN_LOG_LEVEL": "3", "TF_CPP_MAX_VLOG_LEVEL": "0", "GRPC_VERBOSITY": "ERROR"}


def quiet_environment() -> None:
    """Ask TensorFlow for fatal messages only; to be called before it is imported.

    What the user has set stays: `TF_CPP_MIN_LOG_LEVEL=0 mnistcnn train` shows everything.
    """
    for name, value in QUIET.items():
        os.environ.setdefault(name, value)
    if os.environ["TF_CPP_MIN_LOG_LEVEL"] != "0":
        # Each network and each shape is compiled anew, as it has to be; TensorFlow suspects a mistake.
        logging.getLogger("tensorflow").addFilter(is_not_about_retracing)


def is_not_about_retracing(record: logging.LogRecord) -> bool:
    """A filter for the logger `tensorflow`."""
    return "tf.function retracing" not in record.getMessage()


@contextmanager
def quiet_stderr() -> Iterator[None]:
    """Hold back what native code writes to standard error, and show it only when the body fails.

    While TensorFlow is imported, its libraries log before their log level is read ("All log messages
    before absl::InitializeLog() …", oneDNN, CUDA): measured with TensorFlow 2.21, no environment
    variable stops that, so the file descriptor itself is turned aside.
    """
    if os.environ.get("TF_CPP_MIN_LOG_LEVEL") == "0":
        yield
        return
    if sys.stderr is not None:
        sys.stderr.flush()
    with scratch_file() as held:
        if held is None:
            yield
            return
        kept = os.dup(2)
        os.dup2(held.fileno(), 2)
        try:
            yield
        except Exception as error:
            if not isinstance(error, MnistCnnError) and not is_out_of_memory(error):  # Whose messages say it all.
                os.dup2(kept, 2)
                held.seek(0)
                os.write(2, held.read())
            raise
        finally:
            os.dup2(kept, 2)
            os.close(kept)


def import_tensorflow() -> None:
    """Import TensorFlow, quietly, without Keras, and with the kernels that are fastest here.

    TensorFlow loads Keras eagerly, for the sake of models with Keras' optimizers, and does without where it is missing:
    1.1 of 2.7 s (TensorFlow 2.21). A later import of Keras works as ever. Hardly anything is garbage while modules are
    imported, so looking for it meanwhile would cost a tenth of the import.

    Raises:
        MemoryError: there is too little memory for it.
    """
    check_address_space("TensorFlow")
    prepare()
    hidden = _KERAS not in sys.modules and "tensorflow" not in sys.modules
    with quiet_stderr(), _no_garbage_collection():
        if hidden:
            sys.modules[_KERAS] = None  # type: ignore[assignment]
        try:
            importlib.import_module("tensorflow")
        finally:
            if hidden:
                del sys.modules[_KERAS]


@contextmanager
def _no_garbage_collection() -> Iterator[None]:
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
