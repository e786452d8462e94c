"""The training step as TensorBoard's graph, and traces of it.

The graph is made by the very code that trains (`TrainingSteps.one_step`), as a function of one step, because the
compiled one wraps a step into a loop, in which nobody finds anything. A trace runs this graph beside the training, with
the network's present weights in variables of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np
import tensorflow as tf

from ...config.schema import Config, SummariesConfig
from ...data.dataset import Examples
from ...network.gpu import device_precision
from ...network.weights import Weights
from ..distributed.group import SingleProcess
from ..distributed.replicas import SingleReplica
from ..state import TrainingState
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
        state = TrainingState(bare, examples, device_precision(config.precision)[0], SingleProcess(SingleReplica()))
        self._batch = len(examples)
        self._threads = config.threads or 0
        step = _traced(state, self._batch)
        self._graph = tf.Graph()
        with self._graph.as_default():
            self._step = _v1.placeholder(tf.int32, [], name="input/step")
            self._indices = _v1.placeholder(tf.int32, [self._batch], name="input/indices")
            rate = tf.constant(config.learning_rate, tf.float32, name="train/learning_rate")
            self._variables = _Variables(state)
            outer = [self._step, self._indices, rate, *self._variables.stand_ins(step.external_captures)]
            inputs = {_readable(inner.name): tensor for inner, tensor in zip(step.inputs, outer, strict=True)}
            # The loss, the accuracy, and everything that changes a variable, in the order that the function keeps.
            fetched = [*(output.op.inputs[0].op for output in step.outputs[:2]), *step.control_outputs]
            names = [_readable(operation.name) for operation in fetched]
            self._fetches = tf.graph_util.import_graph_def(_renamed(step.as_graph_def()), inputs, names, name="")
        self._names = _ancestors(self._fetches)
        self._session: Any = None

    def definition(self) -> bytes:
        """The graph that a step runs, as a serialized GraphDef."""
        graph = self._graph.as_graph_def()
        nodes = [node for node in graph.node if node.name in self._names]
        pruned = _v1.GraphDef(node=nodes, library=graph.library, versions=graph.versions)
        return bytes(pruned.SerializeToString())

    def trace(self, step: int, weights: Weights) -> bytes:
        """Run the step once, and return when each node ran and what memory it took, as a serialized RunMetadata.

        Args:
            step: which one.
            weights: before the step. Adam begins with moments of zero, and an average with these weights.
        """
        session = self._opened_session(weights)
        self._variables.assign(session, weights)
        metadata = _v1.RunMetadata()
        options = _v1.RunOptions(trace_level=_v1.RunOptions.FULL_TRACE)
        session.run(self._fetches, self._feed(step), options=options, run_metadata=metadata)
        for device in metadata.step_stats.dev_stats:
            for node in device.node_stats:
                node.node_name = self._shown(node.node_name)
        return bytes(metadata.SerializeToString())

    def held(self) -> Weights:
        """What the last trace made of every variable, by its name in the graph."""
        return self._variables.read(self._session)

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

    def _opened_session(self, weights: Weights) -> Any:
        """The session; a first run, not traced, compiles what is compiled."""
        if self._session is None:
            threads = {"intra_op_parallelism_threads": self._threads, "inter_op_parallelism_threads": self._threads}
            self._session = _v1.Session(graph=self._graph, config=_v1.ConfigProto(**threads))
            self._variables.assign(self._session, weights)
            self._session.run(self._fetches, self._feed(0))
        return self._session

    def _feed(self, step: int) -> dict[tf.Tensor, object]:
        return {self._step: step, self._indices: np.arange(self._batch, dtype=np.int32)}


class _Variables:
    """A variable in the present graph for each one that is trained, named as TensorBoard shows it.

    Args:
        state: whose variables they stand for.
    """

    def __init__(self, state: TrainingState) -> None:
        parameters = state.network.parameters
        averages = state.evaluated_network.parameters if state.evaluated_network is not state.network else {}
        self._by_handle: dict[int, tf.Tensor] = {}
        self._reads: dict[str, tf.Tensor] = {}
        self._values = {name: _v1.placeholder(tf.float32, variable.shape) for name, variable in parameters.items()}
        self._assignments: list[tf.Operation] = []
        for name, variable in parameters.items():
            self._add(tags.variable(name), variable, self._values[name])
        for name, variable in averages.items():
            self._add(f"train/average/{tags.variable(name)}", variable, self._values[name])
        for key, slot in state.optimizer.slots.items():
            moment, _, name = key.partition("/")
            self._add(f"train/adam/{moment}/{tags.variable(name)}", slot, tf.zeros(slot.shape))

    def stand_ins(self, captured: Iterable[tf.Tensor]) -> Iterator[tf.Tensor]:
        """What stands in this graph for each thing that a function takes from outside: variables, or else constants."""
        for tensor in captured:
            known = self._by_handle.get(id(tensor))
            yield known if known is not None else tf.constant(tensor.numpy(), name="input/constant")

    def assign(self, session: Any, weights: Weights) -> None:
        """Begin a step with these weights."""
        session.run(self._assignments, {value: weights[name] for name, value in self._values.items()})

    def read(self, session: Any) -> Weights:
        """The values of all, by name."""
        values: Mapping[str, Any] = session.run(self._reads)
        return dict(values)

    def _add(self, name: str, variable: tf.Variable, value: tf.Tensor) -> None:
        handle = tf.raw_ops.VarHandleOp(dtype=variable.dtype, shape=variable.shape, shared_name=name, name=name)
        self._by_handle[id(variable.handle)] = handle
        self._reads[name] = tf.raw_ops.ReadVariableOp(resource=handle, dtype=variable.dtype)
        self._assignments.append(tf.raw_ops.AssignVariableOp(resource=handle, value=value))


def _traced(state: TrainingState, batch: int) -> Any:
    """The graph of a function of (step, indices, learning rate), in which each update waits for those before it.

    Traced outside of any other graph, because what TensorFlow traces inside one it keeps for ever, and that graph too.
    """
    signature = (tf.TensorSpec([], tf.int32), tf.TensorSpec([batch], tf.int32), tf.TensorSpec([], tf.float32))
    return tf.function(state.steps.one_step, autograph=False).get_concrete_function(*signature).graph


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


_GRADIENT = re.compile(r"^(\^?)gradient_tape/")


def _renamed(definition: Any) -> Any:
    for node in definition.node:
        node.name = _readable(node.name)
        node.input[:] = [_readable(name) for name in node.input]
    return definition


def _readable(name: str) -> str:
    """The name of a node in the tutorial's scopes: everything about updates is in `train`."""
    return _GRADIENT.sub(r"\1train/gradients/", name)
