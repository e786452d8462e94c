"""Everything that is known about a network's answers to one split, and the files that say so.

`assess` knows nothing of where the answers come from: it takes who was asked (`Provenance`) and what was answered
(`EvaluationResult`). `assess_run` is the one for a run's checkpoint, `assess_file` the one
for an exported file.
"""

from __future__ import annotations

import csv
import hashlib
import io
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import __version__, files
from ..data.dataset import Dataset, Examples
from ..errors import DataError, DivergedError
from ..events import Split
from ..export.formats import format_of
from ..export.inference import ask
from ..export.metadata import read_metadata
from ..network.doubt import Doubt
from ..network.evaluator import EvaluationResult
from ..network.responder import Responder
from ..runs.directory import Run
from ..runs.doubt import find_doubt
from ..runs.trained import TrainedNetwork, load_trained
from ..statistics import wilson_interval
from . import scores

CONFIDENCE = 0.95
_LONGEST_DATA_NAME = 40  # In the name of a file: characters, of at most four bytes each.


@dataclass(frozen=True)
class Provenance:
    """The evaluated network, and the data that it learned from."""

    run: str
    """The name of the run."""
    checkpoint: str
    """`best`, `last` or a step, as it was asked for."""
    step: int
    weights_digest: str
    trained_on: str
    """The name of the data."""
    trained_on_sha256: Mapping[str, str]
    model: str | None = None
    """The path of the exported file that answered; None if the checkpoint itself did."""


@dataclass(frozen=True, eq=False, repr=False)
class Assessment:
    """How good a network is on one split of some data."""

    provenance: Provenance
    split: Split
    data: str
    """The name of the data."""
    origin: str
    """Where the data came from: a folder, or the package that bundles it."""
    data_sha256: Mapping[str, str]
    examples: Examples
    predictions: NDArray[np.int64]
    """[n]."""
    probabilities: NDArray[np.float64]
    """Softmax of the logits, [n, 10]."""
    errors: int
    accuracy: float
    interval: tuple[float, float]
    """Wilson's, for `accuracy`, with confidence `CONFIDENCE`."""
    loss: float
    classes: list[scores.ClassScores]
    confusion: NDArray[np.int64]
    """Labels in rows, predictions in columns: [10, 10]."""
    calibration: scores.Calibration
    mistakes: list[scores.Mistake]
    selection: scores.Selection | None = None
    """What doubt leaves; None for an exported file, or if doubt could not be measured."""
    lack: str | None = None
    """Why doubt could not be measured."""

    def __repr__(self) -> str:
        """The headline, without the arrays."""
        learned = f", trained on {self.provenance.trained_on}" if self.is_foreign else ""
        return (
            f"<{100 * self.accuracy:.2f} % of the {self.split} images ({self.data}{learned}): {self.errors:,} errors "
            f"of {len(self.examples):,}, loss {self.loss:.4f}>"
        )

    @property
    def is_foreign(self) -> bool:
        """Whether the data is not what the network learned from."""
        return dict(self.data_sha256) != dict(self.provenance.trained_on_sha256)

    def record(self) -> dict[str, Any]:
        """The assessment as JSON has it, without the single predictions; see docs/evaluation.md."""
        provenance = asdict(self.provenance)
        return {
            "event": "evaluation",
            "mnistcnn": __version__,
            **{key: provenance[key] for key in ("model", "run", "checkpoint", "step", "weights_digest", "trained_on")},
            "data": self.data,
            "split": self.split,
            "is_foreign": self.is_foreign,
            "examples": len(self.examples),
            "errors": self.errors,
            "accuracy": self.accuracy,
            "interval": dict(zip(("confidence", "low", "high"), (CONFIDENCE, *self.interval), strict=True)),
            "loss": self.loss,
            "classes": [asdict(one) for one in self.classes],
            "confusion": self.confusion.tolist(),
            "calibration": asdict(self.calibration),
            "doubt": None if self.selection is None else asdict(self.selection),
            "mistakes": [asdict(mistake) for mistake in self.mistakes],
            "origin": self.origin,
            "data_sha256": dict(self.data_sha256),
            "trained_on_sha256": provenance["trained_on_sha256"],
        }

    def predictions_csv(self) -> bytes:
        """Every image's index, label, prediction and ten probabilities; numbers as float64 has them."""
        buffer = io.StringIO()
        writer = csv.writer(buffer, lineterminator="\n")
        writer.writerow(["index", "label", "prediction", *(f"p{label}" for label in range(scores.CLASSES))])
        answers = zip(
            self.examples.labels.tolist(), self.predictions.tolist(), self.probabilities.tolist(), strict=True
        )
        writer.writerows(
            [index, label, prediction, *probabilities]
            for index, (label, prediction, probabilities) in enumerate(answers)
        )
        return buffer.getvalue().encode()

    def write(self, directory: Path, prefix: str = "") -> list[Path]:
        """Write `eval-<split>.json` and `predictions-<split>.csv`, with the data's name if it is not the run's own.

        The JSON file comes second and has the checksum of the other, so that each pair can be told from a pair that a
        full disk has left half old, half new.

        Args:
            directory: where to.
            prefix: begins both names.

        Returns:
            The two files.

        Raises:
            OSError: one could not be written; what was there before still is.
        """
        suffix = f"{self.split}-{_in_file_name(self.data)}" if self.is_foreign else self.split
        evaluation, predictions = (
            directory / f"{prefix}{name}" for name in (f"eval-{suffix}.json", f"predictions-{suffix}.csv")
        )
        content = self.predictions_csv()
        files.write_atomically(predictions, content)
        reference = {"file": predictions.name, "sha256": hashlib.sha256(content).hexdigest()}
        files.write_atomically(evaluation, files.to_json({**self.record(), "predictions": reference}))
        return [evaluation, predictions]


