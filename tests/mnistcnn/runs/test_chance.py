"""Whether a network has learned anything: against the best constant answer, and against its own beginning."""

from datetime import datetime

import pytest

from mnistcnn.config.schema import load_config
from mnistcnn.runs.chance import find_shortfall, no_better_than
from mnistcnn.runs.creating import create_run

MNIST_ONES = 0.1135
"""The share of the most frequent digit in MNIST's test images."""
HEADER = "step,split,data,examples,loss,accuracy,learning_rate\n"


@pytest.mark.parametrize(
    ("accuracy", "examples", "chance", "start", "expected"),
    [
        (0.0892, 10_000, MNIST_ONES, 0.0974, "chance"),
        (MNIST_ONES, 10_000, MNIST_ONES, 0.0974, "chance"),
        (0.119, 10_000, MNIST_ONES, 0.0974, "chance"),
        (0.121, 10_000, MNIST_ONES, 0.0974, None),
        (0.25, 20, 0.12, None, "chance"),
        (0.98, 10_000, MNIST_ONES, None, None),
        (0.98, 10_000, MNIST_ONES, 0.98, "start"),
        (0.98, 10_000, MNIST_ONES, 0.9799, None),
        (0.5, 1000, 0.6, 0.1, "chance"),
    ],
)
def test_a_network_has_to_be_better_than_luck_and_than_its_beginning(accuracy, examples, chance, start, expected):
    assert no_better_than(accuracy, examples, chance, start) == expected


@pytest.fixture
def run(tmp_path, tiny_dataset):
    run = create_run(load_config(None, [f"log_dir={tmp_path}"]), tiny_dataset, datetime(2026, 11, 24))
    rows = ["0,train,tiny,20,2.3,0.1,0.1", "0,test,tiny,60,2.3,0.4,", "10,test,tiny,60,9.9,0.1,"]
    rows += ["20,test,tiny,60,1.0,0.35,", "30,test,tiny,60,0.1,0.95,"]
    run.metrics_path.write_text(HEADER + "\n".join(rows) + "\n")
    return run


def test_a_checkpoint_is_judged_by_the_metrics_of_its_step(run):
    baselines = {step: getattr(find_shortfall(run, step), "baseline", None) for step in (0, 10, 20, 30, 40)}
    assert baselines == {0: None, 10: "chance", 20: "start", 30: None, 40: None}


def test_a_shortfall_says_both_accuracies(run):
    run.update_manifest({"results": {"step": 10, "chance_accuracy": 0.15}})
    assert str(find_shortfall(run, 10)) == (
        "the network of step 10 gets 10.00 % of the test images (tiny), "
        "no better than always giving the most frequent digit: 15.00 %"
    )
    assert str(find_shortfall(run, 20)).endswith("no better than before the first step: 40.00 %")


@pytest.mark.parametrize("damage", ["", "no,metrics\n1,2\n", HEADER + "ten,test,tiny,60,1,x,\n"])
def test_what_cannot_be_read_is_not_judged(run, damage):
    run.metrics_path.write_text(damage)
    assert find_shortfall(run, 10) is None
