"""How well pictures are read: `make bench-photos RUN=runs/default`.

    python benchmarks/photos.py --run RUN [--count N] [--seed SEED] [--only CONDITION …] [--wrong DIR]

Test digits of MNIST are drawn as people write, scan and photograph them (see photo_drawing/), and read as `mnistcnn
predict` does. For each condition: how many are right, refused, wrong, and wrong although each digit had more than 99 %.
A target is a share of what the same digits give as they are in MNIST; of numbers, the share that is right as a whole.
Seconds are processor time of a picture.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from mnist_data import load_mnist
from photo_drawing import CONDITIONS, Condition, Digit
from photo_reading import ReadPhoto, photo_reader

from mnistcnn.evaluation.prediction import to_predictions

if TYPE_CHECKING:
    from mnistcnn.network.evaluator import Evaluator

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


def load_network(run: str) -> Evaluator:
    """The best network of a run. TensorFlow is imported here, so that the processes that read do without."""
    from mnistcnn.network.evaluator import Evaluator
    from mnistcnn.network.quiet_tensorflow import import_tensorflow
    from mnistcnn.runs.finding import open_run
    from mnistcnn.runs.trained import load_trained

    import_tensorflow()
    return Evaluator(load_trained(open_run(run, Path("runs")), "best").network)


def answers(pictures: Sequence[ReadPhoto], network: Evaluator) -> list[Reading]:
    """What the network makes of the digits that were found."""
    logits = network.logits(np.concatenate([picture.images for picture in pictures]))
    predictions = iter([prediction for batch in logits for prediction in to_predictions(batch)])
    readings = []
    for picture in pictures:
        own = [next(predictions) for _ in picture.images]
        number = "".join(str(prediction.digit) for prediction in own)
        readings.append(Reading(number, min((prediction.probability for prediction in own), default=0)))
    return readings


def shares(pictures: Sequence[ReadPhoto], readings: Sequence[Reading]) -> Shares:
    """Compare what is written with what was read."""
    right = np.array([one.photo.digits == reading.number for one, reading in zip(pictures, readings, strict=True)])
    refused = np.mean([not reading.number for reading in readings])
    sure = ~right & [reading.probability > SURE for reading in readings]
    return Shares(float(right.mean()), float(refused), float(1 - right.mean() - refused), float(sure.mean()))


def row(condition: Condition, found: Shares, plain: float, pictures: Sequence[ReadPhoto]) -> str:
    """One line of the table."""
    target = condition.wanted * (1 if condition.several else plain)
    marks = ["" if found.right >= target else f"below {target:.1%}"]
    marks += ["too sure"] if found.sure_and_wrong > MOST_SURE_AND_WRONG and not condition.several else []
    cells = (found.right, found.refused, found.wrong, found.sure_and_wrong)
    columns = " | ".join(f"{cell:6.1%}" for cell in cells)
    seconds = (np.mean([getattr(one, name) for one in pictures]) for name in ("drawing", "reading"))
    times = " | ".join(f"{each:.2f}" for each in seconds)
    return f"| {condition.name:26} | {columns} | {target:6.1%} | {times} | {', '.join(filter(None, marks))} |"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--run", default="latest")
    parser.add_argument("--count", type=int, default=100, help="pictures of each condition")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", nargs="*", default=[], help="parts of the names of conditions")
    parser.add_argument("--wrong", type=Path, help="folder for the pictures that were not read rightly")
    options = parser.parse_args()
    network = load_network(options.run)
    test = load_mnist().test
    digits = [Digit(image, int(label)) for image, label in zip(test.images, test.labels, strict=True)]
    print("| condition | right | refused | wrong | wrong above 99 % | target | s to draw | s to read | |")
    print("|---|--:|--:|--:|--:|--:|--:|--:|---|")
    plain = None
    with photo_reader(digits, options.seed) as reader:
        for condition in CONDITIONS:
            if plain is not None and options.only and not any(part in condition.name for part in options.only):
                continue
            pictures = reader.read(condition, options.count)
            readings = answers(pictures, network)
            found = shares(pictures, readings)
            plain = found.right if plain is None else plain
            print(row(condition, found, plain, pictures), flush=True)
            if options.wrong:
                save_wrong(options.wrong, condition, pictures, readings)


def save_wrong(folder: Path, condition: Condition, pictures: Sequence[ReadPhoto], readings: Sequence[Reading]) -> None:
    """Write the pictures that were not read rightly, named by what they are and what was read."""
    folder.mkdir(parents=True, exist_ok=True)
    for index, (picture, reading) in enumerate(zip(pictures, readings, strict=True)):
        photo = picture.photo
        if photo.digits != reading.number:
            name = f"{condition.name}-{index:03}-is-{photo.digits}-read-{reading.number or 'nothing'}".replace(" ", "-")
            (folder / name.replace("'", "")).write_bytes(photo.content)


if __name__ == "__main__":
    main()
