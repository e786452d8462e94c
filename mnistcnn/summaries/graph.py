"""The training step as TensorBoard's graph, and traces of it.

The graph is built by the very code that trains (`TrainingSteps.one_step`), in a graph of its own, because the compiled
one wraps a step into a loop and a function, in which nobody finds anything. A trace runs this step in this graph beside
the training, with the network's present weights, and throws the update away.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import numpy as np
import tensorflow as tf

from ..checkpoint import Weights
from ..config import Config, SummariesConfig
from ..data.sources import Examples
from ..model import Network
from ..optimizer import Adam
from ..precision import usable_precision
from ..steps import TrainingSteps
from . import tags

_v1 = tf.compat.v1


class StepGraph:
    """One training step in a graph.

    Args:
        config: the run's recipe. What is measured for summaries is left out of the graph.
        examples: one batch, the images of which are constants in the graph.
    """

    def __init__(self, config: Config, examples: Examples) -> None:
        bare = config.model_copy(update={"summaries": SummariesConfig(enabled=False)})
        self._batch = len(examples)
        self._threads = config.threads or 0
        self._graph = tf.Graph()
        with self._graph.as_default():
            network = Network(config.network, config.seed)
            optimizer = Adam(network.parameters, weight_decay=config.weight_decay)
            precision, _ = usable_precision(config.precision)
            self._variables = network.parameters
            self._step = _v1.placeholder(tf.int32, [], name="input/step")
            self._indices = _v1.placeholder(tf.int32, [self._batch], name="input/indices")
            rate = tf.constant(config.learning_rate, tf.float32, name="train/learning_rate")
            steps = TrainingSteps(network, optimizer, bare, examples, precision)
            loss, accuracy, *_ = steps.one_step(self._step, self._indices, rate)
            self._initialize = _v1.global_variables_initializer()
        updates = [operation for operation in self._graph.get_operations() if operation.type == "ResourceApplyAdam"]
        self._fetches = [*updates, loss.op, accuracy.op]
        self._names = _ancestors(self._fetches)
        self._session: Any = None

    def definition(self) -> bytes:
        """The graph that a step runs, as a serialized GraphDef, without what makes the initial values."""
        graph = self._graph.as_graph_def()
        nodes = [node for node in graph.node if node.name in self._names]
        for node in nodes:
            node.name = _readable(node.name)
            node.input[:] = [_readable(name) for name in node.input]
        pruned = tf.compat.v1.GraphDef(node=nodes, library=graph.library, versions=graph.versions)
        return bytes(pruned.SerializeToString())

    def trace(self, step: int, weights: Weights) -> bytes:
        """Run the step once, and return when each node ran and what memory it took, as a serialized RunMetadata."""
        session = self._opened_session()
        for name, variable in self._variables.items():
            session.run(variable.initializer, {variable.initializer.inputs[1]: weights[name]})
        metadata = _v1.RunMetadata()
        options = _v1.RunOptions(trace_level=_v1.RunOptions.FULL_TRACE)
        session.run(self._fetches, self._feed(step), options=options, run_metadata=metadata)
        for device in metadata.step_stats.dev_stats:
            for node in device.node_stats:
                node.node_name = _readable(self._shown(node.node_name))
        return bytes(metadata.SerializeToString())

    def close(self) -> None:
        """Let go of the memory that traces take."""
        if self._session is not None:
            self._session.close()

    def _shown(self, name: str) -> str:
        """The node of the graph that a traced one belongs to: what runs inside a function is the call's."""
        shown = name
        while shown and shown not in self._names:
            shown = shown.rpartition("/")[0]
        return shown or name

    def _opened_session(self) -> Any:
        """The session; a first run, not traced, compiles what is compiled."""
        if self._session is None:
            threads = {"intra_op_parallelism_threads": self._threads, "inter_op_parallelism_threads": self._threads}
            self._session = _v1.Session(graph=self._graph, config=_v1.ConfigProto(**threads))
            self._session.run(self._initialize)
            self._session.run(self._fetches, self._feed(0))
        return self._session

    def _feed(self, step: int) -> dict[tf.Tensor, object]:
        return {self._step: step, self._indices: np.arange(self._batch, dtype=np.int32)}


def _ancestors(operations: Iterable[tf.Operation]) -> set[str]:
    """The names of some operations and of everything that they need."""
    found: set[str] = set()
    waiting = list(operations)
    while waiting:
        operation = waiting.pop()
        if operation.name not in found:
            found.add(operation.name)
            waiting += [*(tensor.op for tensor in operation.inputs), *operation.control_inputs]
    return found


_VARIABLE = re.compile(r"^(\^?)(\w+/(?:weights|biases))(?:/([mv]))?(?=$|:)")
_GRADIENT = re.compile(r"^(\^?)gradient_tape/")


def _readable(name: str) -> str:
    """The name of a node in the tutorial's scopes: variables in their layers, everything about updates in `train`."""
    if found := _VARIABLE.match(name):
        control, variable, slot = found.groups()
        variable = tags.variable(variable)
        renamed = f"train/adam/{slot}/{variable}" if slot else variable
        return f"{control}{renamed}{name[found.end() :]}"
    return _GRADIENT.sub(r"\1train/gradients/", name)
