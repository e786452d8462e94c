"""Training: a generator of events, from the first step to the last.

The loop is `_loop`. What it does in one pass is in `mnistcnn.training.session`, and what one compiled chunk of steps
does in `mnistcnn.training.steps`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import datetime

from ..config.schema import Config
from ..data.dataset import Dataset
from ..errors import ConfigError
from ..events import Event, Warned
from ..network.devices import unused_card_warning
from ..network.gpu import device_precision, visible_gpus
from ..network.precision import Precision
from ..network.threads import limit_threads
from ..runs.checkpoint import Checkpoint
from ..runs.creating import create_run
from ..runs.directory import Run
from ..runs.metrics_file import MetricsFile
from ..runs.resuming import check_resumable, rewind_to_checkpoint
from ..runs.starting import StartingWeights
from .cadence import Cadence
from .distributed.addresses import Workers
from .distributed.group import form_group, leading
from .distributed.handshake import offer_run
from .divergence import NotFiniteError
from .reporting import run_started
from .session import Job, TrainingSession
from .signatures import Stop
from .state import TrainingState
from .summaries.session import Summaries, summaries_of

_LONGEST_COMPILED_CHUNK = 1000  # Steps; its indices cross to the GPU with it.


def train(
    config: Config,
    dataset: Dataset,
    stop: Stop = lambda: False,
    workers: Workers | None = None,
    start: StartingWeights | None = None,
) -> Iterator[Event]:
    """Train a network in a new run directory.

    Args:
        config: the recipe, and where the run goes.
        dataset: its train split is learned from, its validation split decides which checkpoint is best (the newest, if
            it is empty), and its test split is only reported.
        stop: asked several times a second; when it says yes, the run saves and ends as `interrupted`.
        workers: all that train it together, of which this is the chief; the others run `mnistcnn.training.worker_loop`.
        start: weights of another run to start from, of a network of the same shape; None for initial weights.

    Returns:
        Events, the last of them `RunFinished`. The run goes on as they are consumed.

    Raises:
        ConfigError: the configuration does not fit the data. Raised before the first event, as are errors in
            making the run directory.
        RunError: the run directory cannot be written.
        WorkersError: another worker did not come, or was lost.
        DivergedError: the loss became NaN or infinite; what was saved before is kept.
    """
    _check_fit(config, dataset)
    limit_threads(config.threads)
    group = form_group(workers, config)
    offer_run(group, config, dataset, resumed=False)
    with group.sharing_errors():
        run = create_run(config, dataset, datetime.now(), start)
    return _events(Job(run, config, dataset, stop, group), start.checkpoint if start else None)


def resume(
    run: Run, config: Config, dataset: Dataset, stop: Stop = lambda: False, workers: Workers | None = None
) -> Iterator[Event]:
    """Resume a run from its newest intact checkpoint, with the same bits as if it had never stopped.

    Args:
        run: a run that was interrupted or killed, or a finished one with more `steps`.
        config: the run's own, with the changes that `mnistcnn.runs.resuming.resumed_config` allows.
        dataset: what the run learned from before; its manifest knows the checksums.
        stop: as for `train`.
        workers: as for `train`; as many as before or not, and only this one needs the run's directory.

    Returns:
        Events, as `train` does, from the checkpoint's step on.

    Raises:
        RunError: another process is training the run, or the data is not what the run learned from.
        CheckpointError: no checkpoint is intact.
        WorkersError: another worker did not come, or was lost.
        DivergedError: the loss became NaN or infinite; what was saved before is kept.
    """
    check_resumable(run, config, dataset)
    limit_threads(config.threads)
    group = form_group(workers, config)
    offer_run(group, config, dataset, resumed=True)
    return _events(Job(run, config, dataset, stop, group), resumed=True)


def _events(job: Job, checkpoint: Checkpoint | None = None, *, resumed: bool = False) -> Iterator[Event]:
    """The run, from where it stands to its end; a new run starts from the checkpoint, if there is one."""
    run, config, dataset, group = job.run, job.config, job.dataset, job.group
    with leading(group), run.locked() as lock_warning, run.recorded(), group.detecting_lost_workers():
        checkpoint, resume_warnings = rewind_to_checkpoint(run, config) if resumed else (checkpoint, [])
        precision, precision_warning = device_precision(config.precision)
        run.update_manifest({"precision": precision, "workers": group.count})
        of_data = (dataset.warning, *dataset.oddities)
        of_machine = (lock_warning, precision_warning, unused_card_warning(config.devices))
        warnings = [*of_data, *of_machine, *resume_warnings]
        state, summaries = _build(job, precision, checkpoint)
        # Of a run that starts from another's weights, there is a checkpoint before anything was logged.
        saved_step = checkpoint.step if checkpoint and checkpoint.holds_progress else None
        with closing(MetricsFile(run.metrics_path, saved_step)) as metrics, closing(summaries):
            summaries.open(saved_step)
            session = TrainingSession(job, state, checkpoint, metrics, summaries)
            parameters = state.network.parameter_count
            yield run_started(run, config, dataset, session.step, parameters, group.count)
            yield from (Warned(warning) for warning in (*warnings, metrics.warning) if warning)
            yield from session.compile()
            try:
                yield from _loop(session)
            except NotFiniteError as error:
                yield session.finish("diverged")
                raise session.diverged(error) from error
            finished = session.finish("finished" if session.is_complete() else "interrupted")
            if finished.state == "finished":
                yield from session.shortfalls()
            yield finished


def _loop(session: TrainingSession) -> Iterator[Event]:
    """Train to the last step, or until any worker is asked to stop."""
    cadence, saver = session.cadence, session.saver
    if cadence.evaluation_is_due(session.step) and not session.is_evaluated():
        yield from session.evaluate_and_save()
    elif session.is_complete():  # All that is left to do is to measure how good it is.
        yield from session.evaluations.evaluate(session.step)
    session.take_snapshot()
    while steps := session.agreed_steps():
        session.advance(steps)
        if cadence.report_is_due(session.step):
            yield session.report()
        if cadence.evaluation_is_due(session.step):
            yield from session.evaluate_and_save()
        session.take_snapshot()
        if saver.is_due(session.step):
            yield session.save()
    if saver.saved_step != session.step:
        yield session.save()


def _build(job: Job, precision: Precision, checkpoint: Checkpoint | None) -> tuple[TrainingState, Summaries]:
    """Make what is trained, together with the other workers, and the summaries of it."""
    config, dataset, group = job.config, job.dataset, job.group
    group.lead((checkpoint.step if checkpoint else 0) + 1)
    # XLA compiles for one device, not what several sum up.
    uses_xla = bool(visible_gpus()) and group.replicas.count == 1
    length = min(Cadence.of(config).longest_chunk, _LONGEST_COMPILED_CHUNK) if uses_xla else None
    state = TrainingState(config, dataset.train, precision, group, length)
    # Before the checkpoint is loaded: the scale of the pictures is that of the initial weights.
    summaries = summaries_of(job.run, config, state.network, state.evaluated_network, dataset)
    if checkpoint is not None:
        state.load(checkpoint)
    state.take_from_chief()
    return state, summaries


def _check_fit(config: Config, dataset: Dataset) -> None:
    examples = len(dataset.train)
    if config.batch_size > examples:
        raise ConfigError(
            [
                f"batch_size: {config.batch_size:,} is more than the training set has ({dataset.name}: "
                f"{examples:,} images); choose at most {examples}"
            ]
        )
