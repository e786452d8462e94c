"""Whether a network doubts what is no digit: `make bench-doubt RUNS="runs/default-0 runs/default-1"`.

    python benchmarks/doubt.py RUN … [--count N] [--seed SEED] [--compare]

For each kind of picture (see doubt_pictures.py), the area under the ROC curve that separates MNIST's test digits from
it, and the share that is doubted; then what doubt leaves of the test digits. Figures are means over the runs. The exit
code is 1 if a promise of docs/evaluation.md is broken. `--compare` prints instead how other scores (doubt_scores.py) do
on validation digits and on the kinds by which the score was chosen, none of which is among those reported.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from doubt_pictures import CHOSEN_BY, REPORTED, Images, Kind, draw
from doubt_scores import SCORES, Fitted
from mnist_data import load_mnist
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from mnistcnn.data.dataset import Dataset
from mnistcnn.evaluation.scores import Selection, selection
from mnistcnn.network.responder import Responder
from mnistcnn.network.responses import Responses
from mnistcnn.runs.doubt import TRAINING_IMAGES, find_doubt
from mnistcnn.runs.finding import open_run
from mnistcnn.runs.trained import load_trained
from mnistcnn.statistics import t_interval

MOST_DOUBTED = 0.015
LEAST_GAIN = 0.002
"""Of accuracy; not promised of networks that are right on 99 %, which have little to gain."""

Floats = NDArray[np.float64]


def auroc(digits: Floats, others: Floats) -> float:
    """How often a picture of the other kind has more doubt than a digit."""
    return float(roc_auc_score(np.repeat([0, 1], [len(digits), len(others)]), np.concatenate([digits, others])))


def measure(run: str, dataset: Dataset, kinds: Mapping[Kind, Images]) -> tuple[Selection, float, Floats]:
    """One run: what doubt leaves of the test digits, their accuracy, and for each kind AUROC and share doubted."""
    trained = load_trained(open_run(run, Path("runs")))
    found = find_doubt(trained, dataset)
    if found.doubt is None:
        raise SystemExit(f"{run}: {found.lack}")
    respond = Responder(trained.network)
    batches = list(respond.batches(dataset.test.images))
    doubts = np.concatenate([found.doubt(batch) for batch in batches])
    predictions = np.concatenate([batch.logits.argmax(axis=1) for batch in batches])
    right = predictions == dataset.test.labels
    others = [found.doubt(respond(images)) for images in kinds.values()]
    rows = [(auroc(doubts, other), np.mean(other > 0)) for other in others]
    return selection(doubts, right), float(right.mean()), np.array(rows)


def interval(areas: Floats) -> str:
    """Student's interval of the mean over runs."""
    return "–".join(f"{min(end, 1):.4f}" for end in t_interval(areas.tolist())) if len(areas) > 1 else ""


def report(runs: list[str], dataset: Dataset, count: int, seed: int) -> list[str]:
    """Print the tables, and return the promises that are broken."""
    kinds = {kind: draw(kind, dataset.test.images, count, seed) for kind in REPORTED}
    measured = [measure(run, dataset, kinds) for run in runs]
    every = np.array([rows for _, _, rows in measured])
    rows = every.mean(axis=0)
    print(f"means of {len(runs)} runs, {count} pictures of each kind\n")
    print("| pictures | AUROC | 95 % interval | doubted |\n|---|--:|--:|--:|")
    for index, (kind, (area, share)) in enumerate(zip(kinds, rows, strict=True)):
        print(f"| {kind.name} | {area:.4f} | {interval(every[:, index, 0])} | {share:.1%} |")
    print(
        "\n| run | accuracy | doubted | accuracy of the rest | gain | risk-coverage area |\n|---|--:|--:|--:|--:|--:|"
    )
    gains = []
    for run, (left, accuracy, _) in zip(runs, measured, strict=True):
        rest = left.rest_accuracy or 0.0
        gains.append(rest - accuracy)
        cells = (f"{accuracy:.2%}", f"{left.share:.2%}", f"{rest:.2%}", f"{100 * (rest - accuracy):+.2f}")
        print(f"| {Path(run).name} | {' | '.join(cells)} | {left.risk_coverage_area:.5f} |")
    broken = [
        f"{kind.name}: AUROC {area:.4f} is below {kind.least_auroc}"
        for kind, (area, _) in zip(kinds, rows, strict=True)
        if kind.least_auroc and area < kind.least_auroc
    ]
    doubted = np.mean([left.share for left, _, _ in measured])
    broken += [f"{doubted:.2%} of the test digits are doubted"] if doubted > MOST_DOUBTED else []
    can_gain = np.mean([accuracy for _, accuracy, _ in measured]) < 0.99
    lacking = can_gain and np.mean(gains) < LEAST_GAIN
    return broken + ([f"the rest gains only {np.mean(gains):.2%}"] if lacking else [])


def compare(run: str, dataset: Dataset, count: int, seed: int) -> None:
    """Print each score's AUROC on the kinds that chose among them, and the share of errors that it finds."""
    respond = Responder(load_trained(open_run(run, Path("runs"))).network)
    digits = dataset.validation
    train, labels = respond(dataset.train.images[:TRAINING_IMAGES]), dataset.train.labels[:TRAINING_IMAGES]
    validation = respond(digits.images)
    others = [respond(draw(kind, digits.images, count, seed)) for kind in CHOSEN_BY]
    right = validation.logits.argmax(axis=1) == digits.labels
    fitted = Fitted.of(train, labels)
    print(f"{Path(run).name}\n| score | {' | '.join(kind.name for kind in CHOSEN_BY)} | mean | gain |")
    print("|---|" + "--:|" * (len(CHOSEN_BY) + 2))
    for name, score in SCORES.items():

        def doubts(responses: Responses) -> Floats:
            return score(fitted, responses, validation)  # noqa: B023 (called before the next)

        own = doubts(validation)
        areas = [auroc(own, doubts(other)) for other in others]
        kept = own <= np.quantile(own, 0.99)
        cells = " | ".join(f"{area:.4f}" for area in (*areas, np.mean(areas)))
        print(f"| {name} | {cells} | {100 * (right[kept].mean() - right.mean()):+.2f} |", flush=True)


def main() -> int:
    """Measure, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("runs", nargs="+", metavar="RUN")
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--compare", action="store_true")
    options = parser.parse_args()
    dataset = load_mnist()
    if options.compare:
        for run in options.runs:
            compare(run, dataset, options.count, options.seed)
        return 0
    broken = report(options.runs, dataset, options.count, options.seed)
    print("\n".join(["", *(f"broken: {promise}" for promise in broken)]))
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
