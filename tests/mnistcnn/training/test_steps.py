"""Chunks that XLA compiles, as on a GPU: the same training, one compile, and a way out where XLA cannot be used."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf
from tensorflow.python.framework.config import disable_op_determinism

from mnistcnn.config.schema import load_config
from mnistcnn.data.sampling import batch_indices
from mnistcnn.network.model import Network
from mnistcnn.network.weights import weights_digest
from mnistcnn.training.optimizer import Adam
from mnistcnn.training.steps import TrainingSteps
from tests.conftest import make_examples

EXAMPLES = make_examples(60, 0)
# Nothing random inside the step: XLA's generator has another order of numbers.
RECIPE = ["network.conv1=2", "network.conv2=3", "network.fc1=8", "batch_size=10", "keep_prob=1", "learning_rate=1e-3"]


def make_steps(compiled_length: int | None, *settings: str) -> tuple[Network, TrainingSteps]:
    config = load_config(None, [*RECIPE, *settings])
    network = Network(config.network, config.seed)
    optimizer = Adam(network.parameters)
    return network, TrainingSteps(network, optimizer, config, EXAMPLES, compiled_length=compiled_length)


class Trained:
    """A network, and the losses of its steps."""

    def __init__(self, chunks: list[int], compiled_length: int | None, *settings: str) -> None:
        network, self.steps = make_steps(compiled_length, *settings)
        self.problem = self.steps.prepare()
        self.results, step = [], 0
        for count in chunks:
            self.results.append(self.steps(step, batch_indices(0, step, count, 10, len(EXAMPLES))))
            step += count
        self.losses = np.concatenate([result.losses for result in self.results])
        self.weights = network.read()
        self.traces = self.steps._compiled.experimental_get_tracing_count()


class NotCompiled:
    """A function that XLA cannot compile, so many times."""

    def __init__(self, problem: str) -> None:
        self.problem = problem

    def get_concrete_function(self) -> None:
        """Trace it."""

    def __call__(self, *_: object) -> None:
        raise tf.errors.InternalError(None, None, self.problem)


@pytest.fixture(scope="module")
def plain():
    return Trained([4, 2, 1], None)


@pytest.fixture(scope="module")
def compiled():
    return Trained([4, 2, 1], 4)


def test_xla_trains_the_same_network(plain, compiled):
    assert compiled.problem is None
    np.testing.assert_allclose(compiled.losses, plain.losses, rtol=1e-4)
    for name, weights in plain.weights.items():
        np.testing.assert_allclose(compiled.weights[name], weights, atol=1e-4)


def test_nothing_that_xla_makes_deterministic_by_a_loop_is_in_a_step():
    tf.config.experimental.enable_op_determinism()
    try:
        step = make_steps(4)[1]._compiled  # Which is traced now.
    finally:
        disable_op_determinism()
    arguments = [tf.zeros(each.shape, each.dtype) for each in step.input_signature]
    program = step.experimental_get_compiler_ir(*arguments)(stage="hlo")
    assert program.count(" while(") == 1
    assert "scatter(" not in program


def test_a_run_that_need_not_be_exact_has_programs_of_its_own():
    names = {make_steps(4, f"deterministic={word}")[1]._compiled.__name__ for word in ("true", "false")}
    assert names == {"exact_chunk", "chunk"}


def test_a_shorter_chunk_does_only_its_own_steps_and_compiles_nothing_anew(compiled):
    assert [len(result.losses) for result in compiled.results] == [4, 2, 1]
    assert compiled.traces == 1


def test_what_is_measured_of_a_step_has_a_row_for_each_step(plain, compiled):
    for ours, expected in zip(compiled.results, plain.results, strict=True):
        np.testing.assert_allclose(ours.statistics, expected.statistics, atol=1e-4)
        np.testing.assert_allclose(ours.gradient_norms, expected.gradient_norms, rtol=1e-3, atol=1e-4)


def test_how_steps_are_cut_into_chunks_changes_no_bit(compiled):
    assert weights_digest(Trained([3, 4], 4).weights) == weights_digest(compiled.weights)


def test_where_xla_cannot_be_used_it_says_why_and_trains_without(plain, monkeypatch):
    real = tf.function

    def without_xla(*arguments, jit_compile=None, **settings):
        function = real(*arguments, **settings)
        if not jit_compile:
            return function

        return NotCompiled("libdevice not found at ./libdevice.10.bc\nmore")

    monkeypatch.setattr(tf, "function", without_xla)
    fallen_back = Trained([4, 2, 1], 4)
    assert fallen_back.problem == "libdevice not found at ./libdevice.10.bc"
    assert weights_digest(fallen_back.weights) == weights_digest(plain.weights)
