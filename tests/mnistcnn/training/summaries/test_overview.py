"""What TensorBoard opens with, as its own plugins read it."""

from __future__ import annotations

import json
import re

import pytest
from tensorboard.backend.event_processing.data_provider import MultiplexerDataProvider
from tensorboard.backend.event_processing.plugin_event_multiplexer import EventMultiplexer
from tensorboard.context import RequestContext
from tensorboard.plugins.base_plugin import TBContext
from tensorboard.plugins.custom_scalar.custom_scalars_plugin import CustomScalarsPlugin
from tensorboard.plugins.scalar.scalars_plugin import ScalarsPlugin
from tensorboard.plugins.text.text_plugin import TextPlugin

from mnistcnn.training.summaries.overview import text_value


@pytest.fixture(scope="module")
def context(run):
    """What TensorBoard gives its plugins for the run."""
    multiplexer = EventMultiplexer().AddRunsFromDirectory(str(run.tensorboard_path))
    multiplexer.Reload()
    provider = MultiplexerDataProvider(multiplexer, str(run.tensorboard_path))
    plugins = {}
    context = TBContext(data_provider=provider, plugin_name_to_instance=plugins, logdir=str(run.tensorboard_path))
    plugins["scalars"] = ScalarsPlugin(context)
    return context


@pytest.fixture(scope="module")
def curves(context):
    """Which curves each chart draws, by writer: what the plugin finds for the layout's expressions."""
    plugin = CustomScalarsPlugin(context)
    layout = json.loads(plugin.layout_impl(RequestContext(), ""))

    def found(chart, writer):
        answers = [plugin.scalars_impl(RequestContext(), writer, tag, "") for tag in chart["multiline"]["tag"]]
        assert all(answer["regex_valid"] for answer in answers)
        return [tag for answer in answers for tag in answer["tag_to_events"]]

    return layout, found


def test_the_curves_open_with_loss_and_accuracy_and_everything_else_is_closed(curves):
    layout, found = curves
    first, *others = layout["category"]
    assert not first["closed"]
    assert all(category["closed"] for category in others)
    for writer in ("train", "test", "validation"):
        tags = [found(chart, writer) for chart in first["chart"]]
        assert tags == [["cross_entropy/cross_entropy"], ["accuracy/accuracy"]]


def test_every_chart_of_the_layout_has_its_curves(curves):
    layout, found = curves
    charts = {chart["title"]: found(chart, "train") for category in layout["category"] for chart in category["chart"]}
    assert charts["Learning rate"] == ["train/learning_rate"]
    counts = {len(tags) for title, tags in charts.items() if "layer" in title or "weights" in title}
    assert counts == {4}
    (dead,) = [tags for tags in charts.values() if tags[0].endswith("/dead")]
    layers = ("1st_layer/conv1_layer", "2nd_layer/conv2_layer", "fc1_layer")
    assert dead == [f"{layer}/activations/dead" for layer in layers]


def test_the_text_says_what_the_run_is_and_names_every_tab(context, run):
    plugin = TextPlugin(context)
    (writer,) = [name for name, tags in plugin.index_impl(RequestContext(), "").items() if tags]
    (event,) = plugin.text_impl(RequestContext(), writer, "about_this_run", "", enable_markdown=True)
    text = event["text"]
    for fact in (run.name, "tiny", "240 train, 40 validation, 60 test", "30 steps of 20 images", "0.003", "seed 0"):
        assert fact in text
    assert re.search(r"<td>.*network.conv1.*</td>\s*<td>.*10.*</td>\s*<td>.*32.*</td>", text)
    for tab in ("Custom Scalars", "Images", "Histograms", "HParams", "Projector", "Graphs"):
        assert tab in text


def test_a_run_with_the_defaults_has_no_table_of_changes(make_config, dataset):
    from mnistcnn.config.schema import Config

    text = text_value(Config(), dataset, "plain", 3_274_634).tensor.string_val[0].decode()
    assert "changed setting" not in text
    assert "3,274,634 parameters" in text
