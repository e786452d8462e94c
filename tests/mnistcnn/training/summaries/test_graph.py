"""The graph that TensorBoard draws, and the traces that it colours it by."""

from __future__ import annotations

import numpy as np
import pytest
from tensorboard.compat.proto.graph_pb2 import GraphDef

from mnistcnn.config.schema import load_config
from mnistcnn.training.distributed.group import SingleProcess
from mnistcnn.training.distributed.replicas import SingleReplica
from mnistcnn.training.state import TrainingState
from mnistcnn.training.summaries import graph as graph_module
from mnistcnn.training.summaries import tags
from mnistcnn.training.summaries.graph import StepGraph
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


RECIPES = [
    ("keep_prob=1",),
    ("weight_decay=30", "learning_rate=1e-2"),
    ("averaging.decay=0.9",),
    ("augmentation.rotation=20", "augmentation.elastic=2"),
    ("precision=bfloat16",),
    ("weight_decay=30", "averaging.decay=0.9", "augmentation.shift=2", "precision=bfloat16", "label_smoothing=0.1"),
]


@pytest.fixture(params=RECIPES, ids=" ".join)
def step(request, monkeypatch):
    """A network, its step, and the step's graph, of a recipe; on any processor in the precision that it asks for."""
    monkeypatch.setattr(graph_module, "device_precision", lambda asked: (asked, None))
    small = ["network.conv1=2", "network.conv2=3", "network.fc1=4", "batch_size=8"]
    config = load_config(None, [*small, *request.param])
    examples = make_examples(8, 0)
    state = TrainingState(config, examples, config.precision, SingleProcess(SingleReplica()))
    graph = StepGraph(config, examples)
    yield state, graph, config
    graph.close()


def test_whatever_the_recipe_the_graph_has_the_tutorials_scopes_and_its_updates_in_their_order(step):
    _, graph, config = step
    definition = GraphDef.FromString(graph.definition())
    assert {node.name.split("/")[0] for node in definition.node} == SCOPES
    operations = [node.op for node in definition.node]
    assert operations.count("ResourceApplyAdam") == 8
    assert operations.count("AssignVariableOp") == (4 if config.weight_decay else 0)
    assert operations.count("AssignAddVariableOp") == (8 if config.averaging.decay else 0)
    for node in definition.node:
        if node.op == "AssignVariableOp":
            adam = next(
                each for each in definition.node if each.op == "ResourceApplyAdam" and node.input[0] in each.input
            )
            assert f"^{node.name}" in adam.input


def test_whatever_the_recipe_a_trace_does_what_a_step_of_training_does(step):
    state, graph, _ = step
    before = state.network.read()
    if state.evaluated_network is not state.network:
        state.evaluated_network.load(before)
    graph.trace(3, before)
    held = graph.held()
    state.steps(3, np.arange(8, dtype=np.int32)[np.newaxis])
    for name, values in state.network.read().items():
        assert np.allclose(held[tags.variable(name)], values, rtol=1e-5, atol=1e-6), name
        assert not np.array_equal(values, before[name]), name
    if state.evaluated_network is not state.network:
        for name, values in state.evaluated_network.read().items():
            assert np.allclose(held[f"train/average/{tags.variable(name)}"], values, rtol=1e-5, atol=1e-6), name
