"""Two networks and the same images: what each gets right that the other does not, and which units correspond."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import asdict, astuple, dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import __version__, files
from ..data.dataset import Dataset
from ..events import Split
from ..runs.trained import TrainedNetwork
from ..statistics import mcnemar_p_value
from .assessment import Assessment, assess_trained
from .unit_matching import LayerMatch, match_networks

MATCHING_IMAGES = 1000
"""Images that units are matched on, at most."""


@dataclass(frozen=True)
class Disagreement:
    """An image to which the networks give different answers."""

    index: int
    """Its place in the split, from 0."""
    label: int
    prediction_a: int
    probability_a: float
    """What the first network gives its own prediction."""
    prediction_b: int
    probability_b: float

    @property
    def right(self) -> str:
        """Which network is right: `a`, `b` or `neither`."""
        answers = {self.prediction_a: "a", self.prediction_b: "b"}
        return answers.get(self.label, "neither")


@dataclass(frozen=True, eq=False)
class Comparison:
    """Two networks on one split of some data."""

    a: Assessment
    b: Assessment
    layers: Sequence[LayerMatch]
    matching_images: int
    """How many images the units were matched on."""

    @cached_property
    def rights(self) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Which images each network gets right, [n] each."""
        labels = self.a.examples.labels
        return self.a.predictions == labels, self.b.predictions == labels

    @property
    def counts(self) -> dict[str, int]:
        """How many images both, one or none of the networks get right."""
        a, b = self.rights
        masks = {"both_right": a & b, "only_a": a & ~b, "only_b": b & ~a, "both_wrong": ~a & ~b}
        return {name: int(mask.sum()) for name, mask in masks.items()}

    @property
    def p_value(self) -> float:
        """Of McNemar's exact test that both networks are equally good."""
        return mcnemar_p_value(self.counts["only_a"], self.counts["only_b"])

    @cached_property
    def disagreements(self) -> list[Disagreement]:
        """The images with two answers, in the order of the split."""
        a, b = self.a, self.b
        indices = np.flatnonzero(a.predictions != b.predictions).tolist()
        return [
            Disagreement(
                index,
                int(a.examples.labels[index]),
                *(int(a.predictions[index]), float(a.probabilities[index].max())),
                *(int(b.predictions[index]), float(b.probabilities[index].max())),
            )
            for index in indices
        ]

    def most_confident(self, count: int) -> list[Disagreement]:
        """The disagreements in which even the less confident network is confident, such images first."""
        ordered = sorted(self.disagreements, key=lambda each: -min(each.probability_a, each.probability_b))
        return ordered[:count]

    def record(self) -> dict[str, Any]:
        """The comparison as JSON has it; see docs/compare.md."""
        return {
            "event": "network_comparison",
            "mnistcnn": __version__,
            "a": _side(self.a),
            "b": _side(self.b),
            "data": self.a.data,
            "split": self.a.split,
            "examples": len(self.a.examples),
            **self.counts,
            "p_value": self.p_value,
            "disagreements": [{**asdict(each), "right": each.right} for each in self.disagreements],
            "matching_images": self.matching_images,
            "layers": [_layer(layer) for layer in self.layers],
            "origin": self.a.origin,
            "data_sha256": dict(self.a.data_sha256),
        }

    def write(self, directory: Path) -> list[Path]:
        """Write `comparison.json`, `disagreements.csv` and `units.csv`; what was there before is replaced.

        Raises:
            OSError: one could not be written.
        """
        files.make_directory(directory)
        images = ((*astuple(each), each.right) for each in self.disagreements)
        units = ((layer.layer, *pair) for layer in self.layers for pair in layer.pairs)
        contents = {
            "comparison.json": files.to_json(self.record()),
            "disagreements.csv": _csv([*(field.name for field in fields(Disagreement)), "right"], images),
            "units.csv": _csv(["layer", "unit_a", "unit_b", "correlation"], units),
        }
        for name, content in contents.items():
            files.write_atomically(directory / name, content)
        return [directory / name for name in contents]


def compare(a: TrainedNetwork, b: TrainedNetwork, dataset: Dataset, split: Split) -> Comparison:
    """Ask two networks about the same images.

    Args:
        a: a network.
        b: another; its layers may have other widths, and it may have learned from other data.
        dataset: whose images they are asked about.
        split: of the dataset.

    Raises:
        DataError: the split is empty.
        RunError: a run's manifest is damaged.
        DivergedError: an answer is NaN or infinite.
    """
    first, second = (assess_trained(trained, dataset, split) for trained in (a, b))
    images = dataset.splits()[split].images[:MATCHING_IMAGES]
    return Comparison(first, second, match_networks(a.network, b.network, images), len(images))


def _side(assessment: Assessment) -> dict[str, Any]:
    names = ("run", "checkpoint", "step", "weights_digest", "trained_on")
    return {
        **{name: getattr(assessment.provenance, name) for name in names},
        "is_foreign": assessment.is_foreign,
        "accuracy": assessment.accuracy,
        "errors": assessment.errors,
        "interval": list(assessment.interval),
        "loss": assessment.loss,
    }


def _layer(match: LayerMatch) -> dict[str, Any]:
    return {
        "layer": match.layer,
        "units_a": match.units[0],
        "units_b": match.units[1],
        "silent_a": list(match.silent[0]),
        "silent_b": list(match.silent[1]),
        "mean_correlation": match.mean,
        "pairs": [list(pair) for pair in match.pairs],
    }


def _csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return buffer.getvalue().encode()
