"""Train, evaluate, see and export the convolutional network of TensorFlow's Deep MNIST tutorial.

What a program may use is listed in `__all__`, and described in docs/python.md. Each name is imported when it is first
used, so that `import mnistcnn` takes a few milliseconds and imports no TensorFlow.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from . import errors, events
    from .config.from_python import load_config
    from .config.schema import Config
    from .interface.digits import read_digit
    from .interface.network import Network
    from .interface.run import Run, list_runs, open_run
    from .interface.training import train, training_events

__version__ = "0.1.0"

__all__ = [
    "Config",
    "Network",
    "Run",
    "errors",
    "events",
    "list_runs",
    "load_config",
    "open_run",
    "read_digit",
    "train",
    "training_events",
]

_MODULES = {
    "Config": ".config.schema",
    "Network": ".interface.network",
    "Run": ".interface.run",
    "list_runs": ".interface.run",
    "load_config": ".config.from_python",
    "open_run": ".interface.run",
    "read_digit": ".interface.digits",
    "train": ".interface.training",
    "training_events": ".interface.training",
}

if not TYPE_CHECKING:  # A type checker would take every name for one that exists.

    def __getattr__(name):
        """Import a public name."""
        if name in _MODULES:
            return getattr(import_module(_MODULES[name], __name__), name)
        if name in __all__:
            return import_module(f".{name}", __name__)
        raise AttributeError(f"module '{__name__}' has no attribute '{name}'")

    def __dir__():
        """List what is there without importing it."""
        return sorted({*globals(), *__all__})
