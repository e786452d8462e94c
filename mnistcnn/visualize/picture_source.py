"""What the pictures are of: a network, a digit, and what the network makes of it and of other digits."""

from __future__ import annotations

from collections.abc import Collection
from concurrent.futures import Future
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from .. import files
from ..data.dataset import Dataset, Examples
from ..network.evaluator import EvaluationResult, evaluate
from ..network.model import Network, to_input
from ..network.weights import Weights
from ..runs import checkpoint as checkpoints
from ..runs.curves import checked_metrics
from ..runs.fitting import check_fit
from ..runs.metrics_file import Metrics
from ..runs.snapshots import Snapshot
from ..runs.trained import TrainedNetwork
from .analysis.ahead import begin
from .analysis.digit import Digit, default_digit, find_digit
from .analysis.embedding import FEWEST, Embedding, embed, embed_apart
from .analysis.maximisation import Maximised, maximise
from .analysis.patches import Patches, find_patches
from .analysis.survey import Survey, Surveyor
from .drawing.style import ACTIVATION_PERCENTILE, THEMES, Theme

Floats = NDArray[np.float32]

MOST_UNITS = 256
"""Pictures show at most so many units: the tutorial's convolutions whole, and of much wider ones the first."""
FC1_UNITS = 32
"""Of fc1, whose 1,024 units would take minutes, so many inputs are maximised."""
SAMPLE_IMAGES = 2000
"""What excites a unit of a convolution most is looked for in so many of the test images, or in all if there are fewer.

All 10,000 take five times as long, and excite such a unit at their nine strongest places by 3 to 8 % more. Of fc1's
units, whose whole images are rarer, a sample would call 24 to 26 dead that are not (default.yaml, fast.yaml, 2026-11).
"""
EMBEDDED_IMAGES = 500
"""So many test images are flattened to a plane."""
REFERENCE_IMAGES = 500
"""Activations are scaled by the first so many test images, whichever digit is shown: digits can be compared."""


@dataclass(frozen=True, eq=False)
class Moment:
    """The network after `step` steps."""

    step: int
    weights: Weights
    accuracy: float | None = None
    """On the validation images that the run's snapshots are tried on; None where there are none."""


