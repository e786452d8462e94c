"""What a run says of itself: its first and last event, its evaluations, and what it counts of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Literal

from ..config.schema import Config
from ..data.dataset import Dataset
from ..events import Evaluated, RunFinished, RunStarted, State
from ..network.evaluator import EvaluationResult
from ..runs.checkpoint import Progress
from ..runs.directory import Run

HeldOut = Literal["validation", "test"]


def run_started(run: Run, config: Config, dataset: Dataset, step: int, parameters: int, workers: int) -> RunStarted:
    """The first event of a run that goes on from `step`."""
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
        picture_sets=_picture_sets(run, config),
        workers=workers,
    )


def _picture_sets(run: Run, config: Config) -> int:
    """Sets of pictures of a whole run at most: at the start, every `summaries.every` steps, at the end.

    With the shortest `every` that the run ever had; and each resume that changed something may have added the end of
    the session before it, or one between two cadences.
    """
    if not config.summaries.enabled:
        return 0
    changes = [resumed["changes"] for resumed in run.manifest().get("resumed", []) if resumed["changes"]]
    former: list[int] = [every for each in changes for every in each.get("summaries.every", [])]
    shortest = min([config.summaries.every, *former])
    return -(-config.steps // shortest) + 1 + len(changes)


def evaluation_of(
    progress: Progress, step: int, split: HeldOut, data: str, result: EvaluationResult, seconds: float
) -> Evaluated:
    """The event of an evaluation.

    It is the best if it is of validation with fewer errors than ever before; a tie goes to the earlier step.
    """
    fewest = progress.best_errors is None or result.errors < progress.best_errors
    return Evaluated(
        step=step,
        split=split,
        data=data,
        examples=result.examples,
        errors=result.errors,
        loss=result.loss,
        accuracy=result.accuracy,
        best=split == "validation" and fewest,
        seconds=seconds,
    )


def after_evaluation(progress: Progress, step: int, evaluated: Mapping[HeldOut, Evaluated]) -> tuple[Progress, bool]:
    """Count the evaluations of a step; and whether it is the best so far. Without a validation split, the newest is."""
    validation, test = evaluated.get("validation"), evaluated.get("test")
    counted = replace(progress, evaluated_step=step)
    if validation and not validation.best:
        return counted, False
    best = replace(
        counted,
        best_step=step,
        best_errors=validation.errors if validation else None,
        best_validation_accuracy=validation.accuracy if validation else None,
        best_test_accuracy=test.accuracy if test else None,
    )
    return best, True


def run_finished(
    run: Run,
    config: Config,
    dataset: Dataset,
    state: State,
    step: int,
    progress: Progress,
    results: Mapping[HeldOut, EvaluationResult],
    digest: str | None,
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
        digest: of the weights, see `mnistcnn.network.weights.weights_digest`; None if they are worth nothing.
    """
    test, validation = results.get("test"), results.get("validation")
    return RunFinished(
        run=run.path,
        state=state,
        data=dataset.name,
        step=step,
        test_accuracy=test.accuracy if test else None,
        test_errors=test.errors if test else None,
        test_examples=len(dataset.test),
        validation_accuracy=validation.accuracy if validation else None,
        best_step=progress.best_step,
        best_validation_accuracy=progress.best_validation_accuracy,
        best_test_accuracy=progress.best_test_accuracy,
        weights_digest=digest,
        seconds=progress.seconds,
        training_seconds=progress.training_seconds,
        images_per_second=step * config.batch_size / max(progress.training_seconds, 1e-9),
    )


def results_record(event: RunFinished) -> dict[str, object]:
    """What the manifest keeps of the last event: all that it does not say elsewhere."""
    return {key: value for key, value in asdict(event).items() if key not in ("run", "state", "data")}
