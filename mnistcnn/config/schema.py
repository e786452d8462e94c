"""The settings of a run: every key with its default, its range, its unit and a sentence about it.

The classes below are the single source: loading, docs/configuration.md and the JSON Schema that completes
keys in an editor all read them. To add a key, add a field here; tests then ask for what is generated from it
(configs/schema.json, the tables in docs/configuration.md) and for a line in configs/default.yaml.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, WithJsonSchema, field_validator
from pydantic_core import PydanticCustomError

from .data_sources import DataSource
from .loading import dump_model, load_model
from .paths import BadPathError, expand_home, expand_path
from .recipe import AugmentationConfig, AveragingConfig, ScheduleConfig
from .reference import json_schema, reference_tables
from .section import Section as _Section
from .snapshots import SnapshotsConfig
from .workers import Devices, WorkersConfig

_SECONDS_PER_UNIT = {"s": 1, "m": 60, "h": 3600}
_INTERVAL = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,9})?)([smh])")
_MOST_STEPS = 100_000_000
_NAME_LENGTH = 100  # bytes; file systems stop at 255, and files inside the run need room in a path


def _directory(value: object, info: ValidationInfo) -> Path:
    """Read text as a path: with `~` expanded, and with the variables of an environment if there is one to read from."""
    text = str(value)
    if not isinstance(value, str | Path) or not text or "\0" in text:
        raise PydanticCustomError("path", "expected the path of a directory")
    return expanded_path(text, info)


def expanded_path(text: str, info: ValidationInfo) -> Path:
    """Expand `~`, and with an environment in `info` its variables; for validators.

    Raises:
        PydanticCustomError: it cannot be expanded, or no file can have this name.
    """
    environment = (info.context or {}).get("environment")
    if bad := _not_of_a_name(text):
        raise PydanticCustomError("path", "expected a path without the character {bad}", {"bad": f"U+{ord(bad):04X}"})
    try:
        return expand_home(text) if environment is None else expand_path(text, environment)
    except BadPathError as error:
        raise PydanticCustomError("path", "{reason}", {"reason": str(error)}) from None


def _not_of_a_name(text: str) -> str | None:
    """The first character that the name of no file can have: NUL, or half of a pair in UTF-16."""
    try:
        os.fsencode(text)
    except UnicodeEncodeError as error:
        return text[error.start]
    return "\0" if "\0" in text else None


def _run_name(name: str) -> str:
    """Accept what is safe as the name of a directory on every system and in every shell."""
    if name == "latest":
        raise PydanticCustomError("run_name", "expected a name other than 'latest', which means the newest run")
    if not name or not name.isprintable() or re.search(r"^[.\-\s]|[/\\]|\s$", name):
        raise PydanticCustomError(
            "run_name",
            "expected the name of a directory: not empty, no slashes, no '.', '-' or space at its start",
        )
    if len(name.encode()) > _NAME_LENGTH:
        raise PydanticCustomError("run_name", f"expected at most {_NAME_LENGTH} bytes of text")
    return name


def _interval(value: object) -> object:
    """Accept a number of steps, or a duration such as `30s`."""
    steps = isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= _MOST_STEPS
    duration = _INTERVAL.fullmatch(value) if isinstance(value, str) else None
    if not steps and not (duration and float(duration[1]) > 0):
        raise PydanticCustomError("interval", "expected steps such as 500, or a time such as 30s, 2m or 1h")
    return value


Directory = Annotated[
    Path, BeforeValidator(_directory), WithJsonSchema({"type": "string", "format": "path", "minLength": 1})
]
RunName = Annotated[
    str,
    AfterValidator(_run_name),
    WithJsonSchema({"type": "string", "maxLength": _NAME_LENGTH, "pattern": r"^[^./\\\s-][^/\\]*$"}),
]
Interval = Annotated[
    int | str,
    BeforeValidator(_interval),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "integer", "minimum": 1, "maximum": _MOST_STEPS},
                {"type": "string", "pattern": f"^{_INTERVAL.pattern}$"},
            ]
        }
    ),
]


class DataConfig(_Section):
    """Which images the network learns from."""

    source: DataSource = Field(
        default="auto",
        description="Which data: `mnist` (downloaded once), `digits` (bundled, no network needed), `idx` "
        "(your own files in `data.dir`), or `auto`: `mnist`, and if that cannot be loaded, `digits` with "
        "a warning.",
    )
    dir: Directory | None = Field(
        default=None,
        description="Directory of the four IDX files; relative to the current directory. null: "
        "$MNISTCNN_DATA_DIR, else the user's cache.",
    )
    validation_size: int = Field(
        default=5000,
        ge=0,
        le=10_000_000,
        description="Images taken from the front of the training set for validation, which decides which "
        "checkpoint is best; the network never learns from them. Of the bundled digits, at most a twelfth. 0: no "
        "validation, and the newest checkpoint counts as the best.",
    )
    transpose: bool = Field(
        default=False,
        description="Whether to swap rows and columns of every image. For `idx` only: EMNIST's files store their "
        "images that way.",
    )

    @field_validator("transpose")
    @classmethod
    def _transposes_own_files(cls, transpose: bool, info: ValidationInfo) -> bool:
        source = info.data.get("source", "idx")  # Missing if it is wrong: then that is what is reported.
        if transpose and source != "idx":
            raise PydanticCustomError("value_error", f"only data.source=idx can be transposed, and this is {source}")
        return transpose


class NetworkConfig(_Section):
    """How wide the network is, and its initial weights."""

    conv1: int = Field(default=32, ge=1, le=4096, description="Filters (5×5 pixels each) in the first convolution.")
    conv2: int = Field(default=64, ge=1, le=4096, description="Filters (5×5 each) in the second convolution.")
    fc1: int = Field(
        default=1024, ge=1, le=4096, description="Neurons in the dense layer between convolutions and logits."
    )
    initializer: Literal["tutorial", "he"] = Field(
        default="tutorial",
        description="Initial values: `tutorial` (truncated normal of standard deviation 0.1, biases 0.1) or "
        "`he` (truncated normal scaled to each layer's inputs, He et al. 2015, biases 0).",
    )


class CheckpointsConfig(_Section):
    """When the weights are saved."""

    every: Interval = Field(
        default="10s",
        description="Steps (a whole number such as 500) or time (30s, 2m, 1h) between two saved checkpoints.",
    )
    keep: int = Field(
        default=5,
        ge=1,
        le=1_000_000,
        description="Checkpoints kept besides the best one: the newest two, the first, and some in between.",
    )

    @property
    def every_steps(self) -> int | None:
        """Steps between two checkpoints, or None if `every` is a time."""
        return self.every if isinstance(self.every, int) else None

    @property
    def every_seconds(self) -> float | None:
        """Seconds between two checkpoints, or None if `every` counts steps."""
        duration = _INTERVAL.fullmatch(self.every) if isinstance(self.every, str) else None
        return float(duration[1]) * _SECONDS_PER_UNIT[duration[2]] if duration else None


class SummariesConfig(_Section):
    """What is logged for TensorBoard. It costs time and disk space, and never changes a weight."""

    enabled: bool = Field(default=True, description="Whether to write anything for TensorBoard.")
    scalars_every: int = Field(
        default=10,
        ge=1,
        le=_MOST_STEPS,
        description="Steps between two points of the curves of weights and gradients. Loss, accuracy and learning "
        "rate have a point at every step.",
    )
    every: int = Field(
        default=100,
        ge=1,
        le=_MOST_STEPS,
        description="Steps between two sets of pictures and histograms.",
    )
    test_images: int = Field(
        default=100,
        ge=1,
        le=10_000_000,
        description="Test images, from the front of the test set, whose activations are in the histograms of "
        "`test`. Accuracy and loss always use all of them.",
    )
    trace_every: int | None = Field(
        default=None,
        ge=1,
        le=_MOST_STEPS,
        description="Steps between two traces: time and memory of every operation of a step. null: no traces.",
    )
    embeddings: int = Field(
        default=1000,
        ge=0,
        le=10_000,
        description="Test images in the embedding projector, which shows how the dense layer groups them. 0: none.",
    )


class Config(_Section):
    """All settings of a run; the defaults are the tutorial's recipe."""

    steps: int = Field(
        default=3000,
        ge=1,
        le=_MOST_STEPS,
        description="Training steps: how many batches the network learns from.",
    )
    batch_size: int = Field(
        default=50, ge=1, le=1_000_000, description="Images per training step; of all workers and GPUs together."
    )
    learning_rate: float = Field(
        default=1e-4,
        gt=0,
        le=1e38,
        description="Size of a step of Adam (no unit): higher learns faster, too high diverges. With a `schedule`, "
        "the highest.",
    )
    keep_prob: float = Field(
        default=0.5,
        ge=0.01,
        le=1,
        description="Probability that dropout keeps a neuron of the dense layer while training; 1 turns dropout off.",
    )
    label_smoothing: float = Field(
        default=0.0,
        ge=0,
        le=0.9,
        description="Share of the target that is spread evenly over all ten digits, so that the network is not "
        "trained to be overconfident (Szegedy et al. 2016).",
    )
    weight_decay: float = Field(
        default=0.0,
        ge=0,
        le=1000,
        description="How strongly weights, not biases, are pulled towards 0: each step takes learning rate × "
        "weight_decay of them away (decoupled from Adam: Loshchilov and Hutter 2019).",
    )
    precision: Literal["auto", "float32", "bfloat16"] = Field(
        default="float32",
        description="Numbers that training steps multiply in. `bfloat16` is faster where the processor or GPU has it, "
        "and elsewhere falls back to float32 with a warning; `auto` is bfloat16 on processors that have it, and "
        "float32 elsewhere. Weights stay float32, and so do evaluations. On a GPU, float32 multiplies in TF32.",
    )
    deterministic: bool = Field(
        default=True,
        description="Whether the same seed gives the same weights, bit for bit, on a GPU as well; false may be faster "
        "there. On a processor they are always the same.",
    )
    log_dir: Directory = Field(
        default=Path("runs"),
        description="Directory that holds all runs, each in its own; relative to the current directory.",
    )
    name: RunName | None = Field(
        default=None,
        description="Name of this run's directory in `log_dir`. null: the time and a hash of the configuration.",
    )
    seed: int = Field(
        default=0,
        ge=0,
        le=2**31 - 1,
        description="Random seed, for initial weights, order of images, dropout and augmentation: the same seed gives "
        "the same weights on the same machine.",
    )
    eval_every: int = Field(
        default=250,
        ge=1,
        le=_MOST_STEPS,
        description="Steps between two evaluations on the test set and validation images.",
    )
    report_every: int = Field(
        default=20,
        ge=1,
        le=_MOST_STEPS,
        description="Steps between two reports: a line of the log and a row of metrics.csv.",
    )
    threads: int | None = Field(
        default=None,
        ge=1,
        le=1024,
        description="CPU cores to use. null: all that this process may use. Fewer leave room for other work.",
    )
    devices: Devices = Field(
        default="auto",
        description="What computes the steps: `cpu`, `gpu` (all of this machine), a number of GPUs, or `auto`: as many "
        "GPUs as divide the batch evenly, and without a GPU the CPU.",
    )
    data: DataConfig = Field(default=DataConfig(), description=DataConfig.__doc__)
    network: NetworkConfig = Field(default=NetworkConfig(), description=NetworkConfig.__doc__)
    schedule: ScheduleConfig = Field(default=ScheduleConfig(), description=ScheduleConfig.__doc__)
    averaging: AveragingConfig = Field(default=AveragingConfig(), description=AveragingConfig.__doc__)
    augmentation: AugmentationConfig = Field(default=AugmentationConfig(), description=AugmentationConfig.__doc__)
    checkpoints: CheckpointsConfig = Field(default=CheckpointsConfig(), description=CheckpointsConfig.__doc__)
    snapshots: SnapshotsConfig = Field(default=SnapshotsConfig(), description=SnapshotsConfig.__doc__)
    summaries: SummariesConfig = Field(default=SummariesConfig(), description=SummariesConfig.__doc__)
    workers: WorkersConfig = Field(default=WorkersConfig(), description=WorkersConfig.__doc__)

    @field_validator("schedule")
    @classmethod
    def _warmup_ends(cls, schedule: ScheduleConfig, info: ValidationInfo) -> ScheduleConfig:
        steps = info.data.get("steps")  # Missing if it is no number: then that is what is reported.
        if steps is not None and schedule.warmup >= steps:
            raise PydanticCustomError(
                "value_error",
                f"{schedule.warmup:,} steps of warm-up leave none of {steps:,} steps; choose at most {steps - 1:,}, "
                "or more steps",
                {"key": "warmup"},
            )
        return schedule


def load_config(
    path: Path | None = None,
    overrides: Sequence[str] = (),
    options: Mapping[str, object] | None = None,
) -> Config:
    """Resolve a configuration: defaults < file < `--set` < named options.

    Args:
        path: a YAML file, or None for the defaults (which are those of configs/default.yaml).
        overrides: `KEY=VALUE` each, with dots between section and key, and a value in YAML.
        options: dotted or plain key -> value; a value of None was not given.

    Raises:
        UsageError: an override has no `=`.
        ConfigError: anything else that is wrong, everything at once.
    """
    return load_model(Config, path, overrides, options or {})


def dump_config(config: Config) -> str:
    """Write a configuration as YAML that `load_config` reads back as an equal one."""
    return dump_model(config)


def config_schema() -> dict[str, object]:
    """Give the JSON Schema of a configuration file, for an editor's completion and checks."""
    return json_schema(Config)


def config_reference() -> str:
    """Give Markdown tables of every key, for docs/configuration.md."""
    return reference_tables(Config)
