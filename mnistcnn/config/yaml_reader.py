"""YAML as configurations use it: plain values, each with its line and column.

Only what a configuration needs is read: mappings, lists and scalars. Numbers, booleans and null are those of
YAML 1.2's core schema, in their plain spelling, so `1e-4` is a number, while `yes`, `010` (8 or 10?), `1_000`
and `1:30` (90?) stay text and are refused where a number is expected. Tags and aliases are refused: nothing
here needs them, and nested aliases grow without bound.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

KeyPath = tuple[str | int, ...]
"""Keys, and places in lists, that lead from the top to a value."""

_MAX_DEPTH = 20  # sections need two; a file of brackets must not exhaust Python's stack
_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,30})", re.ASCII)  # more digits: a float below
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|(?:0|[1-9][0-9]*)(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?", re.ASCII)
_INFINITE = re.compile(r"[-+]?\.(?:inf|nan)", re.IGNORECASE)
_WORDS: dict[str, bool | None] = {"": None, "~": None, "null": None, "true": True, "false": False}
_INDICATORS = "\"'[{|>&*!%@`"  # What begins a value that is not plain text (YAML 1.2, section 5.3).
_CAUSES = {  # what PyYAML says -> what is probably wrong, in the words of somebody who edits a file
    "mapping values are not allowed here": "a ':' is missing in the line above, one is too many here, or the "
    "indentation is off",
    "could not find expected ':'": "expected 'key: value'",
    "expected <block end>": "the indentation does not match the lines above",
    "found character '\\t'": "a tab; use spaces",
    "that cannot start any token": "text that begins with this character needs quotes",
    "found unexpected end of stream": "a quote is never closed",
    "expected ',' or '}'": "a ',' or '}' is missing",
    "expected ',' or ']'": "a ',' or ']' is missing",
    "but found another document": "a second document; one file holds one configuration",
}


@dataclass(frozen=True, order=True)
class Position:
    """A place in a text; both numbers start at 1, as editors count."""

    line: int
    column: int


class BadYamlError(Exception):
    """The text cannot be read as YAML: why, and where."""

    def __init__(self, message: str, position: Position) -> None:
        super().__init__(message)
        self.position = position


@dataclass(frozen=True)
class Document:
    """What a text says.

    Attributes:
        value: None, bool, int, float, str, list or dict with str keys.
        keys: where each key of a mapping, or item of a list, begins.
        values: where each value begins; () is the whole document.
        duplicates: keys given again, with the first and the later position; the later value counts.
    """

    value: object
    keys: dict[KeyPath, Position] = field(default_factory=dict)
    values: dict[KeyPath, Position] = field(default_factory=dict)
    duplicates: list[tuple[KeyPath, Position, Position]] = field(default_factory=list)


def parse_yaml(text: str) -> Document:
    """Read a text of YAML; an empty one has the value None.

    Raises:
        BadYamlError: it is not YAML, or uses a part of YAML that has no place in a configuration.
    """
    node = _compose(text)
    reader = _NodeReader()
    value = None if node is None else reader.read(node, ())
    return Document(value, reader.keys, reader.values, reader.duplicates)


def parse_one_value(text: str) -> Document:
    """Read a value of YAML that is all there is, as on a command line: ` #` begins no comment there.

    Raises:
        BadYamlError: as for `parse_yaml`, or something follows the value.
    """
    if "#" not in text:
        return parse_yaml(text)
    stripped = text.strip()
    if stripped[0] not in _INDICATORS:
        return Document(plain_value(stripped))
    node = _compose(text)
    if node is not None and text[node.end_mark.index :].strip():
        raise BadYamlError("text follows the value; put quotes around all of it", _position(node.end_mark))
    return parse_yaml(text)


def plain_value(text: str) -> str | bool | int | float | None:
    """Give the value of an unquoted scalar."""
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    if _INFINITE.fullmatch(text):
        return float(text.replace(".", ""))
    return text


def _compose(text: str) -> yaml.Node | None:
    try:
        loader = _Loader(text)
        try:
            return loader.get_single_node()
        except ValueError:  # PyYAML does not catch what chr() thinks of "\\UFFFFFFFF"
            message = "not valid YAML: an escape for a character that does not exist"
            raise BadYamlError(message, _position(loader.get_mark())) from None
    except yaml.reader.ReaderError as error:
        raise _unprintable(text, error) from None
    except yaml.MarkedYAMLError as error:
        raise _not_yaml(error) from None


class _Loader(yaml.SafeLoader):
    """PyYAML's parser, up to its tree of nodes, without tags, aliases and bottomless nesting."""

    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        if isinstance(event, yaml.AliasEvent):
            raise BadYamlError("aliases such as '*name' are not supported", _position(event.start_mark))
        if tag := getattr(event, "tag", None):
            tag = tag.replace("tag:yaml.org,2002:", "!!")
            raise BadYamlError(f"tags such as '{tag}' are not supported", _position(event.start_mark))
        if self.depth > _MAX_DEPTH:
            raise BadYamlError("nested too deeply", _position(event.start_mark))
        self.depth += 1
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node


class _NodeReader:
    """Turns nodes into values, and remembers where everything was."""

    def __init__(self) -> None:
        self.keys: dict[KeyPath, Position] = {}
        self.values: dict[KeyPath, Position] = {}
        self.duplicates: list[tuple[KeyPath, Position, Position]] = []

    def read(self, node: yaml.Node, path: KeyPath) -> object:
        self.values[path] = _position(node.start_mark)
        if isinstance(node, yaml.MappingNode):
            return {key: self.read(value, (*path, key)) for key, value in self._entries(node, path)}
        if isinstance(node, yaml.SequenceNode):
            return [self.read(item, (*path, index)) for index, item in enumerate(node.value)]
        quoted = isinstance(node, yaml.ScalarNode) and node.style  # or a block of text, after | or >
        return node.value if quoted else plain_value(node.value)

    def _entries(self, node: yaml.MappingNode, path: KeyPath) -> Iterator[tuple[str, yaml.Node]]:
        here: dict[str, Position] = {}
        for key_node, value_node in node.value:
            position = _position(key_node.start_mark)
            if not isinstance(key_node, yaml.ScalarNode):
                raise BadYamlError("a key must be a name, not a list or a mapping", position)
            key_path = (*path, key_node.value)
            if key_node.value in here:
                self.duplicates.append((key_path, here[key_node.value], position))
            self.keys[key_path] = here[key_node.value] = position
            yield key_node.value, value_node


def _position(mark: Any) -> Position:  # PyYAML has two classes of marks, which share no base
    return Position(mark.line + 1, mark.column + 1)


def _unprintable(text: str, error: yaml.reader.ReaderError) -> BadYamlError:
    """Name a character that has no place in a text, such as NUL, and where it is."""
    before = text[: error.position]
    position = Position(before.count("\n") + 1, error.position - (before.rfind("\n") + 1) + 1)
    return BadYamlError(f"not a text file: it has the character U+{ord(text[error.position]):04X}", position)


def _not_yaml(error: yaml.MarkedYAMLError) -> BadYamlError:
    """Say what is probably wrong, and where it began."""
    problem = error.problem or str(error)
    cause = next((cause for words, cause in _CAUSES.items() if words in problem), problem)
    # What is never closed, and a line without ':', PyYAML notices late; where it began is what helps.
    late = "end of stream" in problem or "stream end" in problem or error.context == "while scanning a simple key"
    mark = (error.context_mark if late else None) or error.problem_mark
    return BadYamlError(f"not valid YAML: {cause}", _position(mark) if mark else Position(1, 1))
