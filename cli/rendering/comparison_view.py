"""Two networks side by side: how good each is, which images they disagree on, and which units correspond."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mnistcnn.statistics import certainty

from .evaluation_view import data_label
from .tables import Listing, draw
from .text import count, percent, printable

if TYPE_CHECKING:
    from mnistcnn.evaluation.assessment import Assessment
    from mnistcnn.evaluation.comparison import Comparison
    from mnistcnn.evaluation.unit_matching import LayerMatch

_MOST_IMAGES = 10
_SAME, _ALIKE = 0.9, 0.5  # Correlations.


def show_comparison(comparison: Comparison, written: Sequence[Path]) -> None:
    """Write everything to standard output: tables, a sentence about the difference, and the files."""
    draw(list(_listings(comparison)))
    sys.stdout.write(f"{verdict(comparison)}\n")
    for path in written:
        sys.stdout.write(f"written: {printable(str(path))}\n")
    sys.stdout.flush()


def verdict(comparison: Comparison) -> str:
    """Say what the difference between the networks is worth."""
    a, b = comparison.a, comparison.b
    if a.provenance.weights_digest == b.provenance.weights_digest:
        return "A and B have the same weights"
    counts, p = comparison.counts, comparison.p_value
    if not counts["only_a"] + counts["only_b"]:
        return "A and B get the same images right"
    figures = f"(McNemar's exact test: {counts['only_a']} against {counts['only_b']} images, p = {_p_text(p)})"
    if p >= 0.05:
        return f"the difference may be chance {figures}"
    better = "A" if counts["only_a"] > counts["only_b"] else "B"
    return f"{better} is better on these images, and hardly by chance {figures}"


def _listings(comparison: Comparison) -> Iterator[Listing]:
    a, b = comparison.a, comparison.b
    columns = zip(_network(a), _network(b), strict=True)
    labels = ("run", "checkpoint", "accuracy", "95 % interval", "errors", "weights")
    rows = [(label, *cells) for label, cells in zip(labels, columns, strict=True)]
    yield Listing(f"The {a.split} split of {a.data}", ("", "A", "B"), rows)
    names = {"both_right": "both right", "only_a": "only A right", "only_b": "only B right", "both_wrong": "both wrong"}
    counts = [(names[name], count(number)) for name, number in comparison.counts.items()]
    counts.append(("different answers", count(len(comparison.disagreements))))
    yield Listing(f"{count(len(a.examples))} images", ("", ""), counts, numbers=(1,))
    yield _units(comparison)
    if comparison.disagreements:
        yield _disagreements(comparison)


def _network(assessment: Assessment) -> tuple[str, ...]:
    provenance, (low, high) = assessment.provenance, assessment.interval
    return (
        provenance.run,
        f"{provenance.checkpoint}, step {count(provenance.step)}",
        f"{percent(assessment.accuracy)} ({data_label(assessment)})",
        f"{100 * low:.2f} to {100 * high:.2f}",
        f"{count(assessment.errors)} of {count(len(assessment.examples))}",
        provenance.weights_digest[:12],
    )


def _units(comparison: Comparison) -> Listing:
    header = ("layer", "units A", "units B", "silent A", "silent B", "pairs", "mean", f"≥ {_SAME}", f"≥ {_ALIKE}")
    rows = [_unit_row(layer) for layer in comparison.layers]
    title = f"Units matched by the correlation of their activations on {count(comparison.matching_images)} images"
    return Listing(title, header, rows, numbers=range(1, len(header)))


def _unit_row(layer: LayerMatch) -> tuple[str, ...]:
    return (
        layer.layer,
        *map(count, layer.units),
        *(count(len(units)) for units in layer.silent),
        count(len(layer.pairs)),
        "–" if layer.mean is None else f"{layer.mean:.2f}",
        count(layer.count_from(_SAME)),
        count(layer.count_from(_ALIKE)),
    )


def _disagreements(comparison: Comparison) -> Listing:
    shown = comparison.most_confident(_MOST_IMAGES)
    rows = [
        (
            str(each.index),
            str(each.label),
            f"{each.prediction_a} ({certainty(each.probability_a)})",
            f"{each.prediction_b} ({certainty(each.probability_b)})",
            "neither" if each.right == "neither" else each.right.upper(),
        )
        for each in shown
    ]
    return Listing("Most confident disagreements", ("index", "label", "A", "B", "right"), rows, numbers=range(4))


def _p_text(p: float) -> str:
    return f"{p:.2f}" if p >= 0.1 else f"{p:.2g}"
