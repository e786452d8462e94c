"""The graph that TensorBoard draws, and the traces that it colours it by."""

from __future__ import annotations

import numpy as np
import pytest

from mnistcnn.config import load_config
from mnistcnn.model import Network
from mnistcnn.summaries.graph import StepGraph
from tests.conftest import make_examples

SCOPES = {"input", "1st_layer", "2nd_layer", "fc1_layer", "fc2_layer", "cross_entropy", "train", "accuracy"}


@pytest.fixture(scope="module")
def graph(run, events):
    return events(run, "train").Graph()


def test_its_scopes_are_the_tutorials(graph):
    names = {node.name for node in graph.node}
    assert {name.split("/")[0] for name in names} == SCOPES
    inner = {tuple(name.split("/")[:2]) for name in names if name.startswith(("1st", "2nd"))}
    assert inner == {
        ("1st_layer", "conv1_layer"),
        ("1st_layer", "pool1_layer"),
        ("2nd_layer", "conv2_layer"),
        ("2nd_layer", "pool2_layer"),
    }


def test_every_input_of_a_node_is_a_node_and_every_variable_is_in_its_layer(graph):
    names = {node.name for node in graph.node}
    for node in graph.node:
        assert {name.lstrip("^").split(":")[0] for name in node.input} <= names
    variables = {node.name for node in graph.node if node.op == "VarHandleOp"}
    assert {"1st_layer/conv1_layer/weight", "fc2_layer/bias", "train/adam/m/fc1_layer/weight"} <= variables
    assert len(variables) == 24


def test_it_holds_the_whole_step_and_nothing_that_only_starts_it(graph):
    operations = [node.op for node in graph.node]
    assert operations.count("ResourceApplyAdam") == 8
    assert operations.count("Conv2DBackpropFilter") == 2
    assert not any("TruncatedNormal" in operation for operation in operations)


def test_there_is_a_trace_of_every_tenth_step_with_time_and_memory_of_nodes_of_the_graph(run, events, graph):
    train_events = events(run, "train")
    assert train_events.Tags()["run_metadata"] == ["step000", "step010", "step020"]
    names = {node.name for node in graph.node}
    nodes = [node for device in train_events.RunMetadata("step010").step_stats.dev_stats for node in device.node_stats]
    traced = {node.node_name for node in nodes}
    assert {"1st_layer/conv1_layer/Conv2D", "train/ResourceApplyAdam_4"} <= traced
    assert {name for name in traced if name.split("/")[0] in SCOPES} <= names  # Or TensorBoard leaves them out.
    convolution = next(node for node in nodes if node.node_name == "2nd_layer/conv2_layer/Conv2D")
    assert convolution.all_end_rel_micros > 0
    assert sum(memory.total_bytes for memory in convolution.memory) >= 20 * 14 * 14 * 12 * 4


def test_a_trace_leaves_the_network_alone_and_runs_with_its_weights():
    config = load_config(None, ["network.conv1=2", "network.conv2=2", "network.fc1=4", "keep_prob=1"])
    network = Network(config.network, 0)
    before = network.read()
    graph = StepGraph(config, make_examples(8, 0))
    graph.trace(0, {name: np.full_like(values, 0.25) for name, values in before.items()})
    held = {name: graph._session.run(variable) for name, variable in graph._variables.items()}
    graph.close()
    assert all(np.array_equal(values, before[name]) for name, values in network.read().items())
    assert all(np.allclose(values, 0.25, atol=2e-4) for values in held.values())