class PictureSource:
    """A network and a digit. What takes time to find out is found out when it is first asked for.

    Args:
        trained: the network.
        dataset: the data that it was trained on.
        digit: the image to follow.
        theme: of the pictures.
        autoscale: whether each map has a scale of its own.
    """

    def __init__(
        self, trained: TrainedNetwork, dataset: Dataset, digit: Digit, theme: Theme, *, autoscale: bool
    ) -> None:
        self.trained = trained
        self.dataset = dataset
        self.digit = digit
        self.theme = theme
        self.autoscale = autoscale
        self.weights = trained.network.read()
        self._limits: dict[str, float] = {}
        self._patches: dict[str, Patches] = {}
        self._maximised: dict[str, Maximised] = {}
        self._embedding: Future[Embedding | None] | None = None
        self._history: Future[list[Moment]] | None = None
        self._snapshots: Future[tuple[list[Snapshot], list[str]]] | None = None
        self.left_out: list[str] = []
        """What is wrong with each snapshot that cannot be shown, once snapshots were asked for."""
        self._metrics: Metrics | None = None

    def look_ahead(self, kinds: Collection[str]) -> None:
        """Begin what pictures of these kinds need from elsewhere than the network, while the first are drawn."""
        if "embedding" in kinds:
            units = self._embedded_units
            self._embedding = None if units is None else begin(partial(embed_apart, units))
        if "histograms" in kinds:
            self._history = begin(self._load_history)
        if "training" in kinds:
            self._snapshots = begin(self._load_snapshots)

    @property
    def network(self) -> Network:
        """The network."""
        return self.trained.network

    @cached_property
    def activations(self) -> dict[str, Floats]:
        """Every layer's answer to the digit: maps [height, width, units], dense layers [units]."""
        named = self.network.activations(tf.constant(self.digit.image[np.newaxis, :, :, np.newaxis]))
        return {name: value.numpy()[0] for name, value in named.items()}

    @cached_property
    def probabilities(self) -> NDArray[np.float64]:
        """Softmax of the digit's logits, [10]."""
        logits = self.activations["fc2"]
        return np.asarray(np.exp(EvaluationResult(logits[np.newaxis], np.zeros(1, np.uint8)).log_probabilities[0]))

    @cached_property
    def prediction(self) -> int:
        """The class with the largest logit."""
        return int(self.activations["fc2"].argmax())

    @cached_property
    def reference(self) -> dict[str, Floats]:
        """What the layers after ReLU answer to the reference images, [images, ...]."""
        found = self.network.activations(to_input(self.dataset.test.images[:REFERENCE_IMAGES]))
        return {layer: found[layer].numpy() for layer in ("conv1", "pool1", "conv2", "pool2", "fc1")}

    def limit(self, layer: str) -> float:
        """Of a layer after ReLU, the percentile of its activations that ends its scale."""
        if layer not in self._limits:
            self._limits[layer] = float(np.percentile(self.reference[layer], ACTIVATION_PERCENTILE))
        return self._limits[layer]

    @cached_property
    def survey(self) -> Survey:
        """What the network makes of every test image; takes seconds."""
        return self._surveyor.first(len(self.dataset.test))

    @cached_property
    def sample(self) -> Survey:
        """What the network makes of the first test images: enough to see what excites a unit of a convolution."""
        return self._surveyor.first(min(SAMPLE_IMAGES, len(self.dataset.test)))

    @cached_property
    def embedding(self) -> Embedding | None:
        """The first test images as fc1 sees them, flattened; None for too few images or units."""
        if self._embedded_units is None:
            return None
        return (self._embedding and self._embedding.result()) or embed(self._embedded_units)

    @cached_property
    def _embedded_units(self) -> Floats | None:
        units = self.sample.peaks["fc1"][:EMBEDDED_IMAGES]
        return units if len(units) >= FEWEST and units.shape[1] > 1 else None

    @cached_property
    def _surveyor(self) -> Surveyor:
        return Surveyor(self.network, self.dataset.test)

    def dead(self, layer: str) -> NDArray[np.bool_]:
        """Which units of `conv1` or `conv2` no image of the sample activates, or of `fc1` no test image, [units]."""
        return (self.survey if layer == "fc1" else self.sample).dead(layer)

    def patches(self, layer: str) -> Patches:
        """What excites each unit of `conv1` or `conv2` most in the sample of the test images."""
        if layer not in self._patches:
            peaks = self.sample.peaks[layer]
            units = min(peaks.shape[1], MOST_UNITS)
            self._patches[layer] = find_patches(self.network, layer, self.dataset.test.images, peaks, units)
        return self._patches[layer]

    def maximised(self, layer: str) -> Maximised:
        """What excites each unit of a layer most of all: of `fc1`, the units that this digit excites most."""
        if layer not in self._maximised:
            self._maximised[layer] = maximise(self.network, layer, self._units_to_maximise(layer))
        return self._maximised[layer]

    def _units_to_maximise(self, layer: str) -> list[int]:
        if layer == "fc1":
            strongest = np.argsort(-self.activations["fc1"], kind="stable")
            return [int(unit) for unit in strongest[:FC1_UNITS]]
        return list(range(min(self.activations[layer].shape[-1], MOST_UNITS)))

    def network_at(self, moment: Moment) -> Network:
        """The network as it was then; another moment's takes its place."""
        self._network_then.load(moment.weights)
        return self._network_then

    @cached_property
    def _network_then(self) -> Network:
        return Network(self.trained.config.network, self.trained.config.seed)

    @cached_property
    def history(self) -> list[Moment]:
        """The network at every checkpoint that the run kept, in order, step 0 among them."""
        return self._history.result() if self._history else self._load_history()

    def _load_history(self) -> list[Moment]:
        directory = self.trained.run.checkpoints()
        moments = [
            Moment(step, checkpoints.load(directory.path_of(step)).evaluated_weights) for step in directory.steps()
        ]
        for moment in moments:
            check_fit(directory.path_of(moment.step), moment.weights, self.trained.config.network)
        return moments

    @cached_property
    def snapshots(self) -> list[Snapshot]:
        """The intact snapshots that the run took, in order; `left_out` has what is wrong with the others."""
        snapshots, self.left_out = self._snapshots.result() if self._snapshots else self._load_snapshots()
        return snapshots

    def _load_snapshots(self, until: int | None = None) -> tuple[list[Snapshot], list[str]]:
        shapes = {name: array.shape for name, array in self.weights.items()}
        return self.trained.run.snapshots().load_intact(shapes, until)

    @cached_property
    def start(self) -> Weights | None:
        """The weights before the first step; None if the run has kept neither a snapshot nor a checkpoint of them."""
        first, problems = self._load_snapshots(until=0)  # Filters need no other, and all of them are 35 MB.
        self.left_out = self.left_out or problems
        if first:
            return first[0].weights
        directory = self.trained.run.checkpoints()
        return checkpoints.load(directory.path_of(0)).evaluated_weights if 0 in directory.steps() else None

    @property
    def metrics(self) -> Metrics:
        """The run's curves; empty if it has no `metrics.csv`."""
        if self._metrics is None:
            path = self.trained.run.metrics_path
            self._metrics = checked_metrics(path) if files.is_file(path) else Metrics(path)
        return self._metrics

    @property
    def warnings(self) -> list[list[str]]:
        """The lines of each warning of what was damaged, and left out of what was drawn so far."""
        warnings = []
        if self._metrics and self._metrics.warning:
            warnings.append([self._metrics.warning])
        if self.left_out:
            count = len(self.left_out)
            headline = f"{count} damaged snapshots are left out" if count > 1 else "a damaged snapshot is left out"
            warnings.append([f"{self.trained.run.path}: {headline}", *self.left_out])
        return warnings

    @cached_property
    def learning(self) -> list[Moment]:
        """The network from its first step to its last, with the network that is shown at its own step.

        At every snapshot; of a run without snapshots, at every kept checkpoint.
        """
        if not self.snapshots:
            return self.history
        moments = {each.step: Moment(each.step, each.weights, each.accuracy) for each in self.snapshots}
        shown = Moment(self.trained.step, self.weights, self._sample_accuracy(self.snapshots[0].examples))
        return [moment for _, moment in sorted((moments | {shown.step: shown}).items())]

    def _sample_accuracy(self, examples: int) -> float | None:
        validation = self.dataset.validation
        sample = Examples(validation.images[:examples], validation.labels[:examples])
        return evaluate(self.network, sample).accuracy if len(sample) else None


def picture_source(
    trained: TrainedNetwork,
    dataset: Dataset,
    *,
    image: str | None = None,
    theme: str = "light",
    autoscale: bool = False,
) -> PictureSource:
    """What the pictures are of, by the names that a user gives.

    Args:
        trained: the network.
        dataset: the data that it was trained on; see `mnistcnn.runs.data.check_own_data`.
        image: the number of a test image, or the path of a file; None for the default digit.
        theme: a name in `THEMES`.
        autoscale: whether each map has a scale of its own.

    Raises:
        DataError: there is no such image, or the file is none.
    """
    digit = default_digit(trained.network, dataset) if image is None else find_digit(image, dataset)
    return PictureSource(trained, dataset, digit, THEMES[theme], autoscale=autoscale)
