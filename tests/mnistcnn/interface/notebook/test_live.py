"""The live display of a run that never happened, as a notebook would receive it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mnistcnn.events import CheckpointSaved, Compiling, Evaluated, RunFinished, RunStarted, StepsDone, Warned
from mnistcnn.interface.notebook.live import NotebookDisplay

RUN = Path("runs/<one>")
STARTED = RunStarted(RUN, "mnist", 0, 200, 50, 7, 3_274_634, 55_000, 5_000, 10_000)
FINISHED = RunFinished(
    RUN, "finished", "mnist", 200, 0.96, 400, 10_000, 0.97, 100, 0.97, 0.95, "ab" * 32, 83.4, 70.0, 3412.4
)


def evaluated(step, errors, *, best):
    yield Evaluated(step, "validation", "mnist", 5000, errors // 2, 0.1, 1 - errors / 10_000, best, 0.3)
    yield Evaluated(step, "test", "mnist", 10_000, errors, 0.1, 1 - errors / 10_000, False, 0.6)


def events():
    yield STARTED
    yield from evaluated(0, 9000, best=True)
    for step in (100, 200):
        yield StepsDone(step, "mnist", 50, 20 / step, 0.92, 1e-4, 10.0, 3412.4)
        yield from evaluated(step, 40_000 // step, best=True)
        yield CheckpointSaved(step, RUN / "checkpoints", False, 0.1)


class Cell:
    """The output of a cell, and a clock that stands still until it is set."""

    def __init__(self) -> None:
        self.bundles: list[dict[str, str]] = []
        self.now = 0.0
        self.display = NotebookDisplay(self.open, lambda: self.now)

    def open(self, bundle):
        self.bundles.append(bundle)
        return self

    def update(self, data, *, raw):
        assert raw
        self.bundles.append(data)

    @property
    def html(self):
        return self.bundles[-1]["text/html"]

    @property
    def text(self):
        return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", self.html))


@pytest.fixture
def cell():
    return Cell()


def test_it_says_what_takes_a_while_before_the_run(cell):
    with cell.display as display:
        display.phase("loading the data")
        assert "loading the data" in cell.text
        display.start("train.gz", 10_000_000)
        cell.now += 1
        display.advance(2_500_000)
        assert "downloading train.gz: 2.5 of 10.0 MB" in cell.text
        assert 'aria-valuenow="25.0"' in cell.html
        display.phase("starting TensorFlow")
        assert "downloading" not in cell.text


def test_figures_and_curves_grow_in_place(cell):
    with cell.display as display:
        for event in events():
            cell.now += 10
            display.show(event)
    assert len(cell.bundles) == 1 + len(list(events())) + 1
    assert "200 of 200 steps" in cell.text
    assert 'aria-valuenow="100.0"' in cell.html
    assert "best validation, step 200" in cell.text
    assert cell.html.count("<polyline") == 2
    assert "98.00 %" in cell.text
    assert "&lt;one&gt;" in cell.html


def test_updates_come_at_most_twice_a_second(cell):
    with cell.display as display:
        for event in events():
            cell.now += 0.01
            display.show(event)
        assert len(cell.bundles) < 4


def test_the_last_update_has_the_end_whenever_it_comes(cell):
    with cell.display as display:
        for event in (*events(), FINISHED):
            display.show(event)
    assert "finished after 200 steps · 1:23" in cell.text
    assert cell.bundles[-1]["text/plain"].startswith("runs/<one>: finished after 200 steps")


def test_a_warning_and_a_failure_stay_in_sight(cell):
    display = cell.display.__enter__()
    display.show(STARTED)
    display.show(Warned("no <b>"))
    display.__exit__(ZeroDivisionError, ZeroDivisionError(), None)
    assert "warning: no &lt;b&gt;" in cell.text
    assert "stopped: ZeroDivisionError" in cell.text


def test_compiling_is_announced_until_the_first_report(cell):
    with cell.display as display:
        for event in (STARTED, Compiling()):
            cell.now += 1
            display.show(event)
        assert "compiling for the GPU" in cell.text
        cell.now += 1
        display.show(next(event for event in events() if isinstance(event, StepsDone)))
        assert "compiling" not in cell.text
