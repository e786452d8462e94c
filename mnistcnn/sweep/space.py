"""The search space: which settings vary, and between which values.

    space:
      learning_rate: {log_uniform: [1e-4, 1e-2]}
      network.fc1: {choice: [256, 512, 1024]}

Every key and every value is checked against the schema of a run's configuration before anything runs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, product
from math import prod
from typing import TYPE_CHECKING, Literal, cast

from pydantic import ValidationError

from ..config.loading import Finding
from ..config.problems import describe, shown, walk_fields
from ..config.schema import Config

if TYPE_CHECKING:
    from optuna.trial import Trial

Value = bool | int | float | str | None
Kind = Literal["uniform", "log_uniform", "integer", "log_integer", "choice"]
_KINDS: tuple[Kind, ...] = ("uniform", "log_uniform", "integer", "log_integer", "choice")
_FLOATS = ("uniform", "log_uniform")
_FIXED = {
    "log_dir": "all trials are in one place; set log_dir beside space",
    "name": "trials are named after the study",
    "threads": "TensorFlow reads it only once in a process; set it under config",
}
_DATA = "trials are compared on the same images; set it under config"
_LARGEST_GRID = 100_000
_MOST_COMBINATIONS = 1024  # a millisecond for ten of them (2 cores, Intel Xeon, 2026-11)


@dataclass(frozen=True)
class Dimension:
    """One setting that varies.

    Attributes:
        key: dotted, as in a configuration.
        kind: how values are drawn.
        values: the lowest and the highest; all of them for `choice`.
        step: between two integers.
    """

    key: str
    kind: Kind
    values: tuple[Value, ...]
    step: int = 1

    def suggest(self, trial: Trial) -> Value:
        """Let the sampler choose a value."""
        if self.kind == "choice":
            return trial.suggest_categorical(self.key, self.values)
        if self.kind in _FLOATS:
            low, high = cast("tuple[float, float]", self.values)
            return trial.suggest_float(self.key, low, high, log=self.kind == "log_uniform")
        first, last = cast("tuple[int, int]", self.values)
        return trial.suggest_int(self.key, first, last, step=self.step, log=self.kind == "log_integer")

    def grid(self) -> Sequence[Value]:
        """Every value there is, for a dimension that is not continuous."""
        if self.kind == "choice":
            return self.values
        first, last = cast("tuple[int, int]", self.values)
        return range(first, last + 1, self.step)


def dimensions(space: Mapping[str, Mapping[str, object]]) -> list[Dimension]:
    """Turn a space that has no `space_findings` into its dimensions, in the order of the file."""
    return [_dimension(key, entry) for key, entry in space.items()]


def trial_config(base: Config, params: Mapping[str, Value]) -> Config:
    """The configuration of one trial.

    Raises:
        ValidationError: these values do not go together.
    """
    values = base.model_dump()
    for key, value in params.items():
        *sections, leaf = key.split(".")
        place = values
        for section in sections:
            place = place[section]
        place[leaf] = value
    return Config.model_validate(values)


def space_findings(values: Mapping[str, object]) -> Iterator[Finding]:
    """Everything that is wrong with the space of a sweep file, as it was read, and that pydantic does not see."""
    space = values.get("space")
    if not isinstance(space, dict):
        return
    if not space:
        yield Finding(("space",), "nothing varies; write keys such as 'learning_rate: {log_uniform: [1e-4, 1e-2]}'")
    whole = True
    for key, entry in space.items():
        for finding in _entry_findings(key, entry, values.get("sampler")):
            whole = False
            yield finding
    if not whole or not space:
        return
    if (
        values.get("sampler") == "grid"
        and (size := prod(len(each.grid()) for each in dimensions(space))) > _LARGEST_GRID
    ):
        yield Finding(
            ("space",), f"a grid of {size:,} trials; at most {_LARGEST_GRID:,}, or take another sampler", of_key=True
        )
    else:
        yield from _combination_findings(values.get("config", {}), dimensions(space))


def _dimension(key: str, entry: Mapping[str, object]) -> Dimension:
    kind = next(kind for kind in _KINDS if kind in entry)
    values = tuple(cast("list[Value]", entry[kind]))
    return Dimension(key, kind, values, cast(int, entry.get("step", 1)))


def _entry_findings(key: str, entry: object, sampler: object) -> Iterator[Finding]:
    """What is wrong with one line of the space."""
    if not isinstance(entry, dict):
        yield Finding(("space", key), f"space.{key}: expected values such as {{choice: [1, 2]}}, got {shown(entry)}")
        return
    unknown = [name for name in entry if name not in (*_KINDS, "step")]
    kinds = [name for name in entry if name in _KINDS]
    reason = _DATA if key.startswith("data.") else _FIXED.get(key)
    if unknown or len(kinds) != 1:
        at = ("space", key, unknown[0]) if unknown else ("space", key)
        yield Finding(at, f"space.{key}: {_shape(entry, unknown)}", of_key=True)
    elif reason:
        yield Finding(("space", key), f"'{key}' cannot vary: {reason}", of_key=True)
    else:
        yield from _value_findings(key, kinds[0], entry, sampler)


def _shape(entry: Mapping[str, object], unknown: Sequence[str]) -> str:
    got = f"got '{unknown[0]}'" if unknown else "got " + (" and ".join(entry) or "nothing")
    return f"expected one of {', '.join(_KINDS)} (and step beside integer), {got}"


def _value_findings(key: str, kind: Kind, entry: Mapping[str, object], sampler: object) -> Iterator[Finding]:
    path, values = ("space", key, kind), entry[kind]
    problem = _list_problem(kind, values) or _step_problem(kind, entry)
    if problem:
        yield Finding(path, f"space.{key}.{kind}: {problem}")
        return
    if kind in _FLOATS and _is_whole(key):
        better = kind.replace("uniform", "integer")
        yield Finding(path, f"space.{key}.{kind}: this setting is a whole number: write {better}: [low, high]")
        return
    listed = cast("list[Value]", values)
    for index, value in enumerate(listed):
        finding = _schema_finding(key, value)
        if finding is None:
            continue
        unknown, text = finding
        if unknown:
            yield Finding(("space", key), text, of_key=True)
            return
        yield Finding((*path, index), f"space.{key}.{kind}: {text}")
    if sampler == "grid" and kind not in ("choice", "integer"):
        yield Finding(path, f"space.{key}.{kind}: a grid has no end here; write choice: [...], or integer with a step")


def _list_problem(kind: Kind, values: object) -> str | None:
    if not isinstance(values, list):
        return f"expected a list such as {'[256, 512]' if kind == 'choice' else '[1, 9]'}, got {shown(values)}"
    if kind == "choice":
        if any(isinstance(value, dict | list) for value in values):
            return "expected plain values"
        repeated = len({(type(value), value) for value in values}) < len(values)
        return "a value is given twice" if repeated else None if values else "expected at least one value"
    numbers = [value for value in values if isinstance(value, int | float) and not isinstance(value, bool)]
    if len(values) != 2 or len(numbers) != 2:
        return "expected two numbers, the lowest and the highest: [low, high]"
    low, high = numbers
    if kind not in _FLOATS and not (isinstance(low, int) and isinstance(high, int)):
        return "expected two whole numbers"
    if low >= high:
        return f"the lowest value, {low}, is not below the highest, {high}"
    return f"a logarithmic scale begins above 0, not at {low}" if kind.startswith("log") and low <= 0 else None


def _step_problem(kind: Kind, entry: Mapping[str, object]) -> str | None:
    if "step" not in entry:
        return None
    step = entry["step"]
    if kind != "integer":
        return "step goes with integer only"
    whole = isinstance(step, int) and not isinstance(step, bool) and step >= 1
    if not whole:
        return f"step: expected a whole number of at least 1, got {shown(step)}"
    low, high = cast("list[int]", entry[kind])
    rest = (high - low) % cast(int, step)
    return f"steps of {step} from {low} do not meet {high}; write {high - rest}" if rest else None


def _schema_finding(key: str, value: Value) -> tuple[bool, str] | None:
    """Whether the key is unknown, and what is wrong; None if a run may have this value."""
    nested: object = value
    for part in reversed(key.split(".")):
        nested = {part: nested}
    try:
        Config.model_validate(nested)
    except ValidationError as error:
        finding = error.errors(include_url=False)[0]
        if finding["type"] == "value_error":
            return None  # About several keys together: see `_combination_findings`.
        return finding["type"] == "extra_forbidden", describe(Config, finding)
    return None


def _is_whole(key: str) -> bool:
    """Whether a setting takes whole numbers only, or these and null."""
    annotations = {".".join(path): field.annotation for path, field in walk_fields(Config)}
    return annotations.get(key) in (int, int | None)


def _combination_findings(config: object, space: Sequence[Dimension]) -> Iterator[Finding]:
    """Try the extremes of all dimensions together, as far as there is time for them."""
    try:
        base = Config.model_validate(config)
    except ValidationError:
        return
    extremes = [each.values if each.kind == "choice" else (each.values[0], each.values[-1]) for each in space]
    for values in islice(product(*extremes), _MOST_COMBINATIONS):
        params = {each.key: value for each, value in zip(space, values, strict=True)}
        try:
            trial_config(base, params)
        except ValidationError as error:
            told = ", ".join(f"{key}={shown(value)}" for key, value in params.items())
            yield Finding(("space",), f"{told} cannot be combined: {describe(Config, error.errors()[0])}", of_key=True)
            return
