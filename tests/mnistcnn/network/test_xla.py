"""What XLA cannot compile the first time is tried once more under another name, and then given up."""

from __future__ import annotations

import pytest
import tensorflow as tf

from mnistcnn.network.xla import compile_now


class Attempts:
    """A function that XLA compiles only after so many failures."""

    def __init__(self, failures: int, kind: type[tf.errors.OpError] = tf.errors.InternalError) -> None:
        self.failures, self.kind, self.calls, self.traces = failures, kind, 0, 1

    def call(self) -> None:
        self.calls += 1
        if self.calls <= self.failures:
            raise self.kind(None, None, "Read less bytes than requested\nmore")

    def trace_again(self) -> None:
        self.traces += 1


@pytest.mark.parametrize(
    ("failures", "problem", "traces"), [(0, None, 1), (1, None, 2), (2, "Read less bytes than requested", 2)]
)
def test_a_damaged_kept_program_is_compiled_anew_and_what_fails_twice_is_given_up(failures, problem, traces):
    attempts = Attempts(failures)
    assert compile_now(attempts.call, attempts.trace_again) == problem
    assert attempts.traces == traces


@pytest.mark.parametrize("failures", [1, 2])
def test_no_memory_is_no_reason_to_go_on_without_xla(failures):
    attempts = Attempts(failures, tf.errors.ResourceExhaustedError)
    with pytest.raises(tf.errors.ResourceExhaustedError):
        compile_now(attempts.call, attempts.trace_again)
