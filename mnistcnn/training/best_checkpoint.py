"""Which checkpoint is the best: the one with the fewest errors on the validation split.

The test split is not used for selection: its accuracy is only noted.
"""

from __future__ import annotations

from ..network.evaluator import EvaluationResult
from ..runs.checkpoint import Best


def is_best(best: Best, validation: EvaluationResult | None) -> bool:
    """Whether an evaluation is better than the best so far.

    A tie goes to the earlier step. Without a validation split (None), the newest evaluation is the best.
    """
    return validation is None or best.errors is None or validation.errors < best.errors


def best_at(step: int, validation: EvaluationResult | None, test: EvaluationResult | None) -> Best:
    """The record of the best evaluation; None for a split without images."""
    return Best(
        step=step,
        errors=validation.errors if validation else None,
        validation_accuracy=validation.accuracy if validation else None,
        test_accuracy=test.accuracy if test else None,
    )
