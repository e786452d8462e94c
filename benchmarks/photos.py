"""How well pictures are read: `make bench-photos RUN=runs/default`.

    python benchmarks/photos.py --run RUN [--count N] [--seed SEED] [--only CONDITION …] [--wrong DIR]

Test digits of MNIST are drawn as people write, scan and photograph them (see photo_drawing.py), and read as `mnistcnn
predict` does. For each condition: how many are right, refused, wrong, and wrong although each digit had more than 99 %.
A target is a share of what the same digits give as they are in MNIST; of numbers, the share that is right as a whole.
"""

from __future__ import annotations

import argparse
import io
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from mnist_data import load_mnist
from photo_drawing import CONDITIONS, Condition, Digit, Photo, photos

from mnistcnn.data.digitfiles import STDIN, read_digits_of
from mnistcnn.errors import DataError
from mnistcnn.evaluation.prediction import to_predictions
from mnistcnn.network.evaluator import Evaluator
from mnistcnn.runs.directory import open_run
from mnistcnn.runs.trained import load_trained

SURE = 0.99
MOST_SURE_AND_WRONG = 0.005


@dataclass(frozen=True)
class Reading:
    """What was read from one picture."""

    number: str
    """Empty if nothing was found."""
    probability: float
    """Of the least certain digit."""


@dataclass(frozen=True)
class Shares:
    """Of one condition's pictures."""

    right: float
    refused: float
    wrong: float
    sure_and_wrong: float


def read(photo: Photo, network: Evaluator) -> Reading:
    """Read a picture as `predict` does."""
    try:
        digits = read_digits_of(STDIN, io.BytesIO(photo.content))
    except DataError:
        return Reading("", 0)
    logits = network.logits(np.stack([digit.image for digit in digits]))
    predictions = [prediction for batch in logits for prediction in to_predictions(batch)]
    number = "".join(str(prediction.digit) for prediction in predictions)
    return Reading(number, min(prediction.probability for prediction in predictions))


def shares(pictures: Sequence[Photo], readings: Sequence[Reading]) -> Shares:
    """Compare what is written with what was read."""
    pairs = list(zip(pictures, readings, strict=True))
    right = np.mean([photo.digits == reading.number for photo, reading in pairs])
    refused = np.mean([not reading.number for reading in readings])
    sure = [photo.digits != reading.number and reading.probability > SURE for photo, reading in pairs]
    return Shares(float(right), float(refused), float(1 - right - refused), float(np.mean(sure)))


def row(condition: Condition, found: Shares, plain: float, seconds: float) -> str:
    """One line of the table."""
    target = condition.wanted * (1 if condition.several else plain)
    marks = ["" if found.right >= target else f"below {target:.1%}"]
    marks += ["too sure"] if found.sure_and_wrong > MOST_SURE_AND_WRONG and not condition.several else []
    cells = (found.right, found.refused, found.wrong, found.sure_and_wrong)
    columns = " | ".join(f"{cell:6.1%}" for cell in cells)
    return f"| {condition.name:26} | {columns} | {target:6.1%} | {seconds:6.3f} | {', '.join(filter(None, marks))} |"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--run", default="latest")
    parser.add_argument("--count", type=int, default=100, help="pictures of each condition")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", nargs="*", default=[], help="parts of the names of conditions")
    parser.add_argument("--wrong", type=Path, help="folder for the pictures that were not read rightly")
    options = parser.parse_args()
    network = Evaluator(load_trained(open_run(options.run, Path("runs")), "best").network)
    test = load_mnist().test
    digits = [Digit(image, int(label)) for image, label in zip(test.images, test.labels, strict=True)]
    plain = None
    print("| condition | right | refused | wrong | wrong above 99 % | target | seconds | |")
    print("|---|--:|--:|--:|--:|--:|--:|---|")
    for condition in CONDITIONS:
        if plain is not None and options.only and not any(part in condition.name for part in options.only):
            continue
        pictures = photos(condition, digits, options.count, options.seed)
        start = time.perf_counter()
        readings = [read(photo, network) for photo in pictures]
        seconds = (time.perf_counter() - start) / len(pictures)
        found = shares(pictures, readings)
        plain = found.right if plain is None else plain
        print(row(condition, found, plain, seconds), flush=True)
        if options.wrong:
            save_wrong(options.wrong, condition, pictures, readings)


def save_wrong(folder: Path, condition: Condition, pictures: Sequence[Photo], readings: Sequence[Reading]) -> None:
    """Write the pictures that were not read rightly, named by what they are and what was read."""
    folder.mkdir(parents=True, exist_ok=True)
    for index, (photo, reading) in enumerate(zip(pictures, readings, strict=True)):
        if photo.digits != reading.number:
            name = f"{condition.name}-{index:03}-is-{photo.digits}-read-{reading.number or 'nothing'}".replace(" ", "-")
            (folder / name.replace("'", "")).write_bytes(photo.content)


if __name__ == "__main__":
    main()
