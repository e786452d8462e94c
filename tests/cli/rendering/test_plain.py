import dataclasses
import io
import itertools
import math
import re
from datetime import datetime, timedelta

import pytest
from mnistcnn_cli.rendering.plain import PlainLog, WarningsOnly

from mnistcnn.events import Evaluating, Warned, WorkerFinished, WorkerStarted, WorkerStepped

NOON = datetime(2026, 11, 24, 12, 0, 0)


def logged(events):
    stream = io.StringIO()
    with PlainLog(stream, now=lambda: NOON) as log:
        for event in events:
            log.show(event)
    return stream.getvalue()


def test_every_line_is_dated(fake_run):
    lines = logged(fake_run()).splitlines()
    assert all(line.startswith("2026-11-24 12:00:00  ") for line in lines)


def test_no_control_character_reaches_the_log_whatever_the_names_are(fake_run):
    log = logged(fake_run(data="evil\x1b[31m\rname", warning="first\n\x07second\x1b"))
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", log)


def test_every_accuracy_names_its_data(fake_run):
    accuracies = [line for line in logged(fake_run(data="digits")).splitlines() if " %" in line]
    assert len(accuracies) > 90
    assert all("(digits" in line for line in accuracies)


def test_nothing_is_lost(fake_run):
    """One line for every event before the last, which becomes the summary."""
    events = fake_run(steps=500)
    log = logged(events)
    summary = log[log.index("  test accuracy 99.60 % (mnist), ") :]
    assert log.count("\n") - summary.count("\n") == len(events) - 1


def test_the_progress_of_an_evaluation_is_no_line(fake_run):
    assert logged([*fake_run()[:1], Evaluating(0, 500, 15_000)]) == logged(fake_run()[:1])


def test_the_last_line_is_the_headline(fake_run):
    assert logged(fake_run()).splitlines()[-1].endswith("finished after 3,000 steps: test accuracy 99.94 % (mnist)")


def test_a_report_says_what_the_tutorial_prints_and_how_fast_it_goes(fake_run):
    assert (
        "step  100/3000  loss 0.5000  training accuracy 92.00 % (mnist, 50 images)  learning rate 0.0001  "
        "3,412 images/s\n"
    ) in logged(fake_run())


def test_an_evaluation_says_errors_and_examples(fake_run):
    log = logged(fake_run())
    assert "step  100/3000  test accuracy 98.00 % (mnist, 200 errors of 10,000)  loss 0.1000\n" in log
    assert "validation accuracy 98.00 % (mnist, 100 errors of 5,000)  loss 0.1000  best so far\n" in log


def test_a_warning_stands_out_and_is_repeated_at_the_end(fake_run):
    log = logged(fake_run(warning="This is digits.\nNot MNIST."))
    assert log.count("WARNING: This is digits. | Not MNIST.\n") == 2


def test_the_summary_has_the_interval_the_time_and_what_to_type_next(fake_run):
    log = logged(fake_run())
    assert "test accuracy 99.94 % (mnist), 6 errors of 10,000, 95 % interval 99.87 to 99.97 %" in log
    assert "time 1:23, 1:10 in training steps, 3,412 images/s" in log
    hints = [line.split("next: ")[1].split()[1] for line in log.splitlines() if "next: " in line]
    assert hints == ["page", "visualize", "eval"]
    assert "next: mnistcnn visualize runs/20261124-064837-3fa9c1  # " in log


def test_a_diverged_run_says_so_and_proposes_a_smaller_learning_rate(fake_run):
    log = logged(fake_run(state="diverged", loss=math.nan))
    assert "loss nan" in log
    assert "diverged after 3,000 steps: the loss is no longer a finite number" in log
    assert "--learning-rate 1e-05" in log


def test_a_download_begins_and_ends_with_one_line():
    stream = io.StringIO()
    log = PlainLog(stream, now=lambda: NOON)
    for received in (0, 1_000_000, 5_000_000, 9_912_422):
        log.download("train-images-idx3-ubyte.gz", received, 9_912_422)
    assert [line[21:] for line in stream.getvalue().splitlines()] == [
        "downloading train-images-idx3-ubyte.gz, 9.9 MB",
        "downloaded train-images-idx3-ubyte.gz",
    ]


@pytest.mark.parametrize("warning", ["", "This is digits."])
def test_quiet_shows_warnings_and_nothing_else(fake_run, warning):
    stream = io.StringIO()
    with WarningsOnly(stream) as quiet:
        quiet.phase("starting TensorFlow")
        quiet.download("a.gz", 0, 10)
        for event in fake_run(warning=warning):
            quiet.show(event)
    assert stream.getvalue() == (f"warning: {warning}\n" if warning else "")


def test_a_warning_alone_can_be_logged():
    assert logged([Warned("Careful.")]) == "2026-11-24 12:00:00  WARNING: Careful.\n"


def test_a_worker_that_is_not_the_chief_says_where_it_is():
    log = logged(
        [
            WorkerStarted(1, 2, "b:2222", "a:2222", "mnist", 40, 300, 50, 25, 7),
            WorkerStepped(1, 60, 0.25, 0.5, 2000.0),
            WorkerFinished(1, 2, "interrupted", 60, 83.4),
        ]
    )
    started, stepped, finished = (line.partition("  ")[2] for line in log.splitlines())
    assert started == (
        "worker 1 of 2 at b:2222, the chief at a:2222: mnist, 300 steps of 50, of which 25 here, seed 7, "
        "resumed after step 40"
    )
    assert stepped == "step  60/300  loss 0.2500  2,000 images/s of all workers"
    assert finished == "step  60/300  interrupted after 1:23; the chief saved it"


def test_a_chief_says_how_many_share_a_batch(fake_run):
    events = fake_run(steps=100)
    assert "100 steps of 50, seed" in logged(events)
    assert "100 steps of 50 shared by 3 workers, seed" in logged([dataclasses.replace(events[0], workers=3)])


class Watched(io.StringIO):
    """A terminal, or the cell of a notebook."""

    def isatty(self):
        return True


def test_where_people_watch_reports_come_at_a_calm_pace_and_nothing_else_is_left_out(fake_run):
    stream, halves = Watched(), itertools.count()
    with PlainLog(stream, now=lambda: NOON + timedelta(seconds=next(halves) / 2)) as log:
        for event in fake_run():
            log.show(event)
    text, whole = stream.getvalue(), logged(fake_run())
    reports = [line[:19] for line in text.splitlines() if "images/s" in line and "loss" in line]
    times = [datetime.fromisoformat(time) for time in reports]
    assert 5 < len(times) < 20
    assert min(later - earlier for earlier, later in itertools.pairwise(times)) >= timedelta(seconds=5)
    for word in ("validation accuracy", "test accuracy", "saved", "finished after 3,000 steps", "next:"):
        assert text.count(word) == whole.count(word)
