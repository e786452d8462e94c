"""Training: a generator of events, from the first step to the last.

The loop is `_Session._loop`; what one compiled chunk of steps does is in `mnistcnn.training.steps`.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from .. import files
from ..config.schema import Config
from ..data.dataset import Dataset, Examples
from ..data.sampling import batch_indices
from ..errors import ConfigError, DivergedError
from ..events import CheckpointSaved, Evaluated, Event, RunFinished, State, StepsDone, Warned
from ..network.evaluator import EvaluationResult, Evaluator
from ..network.precision import Precision, usable_precision
from ..network.threads import limit_threads
from ..network.weights import weights_digest
from ..runs.checkpoint import Checkpoint, Progress
from ..runs.directory import Run, create_run, now
from ..runs.metrics_file import MetricsFile
from ..runs.resuming import check_resumable, record_resume
from .distributed.addresses import Workers
from .distributed.group import SingleProcess, form_group
from .distributed.handshake import offer_run
from .reporting import HeldOut, after_evaluation, evaluation_of, results_record, run_finished, run_started
from .schedules import learning_rate
from .state import TrainingState
from .summaries.session import summaries_of

# A request to stop is answered between two compiled calls, so a call should last well under a second.
_SECONDS_PER_CALL = 0.3

Stop = Callable[[], bool]


def train(
    config: Config, dataset: Dataset, stop: Stop = lambda: False, workers: Workers | None = None
) -> Iterator[Event]:
    """Train a network in a new run directory.

    Args:
        config: the recipe, and where the run goes.
        dataset: its train split is learned from, its validation split decides which checkpoint is best (the newest, if
            it is empty), and its test split is only reported.
        stop: asked several times a second; when it says yes, the run saves and ends as `interrupted`.
        workers: all that train it together, of which this is the chief; the others run `mnistcnn.training.worker_loop`.

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
    with group.told_of_errors():
        run = create_run(config, dataset, datetime.now())
    return _Session(run, config, dataset, stop, group).events()


