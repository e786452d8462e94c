"""Training from a program: to the end with a display, or step by step as events."""

from __future__ import annotations

from collections.abc import Iterator

from ..config.from_python import Settings, load_config
from ..config.schema import Config
from ..data.dataset import Dataset
from ..events import Event
from ..runs.creating import check_log_dir
from ..training.signatures import Stop
from .display import Silence
from .following import OnEvent, follow, prepare
from .run import Run
from .unchanged import quiet_tensorflow


def train(
    config: Settings | None = None, *, on_event: OnEvent | None = None, progress: bool = True, **overrides: object
) -> Run:
    """Train a network to the end, in a new run directory.

    Ctrl-C, or a notebook's interrupt, saves and returns a run whose `state` is `interrupted`; `Run.resume`
    continues it. That works in the main thread only, since no other one is told of signals.

    Args:
        config: as for `load_config`.
        on_event: called with every event of the run; see `mnistcnn.events`.
        progress: show the run: in a terminal as `mnistcnn train` does, in a notebook as a display that updates in
            place, elsewhere as lines on standard error. False shows nothing, and a warning of the run becomes a
            `UserWarning`.
        overrides: single settings, as for `load_config`.

    Returns:
        The run, which is finished or interrupted.

    Raises:
        ConfigError: the configuration is wrong, or does not fit the data.
        DataError: the data is missing or damaged.
        RunError: the run's directory cannot be made or written.
        DivergedError: the loss became NaN or infinite; what was saved before is kept.
    """
    resolved = load_config(config, **overrides)
    check_log_dir(resolved.log_dir)

    def start(dataset: Dataset, stop: Stop) -> Iterator[Event]:
        return _events(resolved, dataset, stop)

    return Run(follow(start, resolved.data, on_event=on_event, progress=progress))


def training_events(
    config: Settings | None = None, *, stop: Stop = lambda: False, **overrides: object
) -> Iterator[Event]:
    """Train a network, and give each event of the run when it happens: for programs that want the loop.

    The run goes on while the events are consumed. Nothing is displayed, and no signal is handled: `KeyboardInterrupt`
    and closing the iterator end the run at once, with what was saved until then.

    Args:
        config: as for `load_config`.
        stop: called several times a second; when it gives True, the run saves and ends as `interrupted`.
        overrides: single settings, as for `load_config`.

    Returns:
        Events, see `mnistcnn.events`: `RunStarted`, then reports, evaluations, checkpoints and warnings, and
        `RunFinished`.

    Raises:
        ConfigError, RunError: as `train`, at once.
        DataError, DivergedError: as `train`, while the events are consumed.
    """
    resolved = load_config(config, **overrides)
    check_log_dir(resolved.log_dir)
    return _prepared_events(resolved, stop)


def _prepared_events(config: Config, stop: Stop) -> Iterator[Event]:
    with quiet_tensorflow():
        yield from _events(config, prepare(config.data, Silence()), stop)


def _events(config: Config, dataset: Dataset, stop: Stop) -> Iterator[Event]:
    from ..training import loop  # Imports TensorFlow, which `prepare` has started.

    return loop.train(config, dataset, stop)