def assess(
    provenance: Provenance, dataset: Dataset, split: Split, result: EvaluationResult, mistakes: int
) -> Assessment:
    """Work out every figure.

    Args:
        provenance: who answered.
        dataset: where the images are from.
        split: which of its splits was asked.
        result: the answers to every image of that split, in order.
        mistakes: how many of the most confident mistakes to keep.

    Raises:
        DivergedError: an answer is NaN or infinite.
    """
    with np.errstate(invalid="ignore"):  # An infinite logit; the loss tells.
        loss, probabilities = result.loss, np.exp(result.log_probabilities)
    if not math.isfinite(loss):
        raise DivergedError(
            f"{provenance.run}: checkpoint {provenance.checkpoint} (step {provenance.step:,}): its loss on the {split} "
            f"split of {dataset.name} is {loss}: the weights are useless; choose another checkpoint"
        )
    labels, predictions = result.labels, result.predictions
    return Assessment(
        provenance=provenance,
        split=split,
        data=dataset.name,
        origin=dataset.origin,
        data_sha256=dataset.checksums,
        examples=dataset.splits()[split],
        predictions=predictions,
        probabilities=probabilities,
        errors=result.errors,
        accuracy=result.accuracy,
        interval=wilson_interval(result.examples - result.errors, result.examples, CONFIDENCE),
        loss=loss,
        classes=scores.class_scores(labels, predictions),
        confusion=scores.confusion_matrix(labels, predictions),
        calibration=scores.calibration(probabilities, labels, predictions),
        mistakes=scores.most_confident_mistakes(probabilities, labels, predictions, mistakes),
    )


def assess_run(run: Run, checkpoint: str, dataset: Dataset, split: Split, mistakes: int = 0) -> Assessment:
    """Evaluate one checkpoint of a run on one split.

    Args:
        run: the run.
        checkpoint: `best`, `last` or a step.
        dataset: the run's own data or any other.
        split: of the dataset.
        mistakes: how many of the most confident mistakes to keep.

    Raises:
        DataError: the split is empty.
        RunError, CheckpointError, ConfigError: as `load_trained`.
        DivergedError: an answer is NaN or infinite.
    """
    _examples(dataset, split)  # What is wrong with the data shows before the network is loaded.
    return assess_trained(load_trained(run, checkpoint), dataset, split, mistakes)


def assess_trained(trained: TrainedNetwork, dataset: Dataset, split: Split, mistakes: int = 0) -> Assessment:
    """Evaluate a network that is loaded on one split; otherwise as `assess_run`.

    Raises:
        DataError: the split is empty.
        RunError: the run's manifest is damaged.
        DivergedError: an answer is NaN or infinite.
    """
    examples, run = _examples(dataset, split), trained.run
    checksums = run.manifest()["data"]["sha256"]
    # The directory's own name, also if it was given as "." or through a link.
    name = run.path.resolve().name
    provenance = Provenance(name, trained.checkpoint, trained.step, trained.digest, trained.data, checksums)
    found = find_doubt(trained, dataset)
    result, doubts = _respond(trained, examples, found.doubt)
    assessment = assess(provenance, dataset, split, result, mistakes)
    if doubts is None:
        return replace(assessment, lack=found.lack)
    return replace(assessment, selection=scores.selection(doubts, result.predictions == result.labels))


def _respond(
    trained: TrainedNetwork, examples: Examples, doubt: Doubt | None
) -> tuple[EvaluationResult, NDArray[np.float64] | None]:
    """The answers to all examples, and the doubt of each."""
    logits, doubts = [], []
    for batch in Responder(trained.network).batches(examples.images):
        logits.append(batch.logits)
        if doubt is not None:
            doubts.append(doubt(batch))
    return EvaluationResult(np.concatenate(logits), examples.labels), np.concatenate(doubts) if doubts else None


def assess_file(path: Path, dataset: Dataset, split: Split, mistakes: int = 0) -> Assessment:
    """Evaluate an exported file on one split, with its format's own runtime in a process of its own.

    Args:
        path: the file, or the directory of a SavedModel or of NumPy's weights.
        dataset: what the network learned from or any other.
        split: of the dataset.
        mistakes: how many of the most confident mistakes to keep.

    Raises:
        UsageError: there is no such file, or it is of no format of this project.
        DataError: the split is empty.
        RunError: the file is damaged, has no record of where it comes from, or cannot be run.
        DivergedError: an answer is NaN or infinite.
    """
    examples = _examples(dataset, split)
    metadata = read_metadata(path)
    answers = ask(format_of(path), path, examples.images)
    provenance = Provenance(
        run=metadata.run,
        checkpoint=metadata.checkpoint,
        step=metadata.step,
        weights_digest=metadata.weights_digest,
        trained_on=metadata.data,
        trained_on_sha256=metadata.data_sha256,
        model=str(path),
    )
    return assess(provenance, dataset, split, EvaluationResult(answers.logits, examples.labels), mistakes)


def _examples(dataset: Dataset, split: Split) -> Examples:
    examples = dataset.splits()[split]
    if not len(examples):
        raise DataError(f"{dataset.name} ({dataset.origin}): no images in the {split} split; choose another split")
    return examples


def _in_file_name(data: str) -> str:
    """The name of foreign data, without characters that some system or shell refuses in the name of a file."""
    return "".join(char if char.isalnum() or char in "._-" else "-" for char in data)[:_LONGEST_DATA_NAME]
