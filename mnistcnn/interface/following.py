"""Trains to the end, and shows the progress: what `mnistcnn.train` and `Run.resume` share."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from pathlib import Path

from ..config.schema import DataConfig
from ..data.dataset import Dataset
from ..data.sources import load_dataset
from ..events import Event, RunStarted
from ..training.signatures import Stop
from .display import Display, open_display
from .starting import start_tensorflow
from .stopping import stop_on_interrupt
from .unchanged import quiet_tensorflow, unchanged_process

OnEvent = Callable[[Event], object]
"""Called with every event of a run; what it returns does not matter."""
Start = Callable[[Dataset, Stop], Iterator[Event]]
"""Begins a run on this data, which saves and ends when it is asked to stop."""


def follow(start: Start, data: DataConfig, *, on_event: OnEvent | None, progress: bool) -> Path:
    """Load the data, start TensorFlow, train to the end, and give the path of the run.

    Args:
        start: begins or resumes the run.
        data: what it learns from.
        on_event: called with every event, after it is displayed.
        progress: whether to display the run.

    Raises:
        MnistCnnError: as `mnistcnn.training.loop.train`, and `DataError` if the data cannot be loaded.
        KeyboardInterrupt: it was interrupted before it began, or a second time before it could save.
    """
    path = Path()
    with quiet_tensorflow(), open_display(progress) as display:
        dataset = prepare(data, display)
        # Closed at once if `on_event` fails: a traceback keeps its frames, and they would keep the run locked.
        with stop_on_interrupt() as stop, closing(_generator(start, dataset, stop)) as events:
            for event in events:
                display.show(event)
                if isinstance(event, RunStarted):
                    path = event.run
                if on_event is not None:
                    on_event(event)
    return path


def prepare(data: DataConfig, display: Display) -> Dataset:
    """Load the data and start TensorFlow.

    Raises:
        DataError: the data is missing or damaged.
    """
    display.phase("loading the data")
    with unchanged_process():
        dataset = load_dataset(data, display)
    display.phase("starting TensorFlow")
    start_tensorflow()
    with unchanged_process():
        from ..training import loop as loop  # With everything that it imports, which changes filters of warnings.
    return dataset


def _generator(start: Start, dataset: Dataset, stop: Stop) -> Generator[Event, None, None]:
    """Begin inside of the generator, whose `close` then ends whatever has begun."""
    yield from start(dataset, stop)
