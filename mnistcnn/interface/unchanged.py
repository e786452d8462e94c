"""What a notebook or a program relies on is after a call as it was before."""

from __future__ import annotations

import logging
import os
import warnings
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
    "XLA_FLAGS",
)
"""Everything that the core sets for TensorFlow."""


@contextmanager
def kept_environment() -> Iterator[None]:
    """Put the variables that the core sets for TensorFlow back to what they were; others are not this library's."""
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
    """Do something inside that runs no code of the user, and leave the process as it was.

    Matplotlib's settings and signal handlers are put back where they are changed.
    """
    before, logger = dict(os.environ), logging.getLogger("tensorflow")
    level = logger.level
    logger.setLevel(logging.ERROR)  # It reports on the files that it writes.
    try:
        # TensorFlow, Keras and scikit-learn set variables and add filters when they are imported.
        with quiet_tensorflow(), warnings.catch_warnings():
            yield
    finally:
        logger.setLevel(level)
        for name in os.environ.keys() - before.keys():
            del os.environ[name]
        os.environ.update(before)


@contextmanager
def quiet_tensorflow() -> Iterator[None]:
    """Work with TensorFlow inside, beside code of the user, and leave no trace of that in its variables and logs."""
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
