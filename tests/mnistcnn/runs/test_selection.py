from datetime import UTC, datetime
from pathlib import Path

import pytest

from mnistcnn.config.differences import flat_config
from mnistcnn.config.schema import load_config
from mnistcnn.errors import UsageError
from mnistcnn.runs.listing import Measured, RunSummary
from mnistcnn.runs.selection import filtered_runs, keys, sorted_runs


def make(name, *overrides, state="finished", accuracy=None, hour=0, data="mnist"):
    return RunSummary(
        Path(name),
        state,
        data=data,
        started=datetime(2026, 11, 24, hour, tzinfo=UTC),
        test=None if accuracy is None else Measured(1, accuracy, 100),
        config=flat_config(load_config(None, overrides)),
    )


def names(runs):
    return "".join(run.name for run in runs)


RUNS = [
    make("a", "learning_rate=1e-3", "seed=2", accuracy=0.9, hour=3),
    make("b", "seed=10", state="died", hour=2),
    make("c", "threads=4", "checkpoints.every=500", accuracy=0.95, hour=1, data="digits"),
    RunSummary(Path("d"), "damaged"),
]


@pytest.mark.parametrize(
    ("key", "order"),
    [
        ("started", "abcd"),
        ("name", "abcd"),
        ("test_accuracy", "cabd"),
        ("seed", "cabd"),
        ("learning_rate", "bcad"),
        ("data", "cabd"),
        ("threads", "cabd"),
        ("checkpoints.every", "cabd"),
    ],
)
def test_sorting_puts_the_newest_and_the_best_first_and_the_unknown_last(key, order):
    assert names(sorted_runs(RUNS, key)) == order


def test_reversing_leaves_the_unknown_last():
    assert names(sorted_runs(RUNS, "test_accuracy", reverse=True)) == "acbd"


@pytest.mark.parametrize(
    ("conditions", "found"),
    [
        ([], "abcd"),
        (["state=died"], "b"),
        (["state=died", "state=damaged"], "bd"),
        (["state=finished", "data=digits"], "c"),
        (["learning_rate=1e-3"], "a"),
        (["learning_rate=0.0010"], "a"),
        (["learning_rate=1e-4"], "bc"),
        (["seed=10"], "b"),
        (["threads=null"], "ab"),
        (["checkpoints.every=10s"], "ab"),
        (["checkpoints.every=500"], "c"),
        (["name=[ab]"], "ab"),
        (["data=*"], "abc"),
        (["seed=1"], ""),
    ],
)
def test_filters_of_one_key_add_up_and_those_of_different_keys_narrow_down(conditions, found):
    assert names(filtered_runs(RUNS, conditions)) == found


@pytest.mark.parametrize("key", keys())
def test_runs_can_be_sorted_and_filtered_by_every_key(key):
    assert len(sorted_runs(RUNS, key)) == 4
    assert filtered_runs(RUNS, [f"{key}=no such thing"]) == []


def test_an_unknown_key_is_a_usage_error_with_the_nearest_one():
    with pytest.raises(UsageError, match="unknown key 'learning-rate'; did you mean 'learning_rate'"):
        sorted_runs(RUNS, "learning-rate")
    with pytest.raises(UsageError, match="unknown key 'zzz'; there are: started"):
        filtered_runs([], ["zzz=1"])


def test_a_condition_without_a_value_is_a_usage_error():
    with pytest.raises(UsageError, match="--filter died: expected KEY=VALUE"):
        filtered_runs(RUNS, ["died"])
