"""What is due after which step."""

from __future__ import annotations

import pytest

from mnistcnn.config.schema import load_config
from mnistcnn.training.cadence import Cadence


def cadence(*overrides):
    return Cadence.of(load_config(None, ["steps=11", "report_every=4", "eval_every=6", *overrides]))


def due(is_due):
    return [step for step in range(12) if is_due(step)]


def test_reports_and_evaluations_come_at_every_period_and_after_the_last_step():
    assert due(cadence().report_is_due) == [0, 4, 8, 11]
    assert due(cadence().evaluation_is_due) == [0, 6, 11]
    assert due(cadence().is_last) == [11]


def test_checkpoints_are_due_by_steps_only_where_the_configuration_counts_steps():
    assert due(cadence("checkpoints.every=5").checkpoint_is_due) == [0, 5, 10]
    assert due(cadence("checkpoints.every=1s").checkpoint_is_due) == []


@pytest.mark.parametrize(
    ("every", "stops"), [("5", [0, 4, 5, 6, 8, 10, 11]), ("1s", [0, 4, 6, 8, 11])], ids=["steps", "clock"]
)
def test_a_run_stops_between_chunks_wherever_something_is_due_and_nowhere_else(every, stops):
    step, seen = 0, [0]
    while count := cadence(f"checkpoints.every={every}").steps_to_next(step):
        step += count
        seen.append(step)
    assert seen == stops
