"""Predicts the digits in image files: what `mnistcnn predict` shows."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mnistcnn.errors import DataError

from .quiet_tensorflow import import_tensorflow, quiet_stderr

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from mnistcnn.evaluation.prediction import Prediction
    from mnistcnn.runs.directory import Run
    from mnistcnn.runs.trained import TrainedNetwork

CHUNK = 100
"""Files that are read before the network gets them: few enough that the first predictions come soon."""


@dataclass(frozen=True, eq=False)
class FilePrediction:
    """What became of one file: either a prediction with its image and its network, or an error."""

    file: str
    image: NDArray[np.uint8] | None = None
    """[28, 28], 0 (background) to 255 (ink): the network's input."""
    prediction: Prediction | None = None
    trained: TrainedNetwork | None = None
    error: DataError | None = None


def predict_files(names: Sequence[str], run: Run, checkpoint: str) -> Iterator[FilePrediction]:
    """Predict the digit in every file, in order. The network is loaded only when there is an image for it.

    Args:
        names: of image files; `-` is standard input.
        run: whose network.
        checkpoint: `best`, `last` or a step.

    Raises:
        RunError, CheckpointError, ConfigError: as `load_trained`.
    """
    network: _Network | None = None
    for start in range(0, len(names), CHUNK):
        read = _read(names[start : start + CHUNK])
        if network is None and any(one.image is not None for one in read):
            network = _Network(run, checkpoint)
        yield from read if network is None else network.predict(read)


def _read(names: Sequence[str]) -> list[FilePrediction]:
    from mnistcnn.data.digitfiles import read_digit

    read = []
    with quiet_stderr():  # libtiff writes its own complaints there.
        for name in names:
            try:
                read.append(FilePrediction(name, image=read_digit(name, sys.stdin.buffer)))
            except DataError as error:
                read.append(FilePrediction(name, error=error))
    return read


class _Network:
    """A network in memory."""

    def __init__(self, run: Run, checkpoint: str) -> None:
        import_tensorflow()
        from mnistcnn.network.evaluator import Evaluator
        from mnistcnn.runs.trained import load_trained

        self._trained = load_trained(run, checkpoint)
        self._logits = Evaluator(self._trained.network).logits

    def predict(self, read: Sequence[FilePrediction]) -> Iterator[FilePrediction]:
        """Add the predictions to those that have an image."""
        import numpy as np

        from mnistcnn.evaluation.prediction import to_predictions

        images = [one.image for one in read if one.image is not None]
        logits = self._logits(np.stack(images)) if images else ()
        predictions = (prediction for batch in logits for prediction in to_predictions(batch))
        for one in read:
            yield one if one.error else replace(one, prediction=next(predictions), trained=self._trained)
