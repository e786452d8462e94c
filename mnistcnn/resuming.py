"""What may change when a run goes on, and what may not.

A resumed run must be the run that it would have been. So everything that decides its numbers stays: the network, the
seed, the data, the batch size and the recipe. What only decides how long it goes on, how often it says something, and
what it may use of the machine, may change: see `CHANGEABLE`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from . import files
from .config import Config, SummariesConfig, dump_config, load_config
from .config_differences import differences
from .data.sources import Dataset
from .errors import ConfigError, RunError
from .runs import Run, now

CHANGEABLE = frozenset(
    {
        "steps",
        "eval_every",
        "report_every",
        "threads",
        "checkpoints.every",
        "checkpoints.keep",
        *(f"summaries.{key}" for key in SummariesConfig.model_fields),
        "data.dir",  # Where the files are may change; what is in them may not, and is checked.
    }
)


def resumed_config(run: Run, overrides: Sequence[str] = (), options: Mapping[str, object] | None = None) -> Config:
    """The run's own configuration, with changes.

    Args:
        run: the run to go on with.
        overrides: `KEY=VALUE`, as for `load_config`.
        options: named options, as for `load_config`.

    Raises:
        ConfigError: a change is wrong in itself, or would make it another run.
        RunError: there is no such run.
    """
    run.manifest()
    before = load_config(run.config_path)
    after = load_config(run.config_path, overrides, options or {})
    problems = [
        f"{key}: a resumed run keeps its {key}, which is {old!r}, not {new!r}; start a new run to change it"
        for key, old, new in differences(before, after)
        if key not in CHANGEABLE
    ]
    if problems:
        raise ConfigError(problems)
    return after


def check_resumable(run: Run, config: Config, dataset: Dataset) -> None:
    """Refuse to go on with other data, or to less than what is done.

    Raises:
        RunError: the data is not what the run learned from, or `steps` is behind it.
    """
    data = run.manifest()["data"]
    if data["sha256"] != dict(dataset.checksums) or data["name"] != dataset.name:
        raise RunError(
            f"{run.path}: it learned from {data['name']} ({data['origin']}), and {dataset.origin} is not the same data"
        )
    steps = run.checkpoints().steps()
    if steps and config.steps < steps[-1]:
        raise RunError(f"{run.path}: steps: {config.steps:,} is less than the {steps[-1]:,} that are done")


def record_resume(run: Run, config: Config, step: int) -> None:
    """Note in the run that it goes on from `step`, and with what changes.

    Raises:
        OSError: it could not be written.
    """
    changes = {key: [old, new] for key, old, new in differences(load_config(run.config_path), config)}
    resumed = [*run.manifest().get("resumed", []), {"at": now(), "step": step, "changes": changes}]
    run.update_manifest({"state": "running", "resumed": resumed})
    if changes:
        files.write_atomically(run.config_path, dump_config(config).encode())
