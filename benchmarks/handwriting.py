"""How well runs read hands that MNIST does not have: `make bench-handwriting RUNS="runs/a runs/b"`.

    python benchmarks/handwriting.py RUN … [--tune] [--styles]

Four sets of digits, and the share of each that the checkpoint which validation chose reads rightly:

- `mnist`: MNIST's test images;
- `sklearn`: the second half of scikit-learn's 1,797 digits (8×8 pixels), enlarged and framed as `mnistcnn predict`
  frames a picture. They are in the order of their writers, so that the halves have different ones;
- `styles`: ways to write digits, each drawn many times (pen_strokes.py);
- `fonts`: the skeletons of fonts' digits, drawn likewise.

A recipe is chosen by the other halves (`--tune`): MNIST's validation images, the first half of scikit-learn's, other
styles and other fonts. `others` is the mean of the last three sets.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from mnist_data import load_mnist
from numpy.typing import NDArray
from pen_strokes import REPORTED, REPORTED_FONTS, TUNED, TUNED_FONTS, font_digits, styled_digits
from PIL import Image

from mnistcnn.data.dataset import Examples
from mnistcnn.data.framing import frame
from mnistcnn.network.evaluator import Evaluator
from mnistcnn.runs.finding import open_run
from mnistcnn.runs.trained import load_trained

_ENLARGED = 160

Named = tuple[Examples, Sequence[str]]
"""Digits, and for each the name of its style."""


def other_hands(*, tune: bool) -> dict[str, Named]:
    """The digits that MNIST does not have.

    Args:
        tune: those to choose a recipe with, instead of those to report.
    """
    return {
        "sklearn": _with_labels_as_names(sklearn_digits(first_half=tune)),
        "styles": styled_digits(TUNED if tune else REPORTED),
        "fonts": font_digits(TUNED_FONTS if tune else REPORTED_FONTS),
    }


def sklearn_digits(*, first_half: bool) -> Examples:
    """Half of scikit-learn's digits, as `mnistcnn predict` frames a picture of them."""
    from sklearn.datasets import load_digits

    found = load_digits()
    middle = len(found.target) // 2
    half = slice(middle) if first_half else slice(middle, None)
    return Examples(np.stack([framed(image) for image in found.images[half]]), found.target[half].astype(np.uint8))


def framed(image: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Enlarge [8, 8] pixels, 0 to 16, and frame them: [28, 28]."""
    picture = Image.fromarray((image / 16).astype(np.float32)).resize((_ENLARGED, _ENLARGED), Image.Resampling.BICUBIC)
    return frame(np.clip(np.asarray(picture), 0, 1))


def _with_labels_as_names(examples: Examples) -> Named:
    return examples, [str(label) for label in examples.labels]


def main() -> None:
    """Print a row for each run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("runs", nargs="+")
    parser.add_argument("--tune", action="store_true", help="the halves to choose a recipe with")
    parser.add_argument("--styles", action="store_true", help="what is read wrongly, style by style")
    arguments = parser.parse_args()
    mnist = load_mnist()
    sets = {"mnist": _with_labels_as_names(mnist.validation if arguments.tune else mnist.test)}
    sets |= other_hands(tune=arguments.tune)
    print("| run | " + " | ".join(f"{name} ({len(named[0])})" for name, named in sets.items()) + " | others |")
    print("|---|" + "--:|" * (len(sets) + 1))
    for run in arguments.runs:
        network = Evaluator(load_trained(open_run(run, Path("runs")), own_threads=False).network)
        right = {name: network(examples).predictions == examples.labels for name, (examples, _) in sets.items()}
        shares = [100 * float(each.mean()) for each in right.values()]
        cells = [*shares, float(np.mean(shares[1:]))]
        print(f"| {Path(run).name} | " + " | ".join(f"{cell:.2f} %" for cell in cells) + " |", flush=True)
        if arguments.styles:
            for name, (_, styles) in sets.items():
                wrong = Counter(style for style, well in zip(styles, right[name], strict=True) if not well)
                print(f"  {name}: " + ", ".join(f"{style} ×{count}" for style, count in wrong.most_common(12)))


if __name__ == "__main__":
    main()
