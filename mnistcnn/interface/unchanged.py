"""What a notebook or a program relies on is after a call as it was before."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager

_VARIABLES = (
    "GRPC_VERBOSITY",
    "KERAS_BACKEND",
    "TEST_TMPDIR",
    "TF_CPP_MAX_VLOG_LEVEL",
    "TF_CPP_MIN_LOG_LEVEL",
    "TF_ENABLE_ONEDNN_OPTS",
    "TF_FORCE_GPU_ALLOW_GROWTH",
    "TF_XLA_FLAGS",
)
"""Everything that the core sets for TensorFlow; other variables may be changed meanwhile by whoever owns them."""


@contextmanager
def kept_environment() -> Iterator[None]:
    """Put the variables that TensorFlow reads back to what they were."""
    before = {name: os.environ.get(name) for name in _VARIABLES}
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


@contextmanager
def unchanged_process() -> Iterator[None]:
    """Work with TensorFlow inside, and leave no trace of that in variables and logs.

    Matplotlib's settings, warnings filters and signal handlers are put back where they are changed.
    """
    from ..network.quiet_tensorflow import is_not_about_retracing

    logger = logging.getLogger("tensorflow")
    adds = is_not_about_retracing not in logger.filters  # The command line has it for good.
    if adds:
        logger.addFilter(is_not_about_retracing)
    try:
        with kept_environment():
            yield
    finally:
        if adds:
            logger.removeFilter(is_not_about_retracing)
