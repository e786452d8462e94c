"""Types of the functions that are passed to training and to sweeps."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ..config.schema import Config
from ..data.dataset import Dataset
from ..events import Event

Stop = Callable[[], bool]
"""Whether training was asked to stop; called several times a second."""

Train = Callable[[Config, Dataset, Stop], Iterator[Event]]
"""`mnistcnn.training.loop.train`, passed in where importing it would import TensorFlow."""
