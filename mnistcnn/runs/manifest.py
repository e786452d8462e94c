"""`manifest.json` of a run: reads it, and refuses one that is not as this version writes it."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from .. import files
from ..config.data_sources import SourceName
from ..config.schema import Config
from ..errors import RunError
from ..events import Baseline, State

FORMAT = 1
_YEARS = (2, 9998)
"""In any time zone, these still are years that Python's `datetime` has. Clocks without a battery begin in 1970."""


def _moment(text: str) -> str:
    try:
        year = datetime.fromisoformat(text).year
    except ValueError:
        year = 0
    if not _YEARS[0] <= year <= _YEARS[1]:
        raise ValueError(f"{text!r} is not a time such as 2026-11-24T12:00:00+00:00")
    return text


Moment = Annotated[str, AfterValidator(_moment)]
"""ISO 8601."""
Fraction = Annotated[float, Field(ge=0, le=1, strict=True)]
Count = Annotated[int, Field(ge=0, le=2**53, strict=True)]
Amount = Annotated[float, Field(ge=0, le=2**53, strict=True)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What a manifest's `results` say besides the final test; None where they do not.

    They are fields of `mnistcnn.events.RunFinished`, which the loop writes there.
    """

    validation_accuracy: Fraction | None = None
    """With the final weights."""
    best_step: Count | None = None
    """The step that validation chose, as for the next two."""
    best_validation_accuracy: Fraction | None = None
    best_test_accuracy: Fraction | None = None
    seconds: Amount | None = None
    images_per_second: Amount | None = None
    weights_digest: str | None = None
    chance_accuracy: Fraction | None = None
    """Of the best constant answer on the test split."""
    no_better_than: Baseline | None = None
    """What the final weights are no better than: a run with this has learned nothing."""


@dataclass(frozen=True, kw_only=True)
class Results(Figures):
    """A manifest's `results`."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(strict=False)  # A strict one is made of an instance only.

    step: Count
    test_accuracy: Fraction | None = None
    test_examples: Count = 0


class Data(_Part):
    """What the run learned from."""

    name: str
    source: SourceName
    origin: str
    sha256: dict[str, str]


class _Environment(_Part):
    packages: dict[str, str] = {}
    machine: dict[str, object] = {}


class _Start(_Part):
    step: Count
    changes: dict[str, list[Any]]
    environment: _Environment | None = None


class _Source(_Part):
    run: str
    step: Count
    weights_digest: str


class Manifest(_Environment):
    """The parts of a manifest that anything reads.

    Raises:
        ValidationError: one is missing, or is not of its type.
    """

    format: Literal[1] = 1
    state: State
    started: Moment | None = None
    ended: Moment | None = None
    reason: str | None = None
    data: Data
    results: Results | None = None
    resumed: list[_Start] = []
    source: _Source | None = Field(None, alias="from")
    """The run whose weights this one started from."""

    @property
    def final(self) -> Results | None:
        """The results, if they are of the run's end: a resumed run still has those of when it was stopped."""
        # With a reason, the run ended without results of its own.
        told = self.state in ("finished", "pruned", "diverged") or (self.state == "interrupted" and self.reason is None)
        return self.results if told else None


def read_json(path: Path | str) -> dict[str, Any]:
    """The manifest as it is in its file; what its keys hold is not checked.

    Raises:
        OSError: it cannot be read.
        RunError: it is not an object of JSON.
    """
    try:
        content = json.loads(files.read_regular(path), parse_constant=_finite, parse_float=_finite)
    except (ValueError, RecursionError) as error:
        raise RunError(f"{path}: damaged: {error}") from error
    if not isinstance(content, dict):
        raise RunError(f"{path}: damaged: it holds no keys and values")
    return content


def check(path: Path, content: dict[str, Any]) -> Manifest:
    """The manifest that `read_json` found, with its parts by name.

    Raises:
        RunError: it is damaged, or of a newer version; the message names the file and what is wrong.
    """
    found = content.get("format", FORMAT)
    if found != FORMAT:
        raise RunError(f"{path}: {files.format_problem(found, FORMAT)}")
    try:
        return Manifest.model_validate(content)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise RunError(f"{path}: damaged: {where}: {first['msg'].removeprefix('Value error, ')}") from error


def check_agreement(run: Path, content: Mapping[str, Any], config: Config) -> None:
    """Refuse a manifest that stands beside the configuration of another run, or of one that was edited.

    Args:
        run: its directory.
        content: the manifest, which `check` has passed.
        config: what `config.yaml` holds.

    Raises:
        RunError: they contradict each other.
    """
    seed, source = content.get("seed", config.seed), content["data"]["source"]
    step = (content.get("results") or {}).get("step", 0)
    problem = None
    if seed != config.seed:
        problem = f"seed {seed} and {config.seed}"
    elif config.data.source not in ("auto", source):
        problem = f"data.source {source} and {config.data.source}"
    elif step > config.steps:
        problem = f"{step:,} steps are done of {config.steps:,}"
    if problem is not None:
        raise RunError(f"{run}: manifest.json and config.yaml are not of one run: {problem}; put the right one back")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text} is not a number that a manifest can hold")
    return number
