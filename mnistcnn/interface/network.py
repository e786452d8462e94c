"""A trained network that is called with arrays of NumPy or with tensors."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, overload

import numpy as np
from numpy.typing import NDArray

from ..evaluation.prediction import Prediction, to_predictions
from .digits import Images, to_fractions, to_images
from .unchanged import unchanged_process

if TYPE_CHECKING:
    from ..network.doubt import Doubt
    from ..runs.doubt import FoundDoubt
    from ..runs.trained import TrainedNetwork

Floats = NDArray[np.float32]


class Network:
    """The network of a run's checkpoint; made by `Run.network`.

    Arrays of NumPy are images as MNIST has them: [28, 28], [n, 28, 28] or [n, 28, 28, 1], as integers from 0 to 255 or
    as fractions from 0 to 1. What they give are arrays. Tensors are [n, 28, 28, 1] float32 in [0, 1]; what they give
    are tensors, through which gradients flow.

    Args:
        trained: the network, and where it is from.
    """

    def __init__(self, trained: TrainedNetwork) -> None:
        # Inside, because it imports TensorFlow, which whoever has loaded the network has started.
        from ..network.responder import Responder

        self._trained = trained
        self._respond = Responder(trained.network)
        self._found_doubt: FoundDoubt | None = None

    def __repr__(self) -> str:
        """Say how large it is, and where it is from."""
        count = self._trained.network.parameter_count
        return f"<mnistcnn.Network of {self._trained.run.name}, step {self.step:,}: {count:,} parameters>"

    @property
    def step(self) -> int:
        """The training steps that it has had."""
        return self._trained.step

    @property
    def digest(self) -> str:
        """SHA-256 of its weights, the same as in the run's manifest and of the command line."""
        return self._trained.digest

    @property
    def parameters(self) -> dict[str, Floats]:
        """A copy of every weight and bias by its name, such as `conv1/weights`, [5, 5, 1, 32] float32."""
        return self._trained.network.read()

    @overload
    def __call__(self, images: NDArray[Any]) -> Floats: ...

    @overload
    def __call__(self, images: object) -> Any: ...

    def __call__(self, images: object) -> Any:
        """The logits of images, without dropout.

        Args:
            images: an array or a tensor; see the class.

        Returns:
            [n, 10] float32.

        Raises:
            DataError: an array has another shape or range.
        """
        if _is_tensor(images):
            return self._trained.network(images)
        with unchanged_process():
            logits = [self._trained.network(batch).numpy() for batch in _batches(images)]
        return np.concatenate(logits) if logits else np.empty((0, 10), np.float32)

    @overload
    def activations(self, images: NDArray[Any]) -> dict[str, Floats]: ...

    @overload
    def activations(self, images: object) -> dict[str, Any]: ...

    def activations(self, images: object) -> dict[str, Any]:
        """What every layer makes of images, without dropout, in the order of the layers.

        Args:
            images: an array or a tensor; see the class. conv1's maps of a thousand images are 100 MB.

        Returns:
            `conv1`, `conv2` (after ReLU), `pool1`, `pool2`, `fc1` and `fc2` (logits); and before their ReLU
            `conv1/preactivation`, `conv2/preactivation` and `fc1/preactivation`. Maps are [n, height, width, channels],
            dense layers [n, units], all float32.

        Raises:
            DataError: an array has another shape or range.
        """
        if _is_tensor(images):
            return self._trained.network.activations(images)
        with unchanged_process():
            found = [self._trained.network.activations(batch) for batch in _batches(images)]
        return {name: np.concatenate([batch[name].numpy() for batch in found]) for name in (found[0] if found else ())}

    def predict(self, images: Images, *, doubt: bool = True) -> list[Prediction]:
        """Read the digit in each image; see `Run.predict`."""
        pixels = to_images(images)
        with unchanged_process():
            lack, measure = self._doubt() if doubt and len(pixels) else (None, None)
            predictions = [
                prediction
                for batch in self._respond.batches(pixels)
                for prediction in to_predictions(batch.logits, None if measure is None else measure(batch))
            ]
        if lack is not None:
            warnings.warn(f"{lack}; doubt=False does without", stacklevel=2)
        return predictions

    def _doubt(self) -> tuple[str | None, Doubt | None]:
        """Why there is none, or what measures it; the same for every call."""
        from ..runs.doubt import find_doubt

        if self._found_doubt is None:
            self._found_doubt = find_doubt(self._trained)
        return self._found_doubt.lack, self._found_doubt.doubt


def _is_tensor(images: object) -> bool:
    import tensorflow as tf

    return bool(tf.is_tensor(images))


def _batches(images: object) -> Iterator[Any]:
    """Tensors of fractions, [≤ BATCH_SIZE, 28, 28, 1] each: the maps of many images at once would fill the memory."""
    import tensorflow as tf

    from ..network.evaluator import BATCH_SIZE

    fractions = to_fractions(images)
    for start in range(0, len(fractions), BATCH_SIZE):
        yield tf.constant(fractions[start : start + BATCH_SIZE, :, :, np.newaxis])
