"""Puts the page together: scripts, style and payload into one template, one file that needs no other."""

from __future__ import annotations

import json
import posixpath
import re
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from ... import files
from ...errors import RunError
from ..names import PageWeights
from ..picture_source import PictureSource
from .payload import Part, make_payload
from .words import WORDS

MAIN = "main.js"
SECTIONS = (
    "time_machine",
    "morph",
    "fool",
    "teachers",
    "teaching",
    "training",
    "practice",
)
"""Those below the network: each is sections/NAME.html, styles/NAME.css, words/NAME.py and a module in main.js."""
STYLES = ("base", "draw", "network", "units", "inspector", *SECTIONS, "layout")
_IMPORT = re.compile(r'^import \{\s+(\w+(?:,\s+\w+)*),?\s+\} from "(\.{1,2}/[\w/-]+\.js)";$', re.MULTILINE)
_EXPORT = re.compile(r"^export ((?:async )?(?:function\*?|const|class) (\w+))", re.MULTILINE)


@dataclass(frozen=True)
class Page:
    """A page that is written."""

    path: Path
    size: int
    """Bytes."""
    parity: Part
    """How its weights answer compared with the run's own: see docs/page.md."""


def write_page(source: PictureSource, path: Path, weights: PageWeights = "int8") -> Page:
    """Write the page of a network, replacing one that is there.

    Args:
        source: the network; its digit and theme do not matter.
        path: the HTML file; its folder is made.
        weights: how the largest weights are stored.

    Raises:
        CheckpointError: a kept checkpoint is damaged.
        RunError: the file cannot be written.
    """
    payload = make_payload(source, weights)
    content = files.utf8(render(payload))
    try:
        files.make_directory(path.parent)
        files.write_atomically(path, content)
    except OSError as error:
        raise RunError(f"{path}: cannot write the page: {error.strerror or error}") from error
    return Page(path, len(content), payload["parity"])


def render(payload: Part) -> str:
    """The page as text, the same for the same payload."""
    environment = Environment(
        loader=PackageLoader(__package__, "."), autoescape=True, undefined=StrictUndefined, keep_trailing_newline=True
    )
    text = json.dumps(payload, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return environment.get_template("page.html").render(
        page=payload,
        words=WORDS,
        sections=SECTIONS,
        css=Markup("\n".join(_source(f"styles/{name}.css") for name in STYLES)),  # noqa: S704 (our own files)
        script=Markup(assemble(MAIN)),  # noqa: S704 (our own files)
        # Nothing in it can end the element that it stands in, whatever a run is called.
        payload=Markup(text.replace("<", "\\u003c")),  # noqa: S704 (escaped for where it stands)
    )


def assemble(main: str) -> str:
    """Put a module and all that it imports into one script: each once, and after those that it imports itself.

    Each becomes a function that is called at once and gives what the module exports, so that names stay its own.

    Raises:
        ValueError: an import or export is not of the few forms that are understood: `import { a, b } from "./c.js";`
            (from any folder, on one line or several) and an exported `function`, `const` or `class`; or modules import
            each other in a circle.
    """
    modules: dict[str, str] = {}
    _collect(main, modules, ())
    return "\n".join(["const modules = {};", *modules.values()])


def _collect(name: str, modules: dict[str, str], importing: tuple[str, ...]) -> None:
    if name in importing:
        raise ValueError(f"{' → '.join([*importing, name])}: modules import each other in a circle")
    if name in modules:
        return
    source = _source(name)
    for _, path in _IMPORT.findall(source):
        _collect(_resolved(path, name), modules, (*importing, name))
    body = _IMPORT.sub(lambda found: f'const {{ {found[1]} }} = modules["{_resolved(found[2], name)}"];', source)
    body = _EXPORT.sub(r"\1", body)
    if odd := re.search(r"^(?:import|export)\b.*", body, re.MULTILINE):
        raise ValueError(f"{name}: cannot put this into one script: {odd[0]}")
    exported = ", ".join(found[1] for found in _EXPORT.findall(source))
    modules[name] = f'modules["{name}"] = (() => {{\n{body}\nreturn {{ {exported} }};\n}})();\n'


def _resolved(path: str, importer: str) -> str:
    """A module's path from the page's folder, of one that is relative to who imports it."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(importer), path))


def _source(name: str) -> str:
    return (resources.files(__package__) / name).read_text(encoding="utf-8")
