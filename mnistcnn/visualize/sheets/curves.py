"""How the run went: its curves, and histograms of weights and activations at every kept checkpoint."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ...network.model import to_input
from ..drawing.sheet import Sheet, Words
from ..drawing.style import LABEL_SIZE, SMALL_SIZE, Colour, Theme, hex_colour
from ..picture_source import Floats, PictureSource
from .words import plural, words

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_WIDTH, _HEIGHT = 480, 330
_FEWEST_BINS, _MOST_BINS = 20, 60
_ACTIVATION_IMAGES = 50
_MOST_AVERAGED = 10  # batches; with the tutorial's of 50, the errors of one come in steps of 2 %
_ANSWERS = {
    "conv1 before ReLU": "conv1/preactivation",
    "conv2 before ReLU": "conv2/preactivation",
    "fc1 before ReLU": "fc1/preactivation",
    "fc2 (logits)": "fc2",
}
_PITCH = 0.35  # from a ridge to the next, where 1 is the height of one that may overlap
_SMOOTH = 1500  # values
_RANGE = (0.1, 99.9)  # percentiles; what lies beyond would squeeze the rest into one bin


def curves_sheet(source: PictureSource) -> Sheet | None:
    """Loss and error rate over the steps; None for a run that has written no metrics."""
    rows = source.metrics.rows
    if not rows:
        return None
    best, window = source.trained.step, _window(rows)
    said = words(source, "curves", f"{int(rows[-1]['step']):,} steps on {rows[-1]['data']}", digit=False,
                 step=f"{best:,}", conditions=_conditions(source),
                 mean=f"; their line is a running mean of {window}" if window > 1 else "")  # fmt: skip
    sheet = Sheet(2 * _WIDTH + 90, _HEIGHT + 60, said, source.theme)
    for number, (column, label) in enumerate((("loss", "loss (nats)"), ("error", "errors (%)"))):
        axes = sheet.chart(50 + number * (_WIDTH + 60), 14, _WIDTH - 30, _HEIGHT)
        _draw_curves(axes, rows, column, window, source.theme)
        _scale(axes)
        axes.axvline(best, color=hex_colour(source.theme.faint), linewidth=1, linestyle=":")
        axes.set(xlabel="step", ylabel=label)
        _legend(axes, source.theme)
    sheet.arrays = {f"metrics/{split}": _series(rows, split) for split in ("train", "validation", "test")}
    return sheet


def _conditions(source: PictureSource) -> str:
    """What makes the batches of training harder than the images of an evaluation."""
    config = source.trained.config
    found = [*(["dropout"] if config.keep_prob < 1 else []), *(["augmentation"] if config.augmentation.enabled else [])]
    raises = "raises" if len(found) == 1 else "raise"
    return f" with {' and '.join(found)}, which {raises} their loss" if found else ""


def _window(rows: Sequence[dict[str, str]]) -> int:
    """How many reported batches the line of training is a mean of: fewer where few were reported."""
    return max(1, min(_MOST_AVERAGED, sum(row["split"] == "train" for row in rows) // 5))


def _draw_curves(axes: Axes, rows: Sequence[dict[str, str]], column: str, window: int, theme: Theme) -> None:
    styles: dict[str, tuple[Colour, float]] = {
        "train": (theme.faint, 1.0), "validation": (theme.blue, 1.8), "test": (theme.orange, 1.8),
    }  # fmt: skip
    for split, (colour, width) in styles.items():
        steps, loss, accuracy = _series(rows, split)
        values = loss if column == "loss" else 100 * (1 - accuracy)
        data = next((row["data"] for row in rows if row["split"] == split), "")
        if split == "train":
            steps, values = running_mean(steps, window), running_mean(values, window)
        batches = f", mean of {plural(window, 'batch', 'batches')}" if split == "train" else ""
        axes.plot(steps, values, color=hex_colour(colour), linewidth=width, label=f"{split} ({data}{batches})")


def running_mean(values: NDArray[np.float64], window: int) -> NDArray[np.float64]:
    """The mean of every `window` values that follow each other, [n] → [n − window + 1]; of none, none."""
    return np.convolve(values, np.full(window, 1 / window), "valid") if len(values) else values


def _scale(axes: Axes) -> None:
    """A logarithmic axis; if a curve reaches zero, one that is linear below the smallest value above zero."""
    from matplotlib.ticker import LogLocator, NullLocator, SymmetricalLogLocator

    values = np.concatenate([np.asarray(line.get_ydata(), float) for line in axes.lines])
    above = values[values > 0]
    if len(above) < len(values):
        threshold = 10.0 ** np.floor(np.log10(above.min())) if len(above) else 1.0
        axes.set_yscale("symlog", linthresh=threshold, linscale=0.5, subs=[2, 5])
        axes.set_ylim(bottom=0)
        axes.yaxis.set_major_locator(SymmetricalLogLocator(base=10, linthresh=threshold, subs=(1, 2, 5)))
    else:
        axes.set_yscale("log")
        axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.yaxis.set_major_formatter("{x:g}")
    axes.yaxis.set_minor_locator(NullLocator())


def _series(rows: Sequence[dict[str, str]], split: str) -> NDArray[np.float64]:
    """Steps, losses and accuracies of one split, [3, n]."""
    of_split = [row for row in rows if row["split"] == split]
    return np.array([[float(row[name]) for row in of_split] for name in ("step", "loss", "accuracy")])


def _legend(axes: Axes, theme: Theme) -> None:
    axes.legend(fontsize=LABEL_SIZE, frameon=False, labelcolor=hex_colour(theme.text))


def parameter_histograms(source: PictureSource) -> Sheet:
    """Weights and biases of every layer at every kept checkpoint."""
    history = source.history
    names = list(source.weights)
    series = {name: [moment.weights[name].ravel() for moment in history] for name in names}
    said = words(source, "histograms-parameters", _kept(source), digit=False, count=len(history))
    order = [name for kind in ("weights", "biases") for name in names if name.endswith(kind)]
    return _histograms(source, said, {name: series[name] for name in order}, 4)


def activation_histograms(source: PictureSource) -> Sheet:
    """What the layers answer to the same images at every kept checkpoint, before ReLU."""
    images = to_input(source.dataset.test.images[:_ACTIVATION_IMAGES])
    series: dict[str, list[Floats]] = {title: [] for title in _ANSWERS}
    for moment in source.history:
        found = source.network_at(moment).activations(images)
        for title, name in _ANSWERS.items():
            series[title].append(found[name].numpy().ravel())
    said = words(
        source, "histograms-activations", _kept(source), digit=False, count=len(source.history), images=len(images)
    )
    return _histograms(source, said, series, 2)


def _kept(source: PictureSource) -> str:
    steps = ", ".join(f"{moment.step:,}" for moment in source.history)
    return f"{plural(len(source.history), 'checkpoint')}: steps {steps}"


def _histograms(source: PictureSource, said: Words, series: dict[str, list[Floats]], columns: int) -> Sheet:
    """A chart for each name: a ridge for each moment, the first at the back, the last in front."""
    width = {4: 250, 2: 480}[columns]
    rows = -(-len(series) // columns)
    sheet = Sheet(columns * (width + 50), rows * 270 - 26, said, source.theme)
    for index, (name, moments) in enumerate(series.items()):
        x, y = index % columns * (width + 50) + 44, index // columns * 270 + 24
        sheet.text(x, y - 12, name, bold=True)
        axes = sheet.chart(x, y, width, 190)
        edges, counts = _counts(moments)
        _draw_ridges(axes, edges, counts, source)
        sheet.arrays[f"histogram/{name}/edges"] = edges
        sheet.arrays[f"histogram/{name}/counts"] = counts
    return sheet


def _counts(moments: Sequence[Floats]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Common bins, [bins + 1], and how many values each moment has in them, [moments, bins]."""
    ends = np.array([np.percentile(values[:: max(1, values.size // 500_000)], _RANGE) for values in moments])
    low, high = float(ends[:, 0].min()), float(ends[:, 1].max())
    # Few values in many bins would be a picket fence.
    bins = int(np.clip(2 * np.sqrt(moments[0].size), _FEWEST_BINS, _MOST_BINS))
    edges = np.linspace(low, high if high > low else low + 1.0, bins + 1)
    return edges, np.array([np.histogram(values, edges)[0] for values in moments])


def _draw_ridges(axes: Axes, edges: NDArray[np.float64], counts: NDArray[np.int64], source: PictureSource) -> None:
    from matplotlib.ticker import MaxNLocator

    theme, steps = source.theme, [moment.step for moment in source.history]
    # Ridges of many values are smooth and may overlap; the jagged ones of a few dozen would hide each other.
    peak = 1.0 if counts[-1].sum() > _SMOOTH else 0.9 * _PITCH
    heights = peak * counts / np.maximum(counts.max(axis=1, keepdims=True), 1)
    middles = (edges[:-1] + edges[1:]) / 2
    last = len(steps) - 1
    for rank, height in enumerate(heights):
        base, front = (last - rank) * _PITCH, steps[rank] == source.trained.step
        fill = theme.orange if front else theme.stripes
        axes.fill_between(middles, base, base + height, color=hex_colour(fill), linewidth=0, step="mid")
        axes.plot(middles, base + height, color=hex_colour(theme.background), linewidth=0.8, drawstyle="steps-mid")
    axes.set_yticks([(last - rank) * _PITCH for rank in range(len(steps))], [f"{step:,}" for step in steps])
    axes.set(xlim=(edges[0], edges[-1]), ylim=(0, last * _PITCH + peak + 0.05))
    axes.grid(visible=False)
    axes.xaxis.set_major_locator(MaxNLocator(4))
    axes.spines["left"].set_visible(False)
    if edges[0] < 0 < edges[-1]:
        axes.axvline(0, color=hex_colour(theme.faint), linewidth=0.6)
    axes.tick_params(axis="y", length=0, labelsize=SMALL_SIZE)
