"""Evaluations of the held-out splits, which end early when training is asked to stop."""

from __future__ import annotations

import time
from collections.abc import Generator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from ..data.dataset import Dataset, Examples
from ..events import Evaluating
from ..network.evaluator import EvaluationResult, Evaluator
from .divergence import check_evaluation_loss
from .signatures import Stop

HeldOut = Literal["validation", "test"]


@dataclass(frozen=True, eq=False)
class Evaluation:
    """The evaluation of one split."""

    result: EvaluationResult
    seconds: float


class Evaluations:
    """Evaluates the held-out splits, and keeps the newest result of each.

    Args:
        evaluator: of the network that the run stands by.
        dataset: its validation and test splits; one without images is left out.
        stop: asked after every batch.
    """

    def __init__(self, evaluator: Evaluator, dataset: Dataset, stop: Stop) -> None:
        self._evaluator, self._stop = evaluator, stop
        held_out: dict[HeldOut, Examples] = {"validation": dataset.validation, "test": dataset.test}
        self._splits = {split: examples for split, examples in held_out.items() if len(examples)}
        self._examples = sum(map(len, self._splits.values()))
        self.newest: dict[HeldOut, EvaluationResult] = {}

    def evaluate(self, step: int) -> Generator[Evaluating, None, dict[HeldOut, Evaluation] | None]:
        """Evaluate every held-out split after `step` steps.

        Yields:
            How far it is, after each batch but the last.

        Returns:
            The evaluations; None if a request to stop came first.

        Raises:
            NotFiniteError: a loss is NaN or infinite.
        """
        evaluated: dict[HeldOut, Evaluation] = {}
        before = 0
        for split, examples in self._splits.items():
            started = time.monotonic()
            result = yield from self._evaluate(examples, step, before)
            if result is None:
                return None
            before += len(examples)
            check_evaluation_loss(result.loss, split, step)
            self.newest[split] = result
            evaluated[split] = Evaluation(result, time.monotonic() - started)
        return evaluated

    def _evaluate(
        self, examples: Examples, step: int, done: int
    ) -> Generator[Evaluating, None, EvaluationResult | None]:
        """Evaluate one split, with `done` images of other splits before it."""
        batches = []
        for logits in self._evaluator.logits(examples.images):
            if self._stop():
                return None
            batches.append(logits)
            done += len(logits)
            if done < self._examples:
                yield Evaluating(step, done, self._examples)
        return EvaluationResult(np.concatenate(batches), examples.labels)
