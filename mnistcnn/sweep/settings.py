"""The settings of a sweep: the file of `mnistcnn sweep --config`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, Field, ValidationInfo

from ..config.loading import Finding, load_model
from ..config.schema import Config, Directory, RunName, expanded_path
from ..config.section import Section
from ..errors import ConfigError
from .space import Dimension, dimensions, space_findings

if TYPE_CHECKING:
    from ..data.dataset import Dataset

JOURNAL = "sweeps.journal"
"""The file in `log_dir` that holds its studies, unless `storage` says otherwise."""
_NAME_LENGTH = 78  # A trial's run has its number and its seed behind the study's name, and 100 bytes in all.
_LARGEST_SEED = 2**31 - 1


def _storage(storage: str, info: ValidationInfo) -> str:
    """Expand the path of a journal; the address of a database stays as it is."""
    return storage if "://" in storage else str(expanded_path(storage, info))


class SweepConfig(Section):
    """One study: what varies, what does not, and how long to look."""

    study: Annotated[RunName, Field(max_length=_NAME_LENGTH)] = Field(
        default="sweep", description="Name of the study. Processes with the same name and storage work together."
    )
    trials: int = Field(default=30, ge=1, le=100_000, description="Trials of all processes together.")
    repeats: int = Field(
        default=1,
        ge=1,
        le=100,
        description="Runs of each trial, with the seeds `config.seed`, `config.seed` + 1 and so on. Their mean counts.",
    )
    sampler: Literal["tpe", "random", "grid"] = Field(
        default="tpe",
        description="How values are chosen: `tpe` learns from earlier trials (Bergstra et al. 2011), `random` "
        "does not, `grid` tries every combination in a random order.",
    )
    pruner: Literal["median", "hyperband", "none"] = Field(
        default="median",
        description="Which trials are stopped early: those below the `median` of the others at the same step, or by "
        "`hyperband` (Li et al. 2018), or `none`.",
    )
    prune_after: int = Field(
        default=0, ge=0, le=100_000_000, description="Steps that every trial may take before it can be stopped."
    )
    seed: int = Field(default=0, ge=0, le=2**31 - 1, description="Random seed of the sampler.")
    log_dir: Directory = Field(default=Path("runs"), description="Directory that holds the runs of all trials.")
    storage: Annotated[str, Field(min_length=1), AfterValidator(_storage)] | None = Field(
        default=None,
        description="Where the study is stored: a journal file, or a database such as `postgresql://user@host/name`. "
        f"null: `{JOURNAL}` in log_dir.",
    )
    lost_after: int = Field(
        default=60,
        ge=5,
        le=86_400,
        description="Seconds without a sign of life after which a trial in a database counts as lost, and is tried "
        "again. (With a journal file, a lost process is noticed at once.)",
    )
    config: Config = Field(default=Config(), description="The settings that all trials share: those of a run.")
    space: dict[str, Any] = Field(description="The settings that vary, by their dotted keys.")

    @property
    def dimensions(self) -> list[Dimension]:
        """The settings that vary."""
        return dimensions(self.space)

    @property
    def base(self) -> Config:
        """What every trial begins with."""
        return self.config.model_copy(update={"log_dir": self.log_dir, "name": None})


def load_sweep(path: Path, overrides: Sequence[str] = (), options: Mapping[str, object] | None = None) -> SweepConfig:
    """Read a sweep file: defaults < file < `--set` < named options.

    Raises:
        UsageError: an override has no `=`.
        ConfigError: anything else that is wrong, everything at once, each with its line and column.
    """
    return load_model(SweepConfig, path, overrides, options or {}, _findings)


def check_fit(settings: SweepConfig, dataset: Dataset) -> None:
    """Refuse what would end the first trial, or one in the middle of the night.

    Raises:
        ConfigError: the settings do not fit the data.
    """
    problems = []
    batches = [each.values for each in settings.dimensions if each.key == "batch_size"] or [(settings.base.batch_size,)]
    largest = max(value for value in batches[0] if isinstance(value, int))
    if largest > len(dataset.train):
        problems.append(
            f"batch_size: {largest:,} is more than the training set has ({dataset.name}: {len(dataset.train):,} images)"
        )
    if not len(dataset.validation):
        problems.append(f"{dataset.name} has no validation images, by which trials are compared")
    if problems:
        raise ConfigError(problems)


def _findings(values: Mapping[str, object]) -> Iterator[Finding]:
    yield from space_findings(values)
    yield from _seed_findings(values)
    config = values.get("config")
    if not isinstance(config, dict):
        return
    for key, instead in (("log_dir", "write it beside space"), ("name", "trials are named after the study")):
        if config.get(key) is not None:
            yield Finding(("config", key), f"config.{key} is not for a sweep: {instead}", of_key=True)
    data = config.get("data")
    if isinstance(data, dict) and data.get("validation_size") == 0:
        yield Finding(
            ("config", "data", "validation_size"),
            "config.data.validation_size: a sweep compares trials on validation images; choose at least 1",
        )


def _seed_findings(values: Mapping[str, object]) -> Iterator[Finding]:
    """What does not go together with several seeds for each trial."""
    repeats, space, config = (values.get(key) for key in ("repeats", "space", "config"))
    if not isinstance(repeats, int) or repeats < 2:
        return
    if isinstance(space, dict) and "seed" in space:
        problem = f"'seed' cannot vary: repeats: {repeats} trains every trial with as many seeds"
        yield Finding(("space", "seed"), problem, of_key=True)
    seed = config.get("seed", 0) if isinstance(config, dict) else 0
    if isinstance(seed, int) and seed <= _LARGEST_SEED < seed + repeats - 1:
        problem = f"config.seed: {seed} and {repeats - 1} more go beyond the largest seed, {_LARGEST_SEED}"
        yield Finding(("config", "seed"), problem)
