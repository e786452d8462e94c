from pathlib import Path

import numpy as np
import pytest

from mnistcnn.errors import RunError
from mnistcnn.runs.curves import band, checked_metrics, seed_groups, splits_of
from mnistcnn.runs.listing import RunSummary

HEADER = "step,split,data,examples,loss,accuracy,learning_rate\n"


def summary(name, seed=0, data="mnist", **settings):
    return RunSummary(
        Path(name), "finished", data=data, config={"seed": seed, "name": name, "threads": None, **settings}
    )


def test_runs_that_differ_in_their_seed_alone_are_one_group():
    runs = [summary("a", 0, rate=0.1), summary("b", 0, rate=0.01), summary("c", 1, rate=0.1), summary("d", 2, rate=0.1)]
    groups = seed_groups(runs)
    assert [[run.name for run in group.runs] for group in groups] == [["a", "c", "d"], ["b"]]
    assert [group.label for group in groups] == ["rate 0.1, 3 seeds", "b"]


def test_the_same_seed_twice_is_no_sample():
    assert [len(group.runs) for group in seed_groups([summary("a"), summary("b"), summary("c", 1)])] == [2, 1]


def test_runs_on_different_data_are_never_one_group():
    groups = seed_groups([summary("a", 0), summary("b", 1, "digits")])
    assert [group.label for group in groups] == ["a on mnist", "b on digits"]


def test_a_band_has_the_mean_and_the_range_of_the_steps_that_all_have():
    one = splits_of(rows((0, 0.5), (10, 0.75), (20, 0.9)))
    other = splits_of(rows((0, 0.25), (10, 0.25)))
    found = band([one, other], "test", 2)
    assert found.steps.tolist() == [0, 10]
    assert np.allclose([found.low, found.mean, found.high], [[0.5, 0.25], [0.625, 0.5], [0.75, 0.75]])
    assert band([one, other], "validation", 2) is None
    assert band([one, splits_of(rows((5, 0.5)))], "test", 2) is None


def rows(*points):
    return [{"step": str(step), "split": "test", "loss": "1.0", "accuracy": str(value)} for step, value in points]


def test_missing_metrics_are_reported(tmp_path):
    with pytest.raises(RunError, match="no metrics: No such file"):
        checked_metrics(tmp_path / "metrics.csv")
