"""Runs as records: what `mnistcnn runs --json` writes for programs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from mnistcnn.errors import RunError

if TYPE_CHECKING:
    from mnistcnn.runs.directory import Run
    from mnistcnn.runs.listing import RunSummary
    from mnistcnn.runs.reproduction import Reproduction


def run_record(run: RunSummary) -> dict[str, Any]:
    """One run, as `runs --json` has it; see docs/runs.md."""
    return {
        "event": "run",
        "run": str(run.path),
        "name": run.name,
        "state": run.state,
        "problem": run.problem,
        "can_be_resumed": run.can_be_resumed,
        "data": run.data,
        "started": run.started.isoformat() if run.started else None,
        "ended": run.ended.isoformat() if run.ended else None,
        "step": run.step,
        "steps": run.steps,
        "test_step": run.test.step if run.test else None,
        "test_accuracy": run.test.accuracy if run.test else None,
        "test_interval": list(run.test.interval) if run.test else None,
        "test_errors": run.test.errors if run.test else None,
        "test_examples": run.test.examples if run.test else None,
        "chance_accuracy": run.chance_accuracy,
        "no_better_than": run.no_better_than,
        "validation_accuracy": run.validation_accuracy,
        "best_step": run.best_step,
        "best_validation_accuracy": run.best_validation_accuracy,
        "best_test_accuracy": run.best_test_accuracy,
        "weights_digest": run.weights_digest,
        "seconds": run.seconds,
        "images_per_second": run.images_per_second,
        "checkpoints": list(run.checkpoints),
        "changed": dict(run.changed),
        "config": dict(run.config),
    }


def full_record(run: RunSummary, opened: Run) -> dict[str, Any]:
    """One run with its whole manifest, as `runs show --json` has it."""
    return {**run_record(run), "manifest": manifest_or_none(opened)}


def comparison_record(runs: Sequence[RunSummary], *, everything: bool) -> dict[str, Any]:
    """The settings that differ, in the order of the runs."""
    settings = {key: [run.config.get(key) for run in runs] for key in compared_settings(runs, everything=everything)}
    return {"event": "comparison", "config": settings, "runs": [run_record(run) for run in runs]}


def reproduction_record(result: Reproduction) -> dict[str, Any]:
    """The verdict, as `runs reproduce --json` has it."""
    return {
        "event": "reproduction",
        "original": str(result.original.path),
        "repeated": str(result.repeated.path),
        "same": result.same,
        "weights_digests": list(result.digests),
        "test_accuracies": list(result.test_accuracies),
        "differences": {key: list(values) for key, values in result.differences.items()},
    }


def verdict(result: Reproduction) -> str:
    """Say that the weights are the same."""
    from mnistcnn.runs.environment import difference_lines

    others = "".join(f"; {line}" for line in difference_lines(result.differences))
    return f"the same weights, bit for bit: {result.digests[0]}{others}"


def compared_settings(runs: Sequence[RunSummary], *, everything: bool) -> list[str]:
    """List the settings that differ between runs, or all; never the name and the folder, which always differ."""
    keys = dict.fromkeys(key for run in runs for key in run.config if key not in ("name", "log_dir"))
    return [key for key in keys if everything or len({repr(run.config.get(key)) for run in runs}) > 1]


def manifest_or_none(run: Run) -> dict[str, Any] | None:
    """Read a run's manifest; None if it is damaged, which the run's state says already."""
    try:
        return run.manifest()
    except RunError:
        return None
