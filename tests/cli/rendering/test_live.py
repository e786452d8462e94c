import dataclasses
import io
import math
import re
import sys
from pathlib import Path

import pytest
from mnistcnn_cli.rendering.dashboard import Dashboard
from mnistcnn_cli.rendering.live import LiveDisplay
from mnistcnn_cli.rendering.report import Report
from rich.cells import cell_len
from rich.console import Console

from mnistcnn.events import CheckpointSaved, Evaluating
from mnistcnn.events.displayed_run import DisplayedRun

ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def screen(width, height=40, **options):
    return Console(file=io.StringIO(), width=width, height=height, force_terminal=True, highlight=False, **options)


def drawn(events, width, height=40):
    run = DisplayedRun()
    for event in events:
        run.update(event)
    console = screen(width, height, color_system=None)
    console.print(Dashboard(run, lambda: 12.0))
    return console.file.getvalue()


def played(events, console):
    with LiveDisplay(io.StringIO(), console) as live:
        live.phase("starting TensorFlow")
        for event in events:
            if isinstance(event, BaseException):
                raise event
            live.show(event)
    return console.file.getvalue()


@pytest.mark.parametrize("width", [1, 5, 12, 20, 36, 40, 41, 59, 60, 64, 75, 76, 80, 120, 300])
def test_no_line_is_wider_than_the_window(fake_run, width):
    events = fake_run()
    for moment in (1, 2, 5, 40, len(events)):
        widest = max(map(cell_len, drawn(events[:moment], width).splitlines()))
        assert widest <= width


@pytest.mark.parametrize("width", [20, 40, 80, 120])
def test_the_numbers_and_their_data_are_there_in_every_window(fake_run, width):
    picture = drawn(fake_run(data="digits")[:-1], width)
    for text in ("on digits", "training", "validation", "test", "92.00 %", "99.94 %", "3,000", "0.0167"):
        assert text in picture


def test_the_best_step_is_the_one_that_validation_chose(fake_run):
    """The last evaluation of the fake run has fewer test errors, and validation calls it no better."""
    picture = drawn(fake_run(steps=300)[:-1], 100)
    assert "best validation, at step 200" in picture
    (row,) = [line for line in picture.splitlines() if line.strip().startswith("test  ")]
    assert row.split() == ["test", "99.34", "%", "99.00", "%"]


def test_a_wide_window_shows_two_curves_a_narrow_one_shows_one_a_tiny_or_low_one_shows_none(fake_run):
    events = fake_run()
    assert "test error on mnist (log scale)" in drawn(events, 80)
    assert "test error" not in drawn(events, 50)
    assert "loss (log scale)" in drawn(events, 50)
    assert "log scale" not in drawn(events, 20)
    assert "log scale" not in drawn(events, 80, height=12)


def test_the_time_left_counts_evaluations_too(fake_run):
    """Per 100 steps: 1.4 s of steps, 0.9 s of evaluation, 0.08 s of saving; half of the run is left: 23.8 s."""
    events = fake_run(steps=2000)
    halfway = events[: 3 + 10 * 4]
    assert "1,000 / 2,000" in drawn(halfway, 120)
    assert "0:12 · 0:24 left" in drawn(halfway, 120)


def evaluating(step, done):
    return Evaluating(step, done, 15_000)


@pytest.mark.parametrize("width", [36, 60, 80, 120])
def test_while_it_evaluates_the_bar_counts_the_images(fake_run, width):
    halfway = fake_run(steps=2000)[: 3 + 10 * 4]
    picture = drawn([*halfway, evaluating(1100, 6000)], width)
    assert "evaluating 6,000/15,000" in picture
    assert "1,000 / 2,000" not in picture
    after = drawn([*halfway, evaluating(1100, 6000), halfway[-2]], width)
    assert "evaluating" not in after
    assert "1,000 / 2,000" in after


def test_the_time_left_counts_the_rest_of_the_evaluation_that_goes_on(fake_run):
    """At step 1,000 of 1,040, the newest evaluations took 0.9 s, and one comes at the end."""
    events = [event for event in fake_run(steps=1000)[:-1] if not isinstance(event, CheckpointSaved)]
    started = dataclasses.replace(events[0], steps=1040)
    run = DisplayedRun()
    for event in [started, *events[1:]]:
        run.update(event)
    assert run.seconds_left == pytest.approx(40 * 0.014 + 0.9)
    run.update(Evaluating(1000, 5000, 15_000))
    assert run.seconds_left == pytest.approx(40 * 0.014 + 0.9 + 0.9 * 2 / 3)
    run.update(Evaluating(1040, 10_000, 15_000))
    assert run.seconds_left == pytest.approx(40 * 0.014 + 0.9 / 3)


def shown_at_the_end(fake_run, width, height, **how):
    run = DisplayedRun()
    for event in fake_run(**how):
        run.update(event)
    console = screen(width, height, color_system=None)
    console.print(Report(run, run.finished), crop=False)
    return console.file.getvalue().splitlines()


