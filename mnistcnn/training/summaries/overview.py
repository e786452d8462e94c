"""What TensorBoard opens with: a layout of the curves that matter, and a page that explains the run and the tabs."""

from __future__ import annotations

from collections.abc import Sequence

from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.compat.proto.tensor_pb2 import TensorProto
from tensorboard.compat.proto.types_pb2 import DT_STRING
from tensorboard.plugins.custom_scalar import layout_pb2, metadata
from tensorboard.plugins.text.summary_v2 import text_pb

from ...config.differences import differences
from ...config.schema import Config
from ...data.dataset import Dataset
from . import tags

TEXT_TAG = "about_this_run"

_CHARTS: dict[str, dict[str, Sequence[str]]] = {
    "Loss and accuracy": {"Loss": [tags.LOSS], "Accuracy": [tags.ACCURACY]},
    "How large the steps are": {
        "Learning rate": [tags.LEARNING_RATE],
        "Norm of each layer's gradient": [tags.gradient_norm(layer) for layer in tags.LAYERS],
        "Change of the weights in one step / their size": [tags.update_ratio(layer) for layer in tags.LAYERS],
    },
    "Dead units": {"Fraction of units that no image activates": [tags.dead(layer) for layer in tags.RECTIFIED]},
}
"""Curves by category and chart; only the first category is open."""

_TABS = {
    "Custom Scalars": "Loss and accuracy first. Watch `test` and `validation`: a point of `train` is one noisy "
    "mini-batch, with dropout.",
    "Scalars, Time Series": "Every curve in alphabetical order: weights, gradients, dead units.",
    "Images": "The first digits, the filters, and each layer's maps of one digit. Move the slider to see them change.",
    "Histograms, Distributions": "How weights and activations are spread at each step.",
    "HParams": "One row for each run. Start TensorBoard with `--logdir runs` to compare runs.",
    "Projector": "Test digits as the dense layer sees them, in the colour of their digit: similar ones form groups. "
    "Written at the end of a run.",
    "Graphs": "One training step as TensorFlow runs it.",
}


def layout_value() -> Summary.Value:
    """The layout of the tab *Custom Scalars*; the same for every run, so that TensorBoard merges those of many runs."""
    layout = layout_pb2.Layout(
        category=[
            layout_pb2.Category(title=title, chart=[_chart(*chart) for chart in charts.items()], closed=number > 0)
            for number, (title, charts) in enumerate(_CHARTS.items())
        ]
    )
    content = TensorProto(dtype=DT_STRING, string_val=[layout.SerializeToString()])
    return Summary.Value(tag=metadata.CONFIG_SUMMARY_TAG, metadata=metadata.create_summary_metadata(), tensor=content)


def text_value(config: Config, dataset: Dataset, run: str, parameters: int) -> Summary.Value:
    """The page of the tab *Text*, in Markdown.

    Args:
        config: the run's.
        dataset: what it learns from.
        run: its name.
        parameters: how many weights and biases the network has.
    """
    tabs = ["| tab | what it shows |", "|---|---|", *(f"| {tab} | {text} |" for tab, text in _TABS.items())]
    lines = [*_about(config, dataset, run, parameters), "## How to read the tabs", "", *tabs, ""]
    (value,) = text_pb(TEXT_TAG, "\n".join(lines)).value
    return value


def _chart(title: str, curves: Sequence[str]) -> layout_pb2.Chart:
    """A chart of some curves; the viewer takes tags as regular expressions, which match from the beginning."""
    # The names of tags have no character with a meaning in regular expressions.
    return layout_pb2.Chart(title=title, multiline=layout_pb2.MultilineChartContent(tag=[f"{tag}$" for tag in curves]))


def _about(config: Config, dataset: Dataset, run: str, parameters: int) -> list[str]:
    sizes = [f"{len(examples):,} {split}" for split, examples in dataset.splits().items()]
    return [
        f"# Run `{run}`",
        "",
        f"The network of TensorFlow's *Deep MNIST for Experts* tutorial, with {parameters:,} parameters, "
        f"trained on `{dataset.name}`.",
        "",
        f"* images: {', '.join(sizes)}",
        f"* {config.steps:,} steps of {config.batch_size:,} images",
        f"* Adam with learning rate {config.learning_rate:g}, dropout keeps {config.keep_prob:g}, seed {config.seed}",
        "",
        *_changes(config),
    ]


def _changes(config: Config) -> list[str]:
    """A table of the settings that differ from the defaults, if there are any."""
    rows = [
        f"| `{key}` | `{value}` | `{default}` |"
        for key, value, default in differences(config, Config())
        if key not in ("name", "log_dir", "data.dir")
    ]
    return ["| changed setting | value | default |", "|---|---|---|", *rows, ""] if rows else []
