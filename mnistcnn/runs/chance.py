"""Whether a network is better than one that has learned nothing."""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import RunError
from ..events import Baseline
from ..statistics import percent, wilson_interval
from .directory import Run
from .metrics_file import read_metrics

_LEAST_CHANCE = 0.1
"""Of ten classes, the most frequent one has at least a tenth of the images."""


@dataclass(frozen=True)
class Shortfall:
    """A network that is no better than `baseline`; as text, a sentence about it."""

    baseline: Baseline
    step: int
    """Of the network."""
    accuracy: float
    """Of the network, on the test split."""
    least: float
    """Of the baseline, on the same images."""
    data: str

    def __str__(self) -> str:
        """Give both accuracies."""
        reached = f"the network of step {self.step:,} gets {percent(self.accuracy)} of the test images ({self.data})"
        if self.baseline == "start":
            return f"{reached}, no better than before the first step: {percent(self.least)}"
        return f"{reached}, no better than always giving the most frequent digit: {percent(self.least)}"


def no_better_than(accuracy: float, examples: int, chance: float, start: float | None) -> Baseline | None:
    """Decide whether a network is better than chance, and than it was before its first step.

    Better than chance means that the lower bound of Wilson's 95 % interval, see `mnistcnn.statistics`, lies above
    `chance`: the successes of a network that guesses are binomial.

    Args:
        accuracy: of the network, in [0, 1].
        examples: images that it was measured on, at least 1.
        chance: the accuracy of the best constant answer on them: the share of their most frequent class.
        start: the accuracy before the first step, on the same images; None if that was not measured.

    Returns:
        What it is no better than; None if it is better than both.
    """
    lower, _ = wilson_interval(round(accuracy * examples), examples)
    if lower <= chance:
        return "chance"
    if start is not None and accuracy <= start:
        return "start"
    return None


def find_shortfall(run: Run, step: int) -> Shortfall | None:
    """Judge the network of a checkpoint by what the run measured on the test split, in whatever state the run is.

    Args:
        run: the run.
        step: of the checkpoint.

    Returns:
        What it is no better than; None if it is better, or was not measured.
    """
    accuracies = test_accuracies(run)
    accuracy, start = accuracies.get(step), accuracies.get(0) if step > 0 else None
    try:
        manifest = run.manifest()
        data, examples = str(manifest["data"]["name"]), int(manifest["data"]["examples"]["test"])
        chance = float((manifest.get("results") or {}).get("chance_accuracy") or _LEAST_CHANCE)
    except (KeyError, ValueError, TypeError, AttributeError, RunError):
        return None  # A damaged manifest is reported by whoever needs it.
    baseline = no_better_than(accuracy, examples, chance, start) if accuracy is not None and examples > 0 else None
    if accuracy is None or baseline is None:
        return None
    least = chance if baseline == "chance" or start is None else start
    return Shortfall(baseline, step, accuracy, least, data)


def test_accuracies(run: Run) -> dict[int, float]:
    """The accuracy on the test split after each step that was evaluated; empty if `metrics.csv` cannot be read."""
    try:
        rows = read_metrics(run.metrics_path)
        return {int(row["step"]): float(row["accuracy"]) for row in rows if row["split"] == "test"}
    except (OSError, RunError):
        return {}
