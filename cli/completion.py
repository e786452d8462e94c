"""What a shell offers when a user presses Tab: names of runs, checkpoints, settings and their values.

These functions run at every press of the key, so they read as little as possible and never import TensorFlow. What
cannot be read is not offered.
"""

from __future__ import annotations

import io
import json
import os
import re
import shlex
import sys
from collections.abc import Callable, Iterator, MutableMapping, Sequence
from contextlib import contextmanager, redirect_stdout, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from mnistcnn.config.paths import BadPathError, expand_path
from mnistcnn.errors import MnistCnnError, RunError

if TYPE_CHECKING:
    from pydantic import BaseModel

Offers = Iterator[tuple[str, str]]
"""What may come next, each with a sentence about it, which zsh and fish show."""
_CURSOR = re.compile("[0-9]{1,5}")
"""The number of a word in bash's question."""


def complete_runs(ctx: typer.Context, incomplete: str) -> Offers:
    """The names in --log-dir; a path is completed by the shell itself."""
    log_dir = _log_dir(ctx)
    with suppress(OSError):
        names = sorted(path.parent.name for path in log_dir.glob("*/manifest.json"))
        for name in ["latest", *names] if names else []:
            if name.startswith(incomplete):
                yield name, "the newest run" if name == "latest" else ""


def complete_checkpoints(ctx: typer.Context, incomplete: str) -> Offers:
    """`best`, `last`, and the steps of the run's checkpoints."""
    from mnistcnn.runs.finding import open_run

    yield "best", "fewest errors on the validation images"
    yield "last", "newest"
    with suppress(MnistCnnError, OSError):
        for step in open_run(_run(ctx), _log_dir(ctx)).checkpoints().steps():
            yield str(step), "step"


def complete_layers(incomplete: str) -> Offers:
    """Layers, and `all`."""
    from mnistcnn.visualize.names import ALL, LAYERS

    for layer in (*LAYERS, ALL):
        yield layer, ""


def complete_kinds(incomplete: str) -> Offers:
    """Kinds of pictures."""
    from mnistcnn.visualize.names import KINDS

    yield from KINDS.items()


def complete_formats(incomplete: str) -> Offers:
    """Formats of exports."""
    from mnistcnn.export.formats import FORMATS

    for name in (*FORMATS, "all"):
        yield name, ""


def complete_settings(ctx: typer.Context, incomplete: str) -> Offers:
    """Keys of the configuration, and the values of a key that has few; of a sweep, those of its file."""
    from mnistcnn.config.schema import Config

    model: type[BaseModel] = Config
    if ctx.info_name == "sweep":
        from mnistcnn.sweep.settings import SweepConfig

        model = SweepConfig
    yield from _assignments(model, incomplete)


def complete_facts(incomplete: str) -> Offers:
    """What runs can be sorted by."""
    from mnistcnn.runs.selection import keys

    for key in keys():
        yield key, ""


def complete_conditions(incomplete: str) -> Offers:
    """What runs can be filtered by, and the values of a setting that has few."""
    from mnistcnn.config.schema import Config
    from mnistcnn.runs.selection import keys

    if "=" in incomplete:
        yield from _assignments(Config, incomplete)
    else:
        for key in keys():
            yield f"{key}=", ""


def _run(ctx: typer.Context) -> str:
    """The run on the command line, or the newest."""
    is_argument = any(each.name == "run" and each.param_type_name == "argument" for each in ctx.command.params)
    # An option without its value ends the parsing, and leaves arguments where they are.
    return str(ctx.args[0] if is_argument and ctx.args else ctx.params.get("run") or "latest")


def _log_dir(ctx: typer.Context) -> Path:
    log_dir = str(ctx.params.get("log_dir") or "runs")
    try:
        return expand_path(log_dir, os.environ)
    except BadPathError:
        return Path(log_dir)  # Which offers nothing.


def _assignments(model: type[BaseModel], incomplete: str) -> Offers:
    """`key=` for every key that fits; if only one does, its values as well, so that one more Tab is enough."""
    from mnistcnn.config.reference import json_schema

    settings = dict(_leaves(json_schema(model)))
    key, equals, _ = incomplete.partition("=")
    fitting = [name for name in settings if (name == key if equals else name.startswith(key))]
    for name in fitting:
        description = str(settings[name].get("description", ""))
        if not equals:
            yield f"{name}=", description
        if len(fitting) == 1:
            for value in dict.fromkeys(_values(settings[name])):
                yield f"{name}={value}", description


def _leaves(schema: dict[str, Any], front: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every key of a JSON Schema that is no section, dotted, with its part of the schema."""
    for name, node in schema.get("properties", {}).items():
        if "properties" in node:
            yield from _leaves(node, f"{front}{name}.")
        else:
            yield f"{front}{name}", node


def _values(node: dict[str, Any]) -> Iterator[str]:
    """The values that a setting may have, if they are few, and its default."""
    for option in node.get("anyOf", [node]):
        if "enum" in option:
            yield from map(_written, option["enum"])
        elif option.get("type") == "boolean":
            yield from ("true", "false")
    if not isinstance(node.get("default"), dict | list):
        yield _written(node.get("default"))


def _written(value: object) -> str:
    """A value as `--set` takes it."""
    return value if isinstance(value, str) else json.dumps(value)


@contextmanager
def installing_completion(arguments: Sequence[str]) -> Iterator[None]:
    """Report that `--install-completion` could not write.

    Raises:
        RunError: a file of the shell's cannot be written.
    """
    try:
        yield
    except OSError as error:
        if "--install-completion" not in arguments:
            raise
        where = f"{error.filename}: " if error.filename else ""
        raise RunError(
            f"{where}completion cannot be installed: {error.strerror or error}; "
            "`mnistcnn --show-completion` prints what to put where your shell reads it"
        ) from error


def answer_shell(program: Callable[[], None], environment: MutableMapping[str, str]) -> None:
    """Run the program when a shell asks it for completions, and mend what bash does to `=`.

    Bash takes `=` for a word of its own, so that `--set data.source=d` reaches the program as four words, and it
    replaces only what stands behind the `=`. Other shells leave words as they are.

    Args:
        program: answers the shell on standard output, and exits.
        environment: holds the shell's question.
    """
    front = ""
    if environment.get("_MNISTCNN_COMPLETE") == "complete_bash":
        if "COMP_WORDS" not in environment or not _CURSOR.fullmatch(environment.get("COMP_CWORD", "")):
            return  # Somebody else's call: a traceback would end up in the line that is being typed.
        front = _join_assignment(environment)
    if not front:
        program()
        return
    answer = io.StringIO()
    with redirect_stdout(answer), suppress(SystemExit):
        program()
    sys.stdout.writelines(f"{line.removeprefix(front)}\n" for line in answer.getvalue().splitlines())


def _join_assignment(environment: MutableMapping[str, str]) -> str:
    """Join the words around each `=` in bash's question; return the last word up to its `=`, if it was split there."""
    try:
        words, cursor = shlex.split(environment["COMP_WORDS"]), int(environment["COMP_CWORD"])
    except ValueError:  # A quotation that is not closed yet.
        return ""
    words = words[: cursor + 1] + [""] * (cursor + 1 - len(words))
    joined: list[str] = []
    front = ""
    for word, before in zip(words, ["", *words], strict=False):
        if joined and "=" in (word, before):
            joined[-1] += word
            front = joined[-1] if word == "=" else front
        else:
            joined.append(word)
            front = ""
    environment["COMP_WORDS"] = shlex.join(joined)
    environment["COMP_CWORD"] = str(len(joined) - 1)
    return front
