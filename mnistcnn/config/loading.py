"""Reads a configuration from its layers (file < `--set` < named options), and writes one back.

Works for any pydantic model: the schema is in `mnistcnn.config.schema`. Each layer knows where its values come from,
so that a problem can name a line and column, a `--set`, or an option.
"""

from __future__ import annotations

import difflib
import errno
import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from ..errors import ConfigError, UsageError, printable
from .paths import unexpanded
from .problems import describe, dotted, shown
from .yaml_reader import BadYamlError, Document, KeyPath, Position, parse_one_value, parse_yaml, plain_value

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

_MAX_BYTES = 64_000  # shipped files have 3,000; PyYAML needs half a second for 64,000 (2 cores, EPYC, 2026-11)
_MAX_PROBLEMS = 50  # more than anybody reads at once
_START = Position(1, 1)
_URL = re.compile("[a-z]+:/")  # A path has one of the slashes only.
Model = TypeVar("Model", bound=BaseModel)


class Finding(NamedTuple):
    """Something wrong that the schema cannot know: which value, or with `of_key` which key, and what."""

    path: KeyPath
    text: str
    of_key: bool = False


Check = Callable[[Mapping[str, object]], Iterable[Finding]]


@dataclass(frozen=True)
class Layer:
    """What one source says.

    Attributes:
        label: the file, `--set KEY=VALUE`, `--option`, or what a program passes.
        named: the key that the label already names.
        values: the keys that are set here.
        document: the positions of keys and values, for a file.
        problems: what is wrong before any key is compared with the schema.
    """

    label: str
    named: KeyPath = ()
    values: dict[str, object] = field(default_factory=dict)
    document: Document | None = None
    problems: tuple[tuple[Position, str], ...] = ()

    def position(self, path: KeyPath, *, of_key: bool) -> Position:
        """Where a key or its value is; for what has no position, where what holds it is."""
        return self.document.position(path, of_key=of_key) if self.document else _START

    def line(self, position: Position, text: str) -> str:
        """Put the place in front of a message."""
        place = f"{self.label}:{position.line}:{position.column}" if self.document else self.label
        return printable(f"{place}: {text}")


def load_model(
    model: type[Model],
    path: Path | None,
    overrides: Sequence[str],
    options: Mapping[str, object],
    check: Check = lambda values: (),
) -> Model:
    """Merge all layers and validate the result; see `mnistcnn.config.schema.load_config`.

    `check` gets the merged values as they were read, valid or not.
    """
    layers = [] if path is None else [file_layer(path)]
    layers += [_override_layer(override) for override in overrides]
    layers += [_option_layer(key, value) for key, value in options.items() if value is not None]
    return merge_layers(model, layers, check)


def merge_layers(model: type[Model], layers: Sequence[Layer], check: Check = lambda values: ()) -> Model:
    """Put each layer over those before it, and validate the result.

    Raises:
        ConfigError: everything that is wrong, each with its layer's label.
    """
    values: dict[str, object] = {}
    sources: dict[KeyPath, int] = {}
    for rank, layer in enumerate(layers):
        _merge(values, layer.values, (), rank, sources)
    problems = [(rank, *problem) for rank, layer in enumerate(layers) for problem in layer.problems]
    for where, text, of_key in check(values):
        rank = _rank(where, sources, default=0)
        problems.append((rank, layers[rank].position(where, of_key=of_key), text))
    try:
        config = model.model_validate(values, context={"environment": os.environ})
    except ValidationError as error:
        problems += _locate(model, error, layers, sources)
    if problems:
        raise ConfigError(_report(layers, problems))
    return config


def dump_model(config: BaseModel) -> str:
    """Write YAML that `load_model` reads back as an equal configuration, keys in the schema's order."""
    return yaml.dump(config.model_dump(), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=10_000)


class _Dumper(yaml.SafeDumper):
    """Quotes text that would be read back as something else, and writes paths as text."""

    def represent_path(self, value: PurePath) -> yaml.Node:
        return self.represent_text(unexpanded(str(value)))

    def represent_text(self, text: str) -> yaml.Node:
        quotes = None if isinstance(plain_value(text), str) else "'"
        return self.represent_scalar("tag:yaml.org,2002:str", text, style=quotes)


_Dumper.add_representer(str, _Dumper.represent_text)
_Dumper.add_multi_representer(PurePath, _Dumper.represent_path)


def file_layer(path: Path) -> Layer:
    """What a YAML file says; if it cannot be read, that is the layer's problem."""
    label = str(path)
    try:
        document = parse_yaml(_read_text(path))
    except OSError as error:
        return Layer(label, problems=((_START, _why_unreadable(path, error)),))
    except BadYamlError as error:
        return Layer(label, document=Document(None), problems=((error.position, str(error)),))
    problems = [
        (later, f"duplicate key '{dotted(key)}'; it is already at {label}:{first.line}:{first.column}")
        for key, first, later in document.duplicates
    ]
    if document.value is None:
        problems.append((_START, "nothing is set here; write keys and values such as 'steps: 3000'"))
    elif not isinstance(document.value, dict):
        at = document.position((), of_key=False)
        problems.append((at, f"expected keys and values such as 'steps: 3000', got {shown(document.value)}"))
    values = document.value if isinstance(document.value, dict) else {}
    return Layer(label, (), values, document, tuple(problems))


