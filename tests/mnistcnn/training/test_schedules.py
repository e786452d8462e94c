"""The learning rate of each step."""

from __future__ import annotations

import math

import numpy as np
import pytest

from mnistcnn.config.schema import load_config
from mnistcnn.errors import ConfigError
from mnistcnn.training.schedules import learning_rate


def rates(*overrides, steps=10):
    config = load_config(None, [f"steps={steps}", "learning_rate=1", *overrides])
    return [learning_rate(config, step) for step in range(steps)]


def test_without_a_schedule_every_step_has_the_learning_rate():
    assert rates() == [1.0] * 10


def test_a_warm_up_rises_in_a_straight_line_to_the_learning_rate():
    np.testing.assert_allclose(rates("schedule.warmup=4", steps=7), [0.2, 0.4, 0.6, 0.8, 1, 1, 1], rtol=1e-6)


def test_a_triangle_rises_once_and_falls_in_a_straight_line():
    given = rates("schedule={kind: triangular, warmup: 2}", steps=6)
    np.testing.assert_allclose(given, [1 / 3, 2 / 3, 1, 0.75, 0.5, 0.25], rtol=1e-6)


def test_a_cosine_falls_along_half_a_wave():
    given = rates("schedule={kind: cosine}", steps=8)
    np.testing.assert_allclose(given, [(1 + math.cos(math.pi * s / 8)) / 2 for s in range(8)], rtol=1e-6)
    assert given[0] == 1
    assert given[4] == 0.5


@pytest.mark.parametrize("kind", ["triangular", "cosine"])
def test_a_falling_rate_falls_towards_the_final_fraction(kind):
    given = rates(f"schedule={{kind: {kind}, final: 0.1}}", steps=10_000)
    assert given[0] == 1
    assert given[-1] == pytest.approx(0.1, abs=1e-3)
    assert given == sorted(given, reverse=True)
    assert min(given) >= 0.1


def test_a_warm_up_that_never_ends_is_refused_where_it_stands(tmp_path):
    file = tmp_path / "a.yaml"
    file.write_text("schedule:\n  kind: cosine\n  warmup: 10\n")
    with pytest.raises(ConfigError) as refused:
        load_config(file, options={"steps": 10})
    assert str(refused.value).startswith(
        f"{file}:3:11: schedule.warmup: 10 steps of warm-up leave none of 10 steps; choose at most 9, or more steps"
    )
