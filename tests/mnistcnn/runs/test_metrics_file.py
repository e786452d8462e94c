"""The rows of metrics.csv."""

from __future__ import annotations

import math

import pytest

from mnistcnn.errors import RunError
from mnistcnn.events import Evaluated, StepsDone
from mnistcnn.runs.metrics_file import MetricsFile, examine_metrics, read_end, read_metrics


def report(step, loss=0.1):
    return StepsDone(step, "tiny", 50, loss, 0.98, 1e-4, seconds=1.0, images_per_second=1.0)


def evaluation(step, split="test"):
    return Evaluated(step, split, "tiny", 60, 3, 0.3, 0.95, best=False, seconds=1.0)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "metrics.csv"


def write(path, *events, step=None):
    metrics = MetricsFile(path, step)
    for event in events:
        metrics.append(event)
    metrics.close()


def test_reports_and_evaluations_are_rows_that_name_the_data(path):
    write(path, report(20), evaluation(20, "validation"), evaluation(20))
    assert path.read_text() == (
        "step,split,data,examples,loss,accuracy,learning_rate\n"
        "20,train,tiny,50,0.1,0.98,0.0001\n"
        "20,validation,tiny,60,0.3,0.95,\n"
        "20,test,tiny,60,0.3,0.95,\n"
    )


@pytest.mark.parametrize("loss", [0.1, 1 / 3, math.pi * 1e-20, 2.302585092994046])
def test_numbers_survive_to_the_last_digit(path, loss):
    write(path, report(1, loss))
    assert float(read_metrics(path)[0]["loss"]) == loss


def test_a_row_is_there_as_soon_as_it_is_appended(path):
    metrics = MetricsFile(path)
    metrics.append(report(1))
    assert len(read_metrics(path)) == 1
    metrics.close()


def test_going_on_from_a_checkpoint_drops_the_rows_behind_it_and_an_unfinished_line(path):
    write(path, report(20), evaluation(20), report(40), report(60))
    whole = path.read_text()
    path.write_text(whole + "80,train,ti")
    write(path, report(60), step=40)
    assert path.read_text() == whole


def test_a_data_name_with_a_comma_is_one_field(path):
    write(path, StepsDone(1, 'my "data", new', 50, 0.1, 0.9, 1e-4, 1.0, 1.0))
    assert read_metrics(path)[0]["data"] == 'my "data", new'


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("20,test,tiny,60,0.3", ":3: cut short"),
        ("x,test,tiny,60,0.5,0.5,\n", ":3: step: 'x' is not a whole number"),
        ("20,test,tiny,-1,0.5,0.5,\n", ":3: examples: '-1' is not a whole number"),
        ("20,test,tiny\n", ":3: no examples"),
        ("20,test,tiny,60,0.5,much,\n", ":3: accuracy: 'much' is not a number"),
        ("20,test,tiny,60,0.5,8.9,\n", ":3: accuracy: '8.9' is out of range"),
        ("20,test,tiny,60,nan,0.5,\n", ":3: loss: 'nan' is out of range"),
        ("20,test,tiny,0,0.5,0.5,\n", ":3: examples: 0"),
        ("20,train,tiny,60,0.5,0.5,slow\n", ":3: learning_rate: 'slow' is not a number"),
        ("\0\0\0", ":3: cut short"),
    ],
)
def test_a_damaged_line_is_left_out_and_told_with_its_number_also_when_the_run_goes_on(path, line, said):
    write(path, report(20))
    whole, damaged = path.read_text(), path.read_text() + line
    path.write_text(damaged)
    assert examine_metrics(path).warning == f"{path}{said}; left out"
    assert [row["step"] for row in read_metrics(path)] == ["20"]
    metrics = MetricsFile(path, step=20)
    metrics.close()
    assert metrics.warning == f"{path}{said}; left out; the file as it was: {path}.damaged"
    assert (path.read_text(), path.with_name("metrics.csv.damaged").read_text()) == (whole, damaged)


def test_a_damaged_line_that_will_be_written_again_is_no_loss(path):
    write(path, report(20))
    path.write_text(path.read_text() + "40,train,tiny,60,0.5,much,0.1\n60,train,ti")
    metrics = MetricsFile(path, step=20)
    metrics.close()
    assert (metrics.warning, len(list(path.parent.iterdir()))) == (None, 1)


def test_bytes_that_are_no_text_damage_no_other_line(path):
    write(path, report(20), report(40))
    path.write_bytes(path.read_bytes().replace(b"40,train", b"4\xff,train"))
    assert len(read_metrics(path)) == 1


@pytest.mark.parametrize(("of", "to"), [("0.5,0.5", "0.5,8.9"), ("0.5,0.5", "0.5,inf"), (",60,", ",00,")])
def test_a_damaged_end_is_no_result(path, of, to):
    path.write_text("step,split,data,examples,loss,accuracy,learning_rate\n20,test,tiny,60,0.5,0.5,\n")
    assert read_end(path)[0] == 20
    path.write_text(path.read_text().replace(of, to))
    with pytest.raises(ValueError, match=r"out of range|examples: 0"):
        read_end(path)


@pytest.mark.parametrize("rows", ["nonsense\n1\n", "step,split\nx,train\n", "step,split\n1,train\n", "step\n,\n"])
def test_rows_that_cannot_be_kept_are_an_error_that_names_the_file(tmp_path, rows):
    path = tmp_path / "metrics.csv"
    path.write_text(rows)
    with pytest.raises(RunError, match=r"metrics\.csv: damaged: "):
        MetricsFile(path, step=10)
    assert path.read_text() == rows
