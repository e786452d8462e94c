"""A run that never happened, as the events that it would have reported."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mnistcnn.events import CheckpointSaved, Evaluated, Event, RunFinished, RunStarted, State, StepsDone, Warned

FakeRun = Callable[..., list[Event]]


def _evaluations(step: int, data: str, errors: int, *, best: bool) -> Iterator[Event]:
    yield Evaluated(step, "validation", data, 5000, errors // 2, 0.1, 1 - errors // 2 / 5000, best, 0.3)
    yield Evaluated(step, "test", data, 10_000, errors, 0.1, 1 - errors / 10_000, False, 0.6)


def _events(run: Path, data: str, steps: int, state: State, loss: float, warning: str) -> Iterator[Event]:
    yield RunStarted(run, data, 0, steps, 50, 7, 3_274_634, 55_000, 5_000, 10_000, eval_every=100)
    if warning:
        yield Warned(warning)
    yield from _evaluations(0, data, 9020, best=True)
    for step in range(100, steps + 1, 100):
        yield StepsDone(step, data, 50, loss / step, 0.92, 1e-4, 1.4, 3412.4)
        yield from _evaluations(step, data, 20_000 // step, best=step < steps)
        yield CheckpointSaved(step, run / "checkpoints" / f"step-{step:07}", step < steps, 0.08)
    errors = 20_000 // steps
    yield RunFinished(
        run, state, data, steps, 1 - errors / 10_000, errors, 10_000, 0.98, steps - 100, 0.99, 0.985,
        "ab" * 32, 83.4, 70.2, 3412.4,
    )  # fmt: skip


@pytest.fixture
def fake_run() -> FakeRun:
    """Makes the events of a run of `steps` steps."""

    def make(
        run: Path = Path("runs/20261124-064837-3fa9c1"),
        data: str = "mnist",
        steps: int = 3000,
        state: State = "finished",
        loss: float = 50.0,
        warning: str = "",
    ) -> list[Event]:
        return list(_events(run, data, steps, state, loss, warning))

    return make