def resume(
    run: Run, config: Config, dataset: Dataset, stop: Stop = lambda: False, workers: Workers | None = None
) -> Iterator[Event]:
    """Go on with a run from its newest intact checkpoint, to the same bits as if it had never stopped.

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
    return _Session(run, config, dataset, stop, group).events(resumed=True)


class _Session:
    """One process's work on one run: all of it, or the chief's."""

    def __init__(self, run: Run, config: Config, dataset: Dataset, stop: Stop, group: SingleProcess) -> None:
        self._run, self._config, self._dataset, self._stop, self._group = run, config, dataset, stop, group
        self._started = self._saved_at = time.monotonic()
        self._seconds_before = 0.0
        self._step = 0
        self._saved_step: int | None = None
        self._progress = Progress()
        self._results: dict[HeldOut, EvaluationResult] = {}
        self._seconds_per_step = _SECONDS_PER_CALL  # A guess that makes the first call one step long.
        self._timed_steps, self._timed_seconds = 0, 0.0  # Since the last report, in this process.

    def events(self, *, resumed: bool = False) -> Iterator[Event]:
        """The run, from where it stands to its end."""
        with self._group.led(), self._run.locked(), self._run.recorded(), self._group.told_of_losses():
            precision, precision_warning = usable_precision(self._config.precision)
            self._run.update_manifest({"precision": precision, "workers": self._group.count})
            self._checkpoints = self._run.checkpoints(self._config.checkpoints.keep)
            checkpoint, problems = self._checkpoint_to_resume() if resumed else (None, [])
            of_data = (self._dataset.warning, *self._dataset.oddities)
            warnings = [warning for warning in (*of_data, precision_warning, *problems) if warning]
            self._build(precision, checkpoint)
            with (
                closing(MetricsFile(self._run.metrics_path, self._saved_step)) as self._metrics,
                closing(self._summaries),
            ):
                self._summaries.open(self._saved_step)
                parameters = self._network.parameter_count
                yield run_started(self._run, self._config, self._dataset, self._step, parameters, self._group.count)
                yield from map(Warned, warnings)
                try:
                    yield from self._loop()
                except DivergedError:
                    yield self._finish("diverged")
                    raise
                yield self._finish("finished" if self._is_complete() else "interrupted")

    def _build(self, precision: Precision, checkpoint: Checkpoint | None) -> None:
        """Make what is trained, together with the other workers, and what looks at it."""
        self._group.lead(self._step + 1)
        state = TrainingState(self._config, self._dataset.train, precision, self._group)
        self._network, self._evaluated_network = state.network, state.evaluated_network
        self._optimizer, self._steps = state.optimizer, state.steps
        self._evaluator = Evaluator(self._evaluated_network)
        # Before the checkpoint is loaded: the scale of its pictures is that of the initial weights.
        self._summaries = summaries_of(self._run, self._config, self._network, self._evaluated_network, self._dataset)
        if checkpoint is not None:
            state.load(checkpoint)
            state.take_from_chief()

    def _checkpoint_to_resume(self) -> tuple[Checkpoint | None, list[str]]:
        """Find the newest intact checkpoint, and say what is wrong with newer ones.

        A run that was killed before its first checkpoint has lost nothing yet, and begins again.
        """
        for directory in (self._run.path, self._checkpoints.path):
            files.remove_temporaries(directory)
        if not self._checkpoints.steps():
            record_resume(self._run, self._config, step=0)
            return None, []
        checkpoint, problems = self._checkpoints.newest_intact()
        self._step = self._saved_step = checkpoint.step
        self._progress, self._seconds_before = checkpoint.progress, checkpoint.progress.seconds
        self._checkpoints.rewind(checkpoint.step, checkpoint.progress.best_step)
        record_resume(self._run, self._config, checkpoint.step)
        return checkpoint, [f"{problem}; going on from step {checkpoint.step:,}" for problem in problems]

    def _loop(self) -> Iterator[Event]:
        if self._is_due(self._config.eval_every) and self._progress.evaluated_step != self._step:
            yield from self._evaluate_and_save()
        elif self._is_complete():  # Nothing is left to do but to say how good it is.
            for split in self._held_out():
                self._evaluate(split)
        while steps := self._agreed_steps():
            self._advance(steps)
            if self._is_due(self._config.report_every):
                yield self._report()
            if self._is_due(self._config.eval_every):
                yield from self._evaluate_and_save()
            if self._checkpoint_is_due():
                yield self._save()
        if self._saved_step != self._step:
            yield self._save()

    def _agreed_steps(self) -> int:
        """How many steps all workers do next: at most to the next report, evaluation or checkpoint, and not for long.

        0 when all are done, or when somebody asked a worker to stop.
        """
        if self._step == self._config.steps:
            return 0
        wanted = min(self._steps_to_next_event(), max(1, int(_SECONDS_PER_CALL / self._seconds_per_step)))
        return self._group.lead(wanted, stop=self._stop())

    def _advance(self, count: int) -> None:
        """Do so many steps in one compiled call."""
        self._summaries.before_step(self._step)
        started = time.monotonic()
        results = self._steps(self._step, self._batches(count))
        seconds = time.monotonic() - started
        self._summaries.stepped(self._step, results)
        losses = results.losses
        self._step += count
        self._seconds_per_step = seconds / count
        self._timed_steps, self._timed_seconds = self._timed_steps + count, self._timed_seconds + seconds
        self._progress = replace(
            self._progress,
            training_seconds=self._progress.training_seconds + seconds,
            losses=self._progress.losses + tuple(losses.tolist()),
        )
        if not np.isfinite(losses).all():
            first = int(np.argmin(np.isfinite(losses)))
            raise self._diverged(f"the loss was {losses[first]} at step {self._step - count + first + 1:,}")

    def _batches(self, count: int) -> NDArray[np.int32]:
        config = self._config
        return batch_indices(config.seed, self._step, count, config.batch_size, len(self._dataset.train))

    def _report(self) -> StepsDone:
        examples, upcoming = self._dataset.train, self._batches(1)[0]
        batch = self._evaluator(Examples(examples.images[upcoming], examples.labels[upcoming]))
        losses = self._progress.losses
        event = StepsDone(
            step=self._step,
            data=self._dataset.name,
            examples=batch.examples,
            loss=math.fsum(losses) / len(losses),
            accuracy=batch.accuracy,
            learning_rate=learning_rate(self._config, self._step - 1),
            seconds=self._timed_seconds,
            images_per_second=self._timed_steps * self._config.batch_size / self._timed_seconds,
        )
        self._progress = replace(self._progress, losses=())
        self._timed_steps, self._timed_seconds = 0, 0.0
        self._metrics.append(event)
        return event

    def _evaluate_and_save(self) -> Iterator[Event]:
        """Evaluate validation and test, and save if this is the best so far, which validation alone decides.

        A request to stop half-way leaves no trace; a resumed run then makes up for this evaluation.
        """
        evaluated: dict[HeldOut, Evaluated] = {}
        for split in self._held_out():
            started = time.monotonic()
            result = self._evaluate(split)
            if result is None:
                return
            seconds = time.monotonic() - started
            evaluated[split] = evaluation_of(self._progress, self._step, split, self._dataset.name, result, seconds)
        self._progress, best = after_evaluation(self._progress, self._step, evaluated)
        for split, event in evaluated.items():
            self._metrics.append(event)
            self._summaries.evaluated(self._step, split, self._results[split])
            yield event
        if best:
            yield self._save(best=True)

    def _evaluate(self, split: HeldOut) -> EvaluationResult | None:
        """The network's answers to a split; None if a request to stop came first."""
        examples = self._dataset.splits()[split]
        batches = []
        for logits in self._evaluator.logits(examples.images):
            if self._stop():
                return None
            batches.append(logits)
        result = EvaluationResult(np.concatenate(batches), examples.labels)
        if not math.isfinite(result.loss):
            raise self._diverged(f"the {split} loss was {result.loss} after step {self._step:,}")
        self._results[split] = result
        return result

    def _held_out(self) -> list[HeldOut]:
        splits: tuple[HeldOut, ...] = ("validation", "test")
        return [split for split in splits if len(self._dataset.splits()[split])]

    def _save(self, *, best: bool = False) -> CheckpointSaved:
        started = time.monotonic()
        weights = self._network.read()
        if not all(np.isfinite(array).all() for array in weights.values()):
            raise self._diverged(f"a weight was NaN or infinite after step {self._step:,}")
        self._metrics.sync()
        self._summaries.sync()
        progress = replace(self._progress, seconds=self._seconds())
        average = self._evaluated_network.read() if self._evaluated_network is not self._network else None
        checkpoint = Checkpoint(self._step, weights, self._optimizer.read(), progress, average)
        path = self._checkpoints.save(checkpoint, best=best)
        self._saved_step, self._saved_at = self._step, time.monotonic()
        return CheckpointSaved(self._step, path, best, seconds=self._saved_at - started)

    def _is_due(self, every: int) -> bool:
        return self._step % every == 0 or self._step == self._config.steps

    def _checkpoint_is_due(self) -> bool:
        if self._saved_step == self._step:
            return False
        checkpoints = self._config.checkpoints
        if checkpoints.every_seconds is not None:
            return time.monotonic() - self._saved_at >= checkpoints.every_seconds
        return checkpoints.every_steps is not None and self._step % checkpoints.every_steps == 0

    def _steps_to_next_event(self) -> int:
        config = self._config
        periods = (config.report_every, config.eval_every, config.checkpoints.every_steps or config.steps)
        to_summaries = self._summaries.steps_to_next(self._step)
        return min(config.steps - self._step, to_summaries, *(period - self._step % period for period in periods))

    def _is_complete(self) -> bool:
        return self._step == self._config.steps == self._progress.evaluated_step

    def _seconds(self) -> float:
        """Wall time of the run, in this process and those before it."""
        return self._seconds_before + time.monotonic() - self._started

    def _diverged(self, what: str) -> DivergedError:
        saved = f"step {self._saved_step:,}" if self._saved_step is not None else "none"
        return DivergedError(
            f"{self._run.path}: training diverged: {what}; the newest checkpoint: {saved}; "
            f"try a lower learning_rate than {self._config.learning_rate:g}"
        )

    def _finish(self, state: State) -> RunFinished:
        is_current = self._progress.evaluated_step == self._step and state != "diverged"
        results = self._results if is_current else {}
        digest = None if state == "diverged" else weights_digest(self._evaluated_network.read())
        progress = replace(self._progress, seconds=self._seconds())
        event = run_finished(self._run, self._config, self._dataset, state, self._step, progress, results, digest)
        self._run.update_manifest({"state": state, "ended": now(), "results": results_record(event)})
        self._summaries.ended(event)
        return event


def _check_fit(config: Config, dataset: Dataset) -> None:
    examples = len(dataset.train)
    if config.batch_size > examples:
        raise ConfigError(
            [
                f"batch_size: {config.batch_size:,} is more than the training set has ({dataset.name}: "
                f"{examples:,} images); choose at most {examples}"
            ]
        )
