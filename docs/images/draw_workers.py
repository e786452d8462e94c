"""Draws docs/images/workers.svg: the time of a step against the network, and what several workers would gain.

`python docs/images/draw_workers.py > docs/images/workers.svg`, with the figures below, which are those of the tables in
docs/distributed.md.
"""

from __future__ import annotations

import io
import sys

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

GRADIENT_BYTES = 4 * 3_274_634
# benchmarks/network.py, 2 workers, 2026-11-24: delay in ms, Mbit/s, ms of a step on the unlimited link and on this one.
MEASURED = (
    *((0, 1000, 333, 317), (0, 300, 333, 490), (0, 100, 317, 1351)),
    *((1, 1000, 340, 343), (1, 300, 327, 472), (1, 100, 321, 1273)),
    *((10, 1000, 307, 378), (10, 300, 323, 511), (10, 100, 320, 1245)),
)
# A step of 50 images on one idle machine of 2 cores, in ms; other batches in proportion.
STEP_OF_50 = 14.0


def communication(workers: int, megabits: float, delay_ms: float) -> float:
    """The formula of docs/distributed.md: ms that the sums of a step take."""
    bytes_per_ms = megabits * 1e6 / 8 / 1e3
    return 2 * (workers - 1) / workers * GRADIENT_BYTES / bytes_per_ms + 4 * (workers - 1) * 2 * delay_ms


def draw_measured(axes: Axes) -> None:
    """Measured steps as dots, between the formula's bounds."""
    megabits = np.geomspace(80, 1300, 50)
    base = float(np.median([row[2] for row in MEASURED]))
    for delay, color in ((0, "C0"), (1, "C1"), (10, "C2")):
        sums = np.array([communication(2, rate, delay) for rate in megabits])
        axes.fill_between(megabits, np.maximum(base, sums), base + sums, color=color, alpha=0.12, linewidth=0)
        dots = [(row[1], row[3]) for row in MEASURED if row[0] == delay]
        axes.plot(*zip(*dots, strict=True), "o", color=color, label=f"{delay} ms one way")
    axes.set(xscale="log", yscale="log", xlabel="Mbit/s each way", ylabel="ms per step")
    axes.set_title("MEASURED (dots), 2 workers on one busy machine;\nshaded: between the formula's bounds", fontsize=9)
    axes.legend(frameon=False, fontsize=8)


def draw_computed(axes: Axes) -> None:
    """What the formula says of larger groups, drawn dashed because nobody measured it."""
    workers = np.arange(1, 17)
    for share, color in ((50, "C3"), (500, "C4")):
        step = STEP_OF_50 * share / 50
        for megabits, marker in ((1_000, "v"), (10_000, "s"), (100_000, "^")):
            times = [step + (communication(n, megabits, 0.05) if n > 1 else 0.0) for n in workers]
            rates = workers * share / np.array(times) * 1e3
            label = f"{share} images each, {megabits // 1000} Gbit/s"
            axes.plot(workers, rates, "--", marker=marker, markersize=3, color=color, linewidth=0.8, label=label)
    axes.set(xlabel="workers, 2 cores each", ylabel="images per second", ylim=(0, None))
    axes.set_title("COMPUTED (dashed) from 13.1 MB per step,\nnothing hidden, 0.05 ms one way", fontsize=9)
    axes.legend(frameon=False, fontsize=7)


def main() -> None:
    """Write the picture to standard output."""
    figure = Figure(figsize=(9, 4), layout="constrained")
    left, right = figure.subplots(1, 2)
    draw_measured(left)
    draw_computed(right)
    with mpl.rc_context({"svg.hashsalt": "workers"}):
        picture = io.StringIO()
        figure.savefig(picture, format="svg", metadata={"Date": None})
    sys.stdout.write(picture.getvalue())


if __name__ == "__main__":
    main()
