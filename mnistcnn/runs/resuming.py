"""What may change when a run is resumed, and what may not.

A resumed run must be the run that it would have been. So everything that decides its numbers stays: the network, the
seed, the data, the batch size and the recipe. What only decides how long it goes on, how often it says something, and
what it may use of the machine, may change: see `CHANGEABLE`.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from typing import Any

from .. import files
from ..config.differences import differences
from ..config.schema import Config, SummariesConfig, dump_config, load_config
from ..config.snapshots import SnapshotsConfig
from ..data.dataset import Dataset
from ..errors import CheckpointError, ConfigError, RunError
from .checkpoint import Checkpoint
from .data import check_same_data
from .directory import Run, now
from .environment import describe_environment, difference_lines, differences_in_bits, environments_of
from .fitting import check_fit
from .manifest import check_agreement
from .metrics_file import read_end

CHANGEABLE = frozenset(
    {
        "steps",  # With a constant learning rate; a falling one would have been another from the start.
        "eval_every",
        "report_every",
        "threads",
        "devices",
        "workers.join_timeout",
        "workers.lost_timeout",
        "checkpoints.every",
        "checkpoints.keep",
        *(f"snapshots.{key}" for key in SnapshotsConfig.model_fields),
        *(f"summaries.{key}" for key in SummariesConfig.model_fields),
        "data.dir",  # Where the files are may change; what is in them may not, and is checked.
    }
)


def resumed_config(run: Run, overrides: Sequence[str] = (), options: Mapping[str, object] | None = None) -> Config:
    """The run's own configuration, with changes.

    Args:
        run: the run to resume.
        overrides: `KEY=VALUE`, as for `load_config`.
        options: named options, as for `load_config`.

    Raises:
        ConfigError: a change is wrong in itself, or would make it another run.
        RunError: there is no such run, or its manifest is damaged or of another run.
    """
    before = load_config(run.config_path)
    check_agreement(run.path, run.manifest(), before)
    return checked_changes(before, load_config(run.config_path, overrides, options or {}))


def checked_changes(before: Config, after: Config) -> Config:
    """The configuration to go on with, if the run stays the same run.

    Args:
        before: the run's own.
        after: the same with changes.

    Raises:
        ConfigError: a change would make it another run.
    """
    problems = [
        f"{key}: a resumed run keeps its {key}, which is {old!r}, not {new!r}; start a new run to change it"
        for key, old, new in differences(before, after)
        if key not in CHANGEABLE
    ]
    if after.steps != before.steps and before.schedule.kind != "constant":
        problems.append(
            f"steps: a resumed run keeps its steps, which are {before.steps}, not {after.steps}, because its "
            f"schedule.kind is {before.schedule.kind}: its learning rate falls until the last of them"
        )
    if problems:
        raise ConfigError(problems)
    return after


def check_resumable(run: Run, config: Config, dataset: Dataset) -> None:
    """Refuse to resume with other data, or with fewer steps than are done.

    Raises:
        RunError: the data is not what the run learned from, or `steps` is behind it.
    """
    check_same_data(run, dataset)
    steps = run.checkpoints().steps()
    if steps and config.steps < steps[-1]:
        raise RunError(f"{run.path}: steps: {config.steps:,} is less than the {steps[-1]:,} that are done")


def rewind_to_checkpoint(run: Run, config: Config) -> tuple[Checkpoint | None, list[str]]:
    """Take a run back to its newest intact checkpoint, and record that it is resumed there.

    A run that was killed before its first checkpoint has lost nothing yet, and begins again: its checkpoint is None.

    Args:
        run: locked by this process.
        config: the run's own, with the changes that `resumed_config` allows.

    Returns:
        The checkpoint; and warnings: what is wrong with each newer one, and what is different here.

    Raises:
        CheckpointError: no checkpoint is intact, or left, or it does not fit the configuration.
        RunError: the manifest is damaged.
        OSError: the run could not be written.
    """
    checkpoints = run.checkpoints(config.checkpoints.keep)
    for directory in (run.path, run.checkpoints_path, run.snapshots_path):
        files.remove_temporaries(directory)
    if not checkpoints.steps():
        _refuse_lost_checkpoints(run)
        run.snapshots().rewind(-1)
        record_resume(run, config, step=0)
        return None, []
    checkpoint, problems = checkpoints.newest_intact()
    check_fit(checkpoints.path_of(checkpoint.step), checkpoint.weights, config.network)
    checkpoints.rewind(checkpoint.step, checkpoint.progress.best.step)
    run.snapshots().rewind(checkpoint.step)
    warnings = [f"{problem}; continuing from step {checkpoint.step:,}" for problem in problems]
    if elsewhere := environment_warning(run, config):
        warnings.append(elsewhere)
    record_resume(run, config, checkpoint.step)
    return checkpoint, warnings


def _refuse_lost_checkpoints(run: Run) -> None:
    """Refuse to begin again where a run has done steps: it has had a checkpoint since before the first of them.

    Raises:
        CheckpointError: it has.
    """
    try:
        seen = read_end(run.metrics_path)[0]
    except (OSError, KeyError, TypeError, ValueError):
        seen = 0
    if seen or run.manifest().get("results"):
        raise CheckpointError(
            f"{run.checkpoints_path}: no checkpoint is left of this run; put them back, or start anew with: "
            f"mnistcnn train --config {shlex.quote(str(run.config_path))}"
        )


def environment_warning(run: Run, config: Config) -> str | None:
    """What is different here from where the run was trained last, if that can change the bits of its weights.

    Args:
        run: the run, before `record_resume` notes the present start.
        config: the one to resume with.

    Raises:
        RunError: the manifest is damaged.
    """
    before, here = environments_of(run.manifest())[-1], describe_environment()
    threads = load_config(run.config_path).threads, config.threads
    differences = differences_in_bits(before, here, threads[0] or threads[1])
    if any(threads):
        was, now = threads[0] or _cores(before), threads[1] or _cores(here)
        differences |= {"threads": (was, now)} if was != now else {}
    if not differences:
        return None
    headline = (
        "the versions, the machine or the threads have changed since this run was last trained, so its weights can "
        "differ in their last bits from those of an uninterrupted run:"
    )
    return "\n".join([headline, *difference_lines(differences)])


def _cores(environment: Mapping[str, Any]) -> object:
    """How many threads a run used there that set none."""
    return environment.get("machine", {}).get("cores")


def record_resume(run: Run, config: Config, step: int) -> None:
    """Record that the run is resumed from `step`, in which environment, and with which changes.

    Raises:
        OSError: it could not be written.
    """
    changes = {key: [old, new] for key, old, new in differences(load_config(run.config_path), config)}
    start = {"at": now(), "step": step, "changes": changes, "environment": describe_environment()}
    resumed = [*run.manifest().get("resumed", []), start]
    # What the manifest said of the end is true no more.
    run.update_manifest({"state": "running", "ended": None, "reason": None, "results": None, "resumed": resumed})
    if changes:
        files.write_atomically(run.config_path, dump_config(config).encode())
