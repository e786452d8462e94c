"""Builds the events of a run from the measurements of the loop."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict

import numpy as np

from ..config.schema import Config
from ..data.dataset import Dataset, Examples
from ..events import Evaluated, RunFinished, RunStarted, State, StepsDone
from ..network.evaluator import EvaluationResult
from ..runs.chance import no_better_than
from ..runs.checkpoint import TrainingProgress
from ..runs.directory import Run
from ..runs.picture_sets import count_picture_sets
from .chunks import Throughput
from .evaluations import Evaluation, HeldOut
from .schedules import learning_rate


def run_started(run: Run, config: Config, dataset: Dataset, step: int, parameters: int, workers: int) -> RunStarted:
    """The first event of a run that starts or resumes at `step`."""
    return RunStarted(
        run=run.path,
        data=dataset.name,
        step=step,
        steps=config.steps,
        batch_size=config.batch_size,
        seed=config.seed,
        parameters=parameters,
        train_examples=len(dataset.train),
        validation_examples=len(dataset.validation),
        test_examples=len(dataset.test),
        tensorboard=run.tensorboard_path if config.summaries.enabled else None,
        picture_sets=count_picture_sets(run, config),
        workers=workers,
        eval_every=config.eval_every,
    )


def steps_done(
    config: Config, data: str, step: int, losses: Sequence[float], upcoming: EvaluationResult, speed: Throughput
) -> StepsDone:
    """The event of a report after `step` steps.

    Args:
        config: the run's.
        data: the name of the data.
        step: steps done.
        losses: of the steps since the last report, at least one.
        upcoming: the evaluation of the batch that comes next.
        speed: since the last report.
    """
    return StepsDone(
        step=step,
        data=data,
        examples=upcoming.examples,
        loss=math.fsum(losses) / len(losses),
        accuracy=upcoming.accuracy,
        learning_rate=learning_rate(config, step - 1),
        seconds=speed.seconds,
        images_per_second=speed.images_per_second,
    )


def evaluated(step: int, split: HeldOut, data: str, evaluation: Evaluation, *, best: bool) -> Evaluated:
    """The event of an evaluation after `step` steps; `best` is always false for the test split."""
    return Evaluated(
        step=step,
        split=split,
        data=data,
        examples=evaluation.result.examples,
        errors=evaluation.result.errors,
        loss=evaluation.result.loss,
        accuracy=evaluation.result.accuracy,
        best=best and split == "validation",
        seconds=evaluation.seconds,
    )


def run_finished(
    run: Run,
    config: Config,
    dataset: Dataset,
    state: State,
    step: int,
    progress: TrainingProgress,
    results: Mapping[HeldOut, EvaluationResult],
    digest: str | None,
    start: float | None,
) -> RunFinished:
    """The last event of a run.

    Args:
        run: the run.
        config: its own.
        dataset: what it learned from.
        state: how it ended.
        step: where it ended.
        progress: what it has counted.
        results: of the evaluations at `step`; empty if it was not evaluated there.
        digest: of the weights, see `mnistcnn.network.weights.weights_digest`; None if the run diverged.
        start: the accuracy on the test split before the first step; None if it was not evaluated.
    """
    test, validation = results.get("test"), results.get("validation")
    chance = _chance_accuracy(dataset.test)
    baseline = None
    if test is not None and chance is not None and step > 0:
        baseline = no_better_than(test.accuracy, test.examples, chance, start)
    return RunFinished(
        run=run.path,
        state=state,
        data=dataset.name,
        step=step,
        test_accuracy=test.accuracy if test else None,
        test_errors=test.errors if test else None,
        test_examples=len(dataset.test),
        validation_accuracy=validation.accuracy if validation else None,
        best_step=progress.best.step,
        best_validation_accuracy=progress.best.validation_accuracy,
        best_test_accuracy=progress.best.test_accuracy,
        weights_digest=digest,
        seconds=progress.seconds,
        training_seconds=progress.training_seconds,
        images_per_second=step * config.batch_size / max(progress.training_seconds, 1e-9),
        chance_accuracy=chance,
        no_better_than=baseline,
    )


def _chance_accuracy(examples: Examples) -> float | None:
    """The accuracy of the best constant answer."""
    return int(np.bincount(examples.labels).max()) / len(examples) if len(examples) else None


def results_record(event: RunFinished) -> dict[str, object]:
    """The fields of the last event that the manifest keeps as its `results`: those that it has nowhere else."""
    return {key: value for key, value in asdict(event).items() if key not in ("run", "state", "data")}
