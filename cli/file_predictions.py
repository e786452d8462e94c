"""Predicts the digits in image files: what `mnistcnn predict` shows."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import groupby, islice
from math import prod
from typing import TYPE_CHECKING

from mnistcnn.errors import DataError
from mnistcnn.network.memory_errors import check_address_space
from mnistcnn.network.quiet_tensorflow import import_tensorflow

from .file_reading import HowToRead, ReadFile, read_files

if TYPE_CHECKING:
    from mnistcnn.data.framing import FoundDigit
    from mnistcnn.data.preview import Preview
    from mnistcnn.evaluation.prediction import Prediction
    from mnistcnn.runs.directory import Run
    from mnistcnn.runs.trained import TrainedNetwork

CHUNK = 100
"""Files that are read before the network gets them: few enough that the first predictions come soon."""


@dataclass(frozen=True, eq=False)
class DigitPrediction:
    """One digit of a picture: its place, the input of the network, and the prediction."""

    found: FoundDigit
    prediction: Prediction


@dataclass(frozen=True, eq=False)
class FilePrediction:
    """The result for one file: its digits in reading order and their network, or an error."""

    file: str
    digits: tuple[DigitPrediction, ...] = ()
    trained: TrainedNetwork | None = None
    error: DataError | None = None
    lack: str | None = None
    """Why doubt was not measured though it was asked for."""
    preview: Preview | None = None
    """A small version of the picture, if it was asked for."""
    is_first_of_several: bool = False
    """Whether the file has more pages or frames, which are not read."""

    @property
    def number(self) -> str:
        """What the digits spell; a space parts the lines."""
        lines = groupby(self.digits, key=lambda digit: digit.found.line)
        return " ".join("".join(str(digit.prediction.digit) for digit in line) for _, line in lines)

    @property
    def probability(self) -> float:
        """That every digit is right, as far as the network can tell: the product of their probabilities."""
        return prod(digit.prediction.probability for digit in self.digits)


def predict_files(
    names: Sequence[str],
    run: Run,
    checkpoint: str,
    how: HowToRead,
    *,
    doubt: bool = True,
    on_read: Callable[[], None] = lambda: None,
) -> Generator[FilePrediction, None, None]:
    """Predict the digits in every file, in order. The network is loaded only when there is a digit for it.

    Args:
        names: of image files; `-` is standard input.
        run: whose network.
        checkpoint: `best`, `last` or a step.
        how: what is wanted of each file.
        doubt: whether to measure how unlike a digit each is; a checkpoint's first time takes seconds.
        on_read: called after each file is read.

    Raises:
        RunError, CheckpointError, ConfigError: as `load_trained`.
        DataError: as `read_files`.
    """
    check_address_space("TensorFlow")
    network: _Network | None = None
    with closing(read_files(names, how)) as files:
        while read := list(islice(_counted(files, on_read), CHUNK)):
            if network is None and any(one.digits for one in read):
                network = _Network(run, checkpoint, doubt=doubt)
            yield from (FilePrediction(one.file, error=one.error) for one in read) if network is None else network(read)


def _counted(files: Iterator[ReadFile], on_read: Callable[[], None]) -> Iterator[ReadFile]:
    for file in files:
        on_read()
        yield file


class _Network:
    """A network in memory."""

    def __init__(self, run: Run, checkpoint: str, *, doubt: bool) -> None:
        import_tensorflow()
        from mnistcnn.network.responder import Responder
        from mnistcnn.runs.doubt import FoundDoubt, find_doubt
        from mnistcnn.runs.trained import load_trained

        self._trained = load_trained(run, checkpoint)
        self._respond = Responder(self._trained.network)
        self._found = find_doubt(self._trained) if doubt else FoundDoubt()

    def __call__(self, read: Sequence[ReadFile]) -> Iterator[FilePrediction]:
        """Predict every digit."""
        import numpy as np

        from mnistcnn.evaluation.prediction import to_predictions

        images = [digit.image for one in read for digit in one.digits]
        batches = self._respond.batches(np.stack(images)) if images else ()
        doubt = self._found.doubt
        answers = (
            answer for batch in batches for answer in to_predictions(batch.logits, doubt(batch) if doubt else None)
        )
        for one in read:
            digits = tuple(DigitPrediction(found, next(answers)) for found in one.digits)
            yield FilePrediction(
                one.file, digits, self._trained, one.error, self._found.lack, one.preview, one.is_first_of_several
            )