def _read_text(path: Path) -> str:
    """Read a file or a pipe, never more than a configuration can be."""
    with path.open("rb") as file:
        content = file.read(_MAX_BYTES + 1)
    if len(content) > _MAX_BYTES:
        raise OSError(errno.EFBIG, f"more than {_MAX_BYTES // 1000} kB is too much for a configuration")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        before = content[: error.start].decode("utf-8")
        position = Position(before.count("\n") + 1, len(before) - before.rfind("\n"))
        message = f"not a text file in UTF-8: it has the byte 0x{content[error.start]:02x}"
        raise BadYamlError(message, position) from None


def _why_unreadable(path: Path, error: OSError) -> str:
    if isinstance(error, IsADirectoryError):
        return "this is a directory; expected a file of YAML"
    if _URL.match(str(path)):
        return "this is a URL, of which nothing is downloaded here; download the file and name it"
    if not isinstance(error, FileNotFoundError):
        return f"cannot read it: {error.strerror}"
    neighbours = [file.name for file in path.parent.glob("*.y*ml")]
    similar = difflib.get_close_matches(path.name, neighbours, n=1, cutoff=0.7)
    return "there is no such file" + (f"; did you mean '{path.with_name(similar[0])}'?" if similar else "")


def _override_layer(override: str) -> Layer:
    """Read `KEY=VALUE`, the value in YAML, of which nothing is a comment."""
    key, equals, text = override.partition("=")
    path = tuple(key.strip().split("."))
    label = f"--set {override}"
    if not equals or not all(path):
        raise UsageError(f"{label}: expected KEY=VALUE, such as --set data.source=digits")
    try:
        document = parse_one_value(text)
    except BadYamlError as error:
        return Layer(label, problems=((_START, str(error)),))
    problems = tuple((_START, f"duplicate key '{dotted(path + key)}'") for key, _, _ in document.duplicates)
    return Layer(label, path, nested(path, document.value), problems=problems)


def _option_layer(key: str, value: object) -> Layer:
    path = tuple(key.split("."))
    return Layer("--" + key.replace("_", "-").replace(".", "-"), path, nested(path, value))


def nested(path: Sequence[str], value: object) -> dict[str, object]:
    """Give `{"data": {"source": 1}}` for `("data", "source"), 1`."""
    for key in reversed(path[1:]):
        value = {key: value}
    return {path[0]: value}


def _merge(
    base: dict[str, object], new: Mapping[str, object], at: KeyPath, rank: int, sources: dict[KeyPath, int]
) -> None:
    """Put `new` over `base`, key by key, and note in `sources` which layer said each key last."""
    for key, value in new.items():
        path = (*at, key)
        sources[path] = rank
        if not isinstance(value, dict):
            base[key] = value
            continue
        old = base.get(key)
        section = base[key] = dict(old) if isinstance(old, dict) else {}
        _merge(section, value, path, rank, sources)


def _locate(
    model: type[BaseModel], error: ValidationError, layers: Sequence[Layer], sources: Mapping[KeyPath, int]
) -> list[tuple[int, Position, str]]:
    """Say of each of pydantic's findings which layer is to blame, where in it, and what is wrong."""
    findings = [_of_its_key(finding) for finding in error.errors(include_url=False)]
    ranks = [_rank(finding["loc"], sources, default=len(layers) - 1) for finding in findings]
    spots = sorted(
        (rank, layers[rank].position(finding["loc"], of_key=finding["type"] == "extra_forbidden"), index)
        for index, (rank, finding) in enumerate(zip(ranks, findings, strict=True))
    )
    # What `_report` would cut is not worth a search for similar keys.
    texts = [_text(model, findings[index], layers[rank]) for rank, _, index in spots[:_MAX_PROBLEMS]]
    texts += [""] * (len(spots) - len(texts))
    return [(rank, position, text) for (rank, position, _), text in zip(spots, texts, strict=True)]


def _of_its_key(finding: ErrorDetails) -> ErrorDetails:
    """Locate a finding about a section at the key that its validator names, if it names one."""
    key = finding.get("ctx", {}).get("key")
    return finding if key is None else {**finding, "loc": (*finding["loc"], key)}


def _rank(path: KeyPath, sources: Mapping[KeyPath, int], default: int) -> int:
    """Find the layer that said a value last, or what holds it; `default` for what no layer says."""
    return next((sources[path[:n]] for n in range(len(path), 0, -1) if path[:n] in sources), default)


def _text(model: type[BaseModel], finding: ErrorDetails, layer: Layer) -> str:
    """Describe one finding, with its key unless the description or the layer's label names it."""
    named = finding["type"] == "extra_forbidden" or finding["loc"] in ((), layer.named)
    return ("" if named else f"{dotted(finding['loc'])}: ") + describe(model, finding)


def _report(layers: Sequence[Layer], problems: Sequence[tuple[int, Position, str]]) -> list[str]:
    """Write one line for each problem, in the order of the layers and of the file."""
    lines = [layers[rank].line(position, text) for rank, position, text in sorted(problems)]
    more = len(lines) - _MAX_PROBLEMS
    return lines if more <= 0 else [*lines[:_MAX_PROBLEMS], f"... and {more} more"]
