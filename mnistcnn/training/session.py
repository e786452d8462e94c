"""What one pass of the training loop does and counts; `mnistcnn.training.loop` has the order."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from ..config.schema import Config
from ..data.dataset import Dataset, Examples
from ..errors import DivergedError
from ..events import CheckpointSaved, Compiled, Compiling, Event, RunFinished, State, StepsDone, Warned
from ..network.evaluator import Evaluator
from ..network.weights import weights_digest
from ..runs.chance import find_shortfall, test_accuracies
from ..runs.checkpoint import Checkpoint, TrainingProgress
from ..runs.directory import Run, now
from ..runs.metrics_file import MetricsFile
from .best_checkpoint import best_at, is_best
from .cadence import Cadence
from .checkpointing import CheckpointSaver
from .chunks import Chunks
from .distributed.group import Group
from .divergence import NotFiniteError, check_losses
from .evaluations import Evaluations
from .reporting import evaluated, results_record, run_finished, steps_done
from .signatures import Stop
from .snapshots import SnapshotTaker
from .state import TrainingState
from .summaries.session import Summaries


@dataclass(frozen=True, eq=False)
class Job:
    """What one process trains, and together with whom; of several workers, it is the chief."""

    run: Run
    config: Config
    dataset: Dataset
    stop: Stop
    group: Group
    began: float = field(default_factory=time.monotonic)
    """When, by the monotonic clock, in seconds."""


class TrainingSession:
    """Does the steps, reports, evaluations and checkpoints of a run, and keeps the count.

    Args:
        job: the run, its data and its group.
        state: what is trained, as it is in `checkpoint`.
        checkpoint: what the run is resumed from; None for a new run.
        metrics: gets a row for every report and evaluation.
        summaries: of TensorBoard.
    """

    def __init__(
        self,
        job: Job,
        state: TrainingState,
        checkpoint: Checkpoint | None,
        metrics: MetricsFile,
        summaries: Summaries,
    ) -> None:
        config, dataset = job.config, job.dataset
        self.step = checkpoint.step if checkpoint else 0
        self._progress = checkpoint.progress if checkpoint else TrainingProgress()
        self._began = job.began - self._progress.seconds
        self._job, self._state, self._metrics, self._summaries = job, state, metrics, summaries
        self.cadence = Cadence.of(config)
        self._chunks = Chunks(state.steps, config, len(dataset.train))
        self._evaluator = state.evaluator
        # A batch is much smaller than what XLA evaluates at once.
        self._batch_evaluator = Evaluator(state.evaluated_network)
        self.evaluations = Evaluations(self._evaluator, dataset, job.stop)
        directory = job.run.checkpoints(config.checkpoints.keep)
        self.saver = CheckpointSaver(directory, config, checkpoint.step if checkpoint else None)
        evaluated = state.evaluated_network
        self._snapshots = SnapshotTaker(job.run.snapshots(), config, dataset, evaluated, self._evaluator)

    def compile(self) -> Iterator[Event]:
        """Let XLA compile what a GPU will compute; without a GPU, there is nothing to do before the first step."""
        if self._state.steps.compiled_length is None:
            return
        yield Compiling()
        started = time.monotonic()
        problems = {self._state.steps.prepare(), self._evaluator.prepare()} - {None}
        yield Compiled(time.monotonic() - started)
        slower = "XLA cannot compile for this GPU; steps take longer, and their bits differ from those with XLA"
        yield from (Warned(f"{slower}: {text}") for text in problems)

    def is_evaluated(self) -> bool:
        """Whether the present weights have been evaluated, in this process or before it."""
        return self._progress.evaluated_step == self.step

    def is_complete(self) -> bool:
        """Whether the last step is done and evaluated."""
        return self.cadence.is_last(self.step) and self.is_evaluated()

    def agreed_steps(self) -> int:
        """How many steps all workers do next: at most until something is due, and not for long.

        0 when all are done, or when any worker was asked to stop.
        """
        if self.cadence.is_last(self.step):
            return 0
        due = (self.cadence, self._snapshots, self._summaries)
        until_due = min(each.steps_to_next(self.step) for each in due)
        return self._job.group.lead(min(until_due, self._chunks.most_steps()), stop=self._job.stop())

    def advance(self, count: int) -> None:
        """Do so many steps in one chunk.

        Raises:
            NotFiniteError: the loss of one of them is NaN or infinite.
        """
        before = self.step
        self._summaries.before_step(before)
        results, seconds = self._chunks.run(before, count)
        self._summaries.stepped(before, results)
        self.step += count
        self._progress = replace(
            self._progress,
            training_seconds=self._progress.training_seconds + seconds,
            losses=self._progress.losses + tuple(results.losses.tolist()),
        )
        check_losses(results.losses, before)

    def report(self) -> StepsDone:
        """Report on the steps since the last report."""
        config, dataset = self._job.config, self._job.dataset
        upcoming = self._chunks.batches(self.step, 1)[0]
        batch = self._batch_evaluator(Examples(dataset.train.images[upcoming], dataset.train.labels[upcoming]))
        losses, throughput = self._progress.losses, self._chunks.throughput()
        event = steps_done(config, dataset.name, self.step, losses, batch, throughput)
        self._progress = replace(self._progress, losses=())
        self._metrics.append(event)
        return event

    def evaluate_and_save(self) -> Iterator[Event]:
        """Evaluate the held-out splits, and save if this is the best so far.

        A request to stop half-way leaves no trace; a resumed run then repeats this evaluation.

        Raises:
            NotFiniteError: a loss or a weight is NaN or infinite.
        """
        evaluations = yield from self.evaluations.evaluate(self.step)
        if evaluations is None:
            return
        results = self.evaluations.newest
        best = is_best(self._progress.best, results.get("validation"))
        self._progress = replace(self._progress, evaluated_step=self.step)
        if best:
            chosen = best_at(self.step, results.get("validation"), results.get("test"))
            self._progress = replace(self._progress, best=chosen)
        for split, evaluation in evaluations.items():
            event = evaluated(self.step, split, self._job.dataset.name, evaluation, best=best)
            self._metrics.append(event)
            self._summaries.evaluated(self.step, split, evaluation.result)
            yield event
        if best:
            yield self.save(best=True)

    def take_snapshot(self) -> None:
        """Take a snapshot, if one is due.

        Raises:
            NotFiniteError: a weight is NaN or infinite.
        """
        self._snapshots.take_if_due(self.step)

    def save(self, *, best: bool = False) -> CheckpointSaved:
        """Save a checkpoint, after everything that was logged before it.

        Raises:
            NotFiniteError: a weight is NaN or infinite.
        """
        started = time.monotonic()
        self._metrics.sync()
        self._summaries.sync()
        progress = replace(self._progress, seconds=self._seconds())
        path = self.saver.save(self._state.checkpoint(self.step, progress), best=best)
        return CheckpointSaved(self.step, path, best, seconds=time.monotonic() - started)

    def finish(self, state: State) -> RunFinished:
        """Record how the run ended, in its manifest and its summaries."""
        run, config, dataset = self._job.run, self._job.config, self._job.dataset
        results = self.evaluations.newest if self.is_evaluated() and state != "diverged" else {}
        digest = None if state == "diverged" else weights_digest(self._state.evaluated_network.read())
        progress = replace(self._progress, seconds=self._seconds())
        start = test_accuracies(run).get(0)
        event = run_finished(run, config, dataset, state, self.step, progress, results, digest, start)
        run.update_manifest({"state": state, "ended": now(), "results": results_record(event)})
        self._summaries.ended(event)
        return event

    def shortfalls(self) -> Iterator[Warned]:
        """Warn of a run that is finished and has learned nothing: of its last network, and of the best one."""
        run, best = self._job.run, self._progress.best.step
        shortfall = find_shortfall(run, self.step) if self.step > 0 else None
        if shortfall is None:
            return
        message = str(shortfall)
        if best is not None and best != self.step:
            verdict = "no better" if find_shortfall(run, best) else "better"
            message += f"; checkpoints/best, of step {best:,}, is {verdict}"
        yield Warned(f"{message}; try a lower learning_rate than {self._job.config.learning_rate:g}, or more steps")

    def diverged(self, what: NotFiniteError) -> DivergedError:
        """The error that ends a diverged run: where it was, which checkpoint is left, and what to try."""
        saved = f"step {self.saver.saved_step:,}" if self.saver.saved_step is not None else "none"
        return DivergedError(
            f"{self._job.run.path}: training diverged: {what}; the newest checkpoint: {saved}; "
            f"try a lower learning_rate than {self._job.config.learning_rate:g}"
        )

    def _seconds(self) -> float:
        """Wall time of the run, in this process and those before it."""
        return time.monotonic() - self._began