def test_at_80_by_24_curves_figures_hints_and_headline_fit_and_the_headline_is_last(fake_run):
    lines = shown_at_the_end(fake_run, 80, 24)
    assert len(lines) <= 23  # The prompt needs one.
    assert lines[-1].startswith("finished after 3,000 steps: test accuracy 99.94 % (mnist)")
    text = "\n".join(lines)
    for part in ("loss (log scale)", "test error on mnist (log scale)", "95 % interval", "3,412 images/s"):
        assert part in text
    assert max(map(cell_len, lines)) <= 80


@pytest.mark.parametrize(("width", "height"), [(80, 18), (50, 20), (30, 24)])
def test_where_the_curves_have_no_room_the_rest_is_there(fake_run, width, height):
    lines = shown_at_the_end(fake_run, width, height)
    assert "log scale" not in "\n".join(lines)
    assert "finished after 3,000 steps: test accuracy 99.94 %" in " ".join(" ".join(lines[-3:]).split())


def test_three_hints_come_in_the_order_in_which_people_want_them(fake_run):
    lines = shown_at_the_end(fake_run, 80, 24)
    hints = [line.split() for line in lines if line.startswith("  mnistcnn ")]
    assert [hint[:3] for hint in hints] == [
        ["mnistcnn", command, "runs/20261124-064837-3fa9c1"] for command in ("page", "visualize", "eval")
    ]


def test_a_run_without_validation_or_with_nan_can_be_shown(fake_run):
    events = [event for event in fake_run(loss=math.nan) if getattr(event, "split", "") != "validation"]
    picture = drawn(events, 80)
    assert "nan" in picture
    assert "best validation" not in picture


def test_a_warning_stays_on_the_screen_and_is_repeated_in_the_summary(fake_run):
    text = ESCAPE.sub("", played(fake_run(warning="This is digits."), screen(80)))
    assert "─ warning ─" in text
    assert text.count("This is digits.") == 2
    assert (
        text.index("─ warning ─") < text.rindex("warning: This is digits.") < text.index("finished after 3,000 steps")
    )


def test_the_commands_can_be_copied_whole_from_a_narrow_window(fake_run):
    lines = ESCAPE.sub("", played(fake_run(), screen(20))).splitlines()
    assert "  mnistcnn visualize runs/20261124-064837-3fa9c1" in lines


@pytest.mark.parametrize("width", [20, 40, 80, 120])
def test_the_summary_gives_the_interval_in_every_window(fake_run, width):
    text = ESCAPE.sub("", played(fake_run(), screen(width)))
    assert "6 errors of 10,000, 95 % interval 99.87 to 99.97 %" in " ".join(text.split())


def test_the_cursor_is_visible_again_after_an_interruption(fake_run):
    console = screen(80)

    with pytest.raises(KeyboardInterrupt):
        played([*fake_run()[:9], KeyboardInterrupt()], console)
    text = console.file.getvalue()
    assert text.rindex("\x1b[?25h") > text.rindex("\x1b[?25l")


def test_standard_output_stays_itself_while_the_display_is_up(fake_run):
    """Rich would send it to standard error by default, where no pipe sees it."""
    stdout = sys.stdout
    terminal = screen(80)
    with LiveDisplay(io.StringIO(), terminal) as live:
        live.show(fake_run()[0])
        assert sys.stdout is stdout


def test_a_narrower_window_begins_on_a_clean_screen(fake_run):
    console = screen(80)
    with LiveDisplay(io.StringIO(), console) as live:
        for event in fake_run(warning="This is digits.")[:9]:
            live.show(event)
        console.width = 30
        live._live.refresh()
        text = console.file.getvalue()
    after = text[text.index("\x1b[2J") :]
    assert "This is digits." in after


def test_no_color_leaves_out_every_colour(fake_run, monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    text = played(fake_run(warning="Careful."), screen(80, color_system="truecolor"))
    codes = {code for sequence in re.findall(r"\x1b\[([0-9;]*)m", text) for code in sequence.split(";")}
    assert codes <= {"", "0", "1", "2", "22"}


def test_an_escape_sequence_in_a_name_is_shown_and_not_obeyed(fake_run):
    events = fake_run(run=Path("runs/evil\x1b[2J"), data="bad\x1b]0;title\x07")
    text = played(events, screen(120))
    assert "\x1b[2J" not in text
    assert "\x1b]0;" not in text
    assert "\\x1b[2J" in text


def test_a_download_shows_how_far_it_is():
    console = screen(80)
    with LiveDisplay(io.StringIO(), console) as live:
        live.download("train-images-idx3-ubyte.gz", 4_200_000, 9_912_422)
        live._live.refresh()
    assert "4.2 MB of 9.9 MB" in console.file.getvalue()
