"""YAML as configurations use it: plain values, each with its line and column.

Only what a configuration needs is read: mappings, lists and scalars. Numbers, booleans and null are those of
YAML 1.2's core schema, in their plain spelling, so `1e-4` is a number, while `yes`, `010` (8 or 10?), `1_000`
and `1:30` (90?) stay text and are refused where a number is expected. Tags and aliases are refused: nothing
here needs them, and nested aliases grow without bound.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, NamedTuple

import yaml

_FastParser: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml's, 20 times as fast as the one in Python, where PyYAML was built with it."""

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
    "expected '<document start>'": "text after the line '...', which ends the document; remove that line",
    "incompatible YAML document": "remove the line that begins with %YAML",
    "but found another document": "a second document; one file holds one configuration",
}


class Position(NamedTuple):
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
    """The content of a YAML text.

    Attributes:
        value: None, bool, int, float, str, list or dict with str keys.
        keys: PyYAML's mark of where each key of a mapping begins; see `Document.position`.
        values: its mark of where each value begins; () is the whole document.
        duplicates: keys given again, with the first and the later position; the later value counts.
    """

    value: object
    keys: dict[KeyPath, Any] = field(default_factory=dict)
    values: dict[KeyPath, Any] = field(default_factory=dict)
    duplicates: list[tuple[KeyPath, Position, Position]] = field(default_factory=list)

    def position(self, path: KeyPath, *, of_key: bool) -> Position:
        """Where a key or its value is; for what has no position, where what holds it is."""
        marks = self.keys if of_key else self.values
        return next((_position(marks[path[:n]]) for n in range(len(path), -1, -1) if path[:n] in marks), Position(1, 1))


def parse_yaml(text: str) -> Document:
    """Read a text of YAML; an empty one has the value None.

    Raises:
        BadYamlError: it is not YAML, or uses a part of YAML that has no place in a configuration.
    """
    if "\t" in text:  # libyaml takes tabs in places where PyYAML does not.
        return _read_or_explain(text)
    try:
        return _DocumentReader(_FastParser(text)).read()
    except (yaml.YAMLError, ValueError):
        return _read_or_explain(text)


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
    document = _read_or_explain(text)  # libyaml takes `>#1` for a value with a comment, and compares no anchors.
    *_, last, _, _ = yaml.parse(text, yaml.SafeLoader)  # The last two end the document and the stream.
    end: Any = last.end_mark
    if text[end.index :].strip():
        raise BadYamlError("text follows the value; put quotes around all of it", _position(end))
    return document


@lru_cache(maxsize=1024)
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


def _read_or_explain(text: str) -> Document:
    """Read with PyYAML's parser in Python, which is slower and says best what is wrong, and where."""
    try:
        parser = yaml.SafeLoader(text)
        try:
            return _DocumentReader(parser).read()
        except ValueError:  # PyYAML does not catch what chr() thinks of "\\UFFFFFFFF"
            message = "not valid YAML: an escape for a character that does not exist"
            raise BadYamlError(message, _position(parser.get_mark())) from None
    except yaml.reader.ReaderError as error:
        raise _unprintable(text, error) from None
    except yaml.MarkedYAMLError as error:
        raise _not_yaml(error) from None


class _DocumentReader:
    """Turns the events of a parser into values, and remembers where everything was.

    Args:
        parser: one of PyYAML's, in C or in Python.
    """

    def __init__(self, parser: Any) -> None:
        self._next = parser.get_event
        self._depth = 0
        self._document = Document(None)

    def read(self) -> Document:
        self._next()  # The start of the stream.
        if isinstance(self._next(), yaml.StreamEndEvent):
            return self._document
        value = self._value(self._next(), ())
        self._next()  # The end of the document.
        after = self._next()
        if not isinstance(after, yaml.StreamEndEvent):
            message = "not valid YAML: a second document; one file holds one configuration"
            raise BadYamlError(message, _position(after.start_mark))
        return replace(self._document, value=value)

    def _value(self, event: Any, path: KeyPath) -> object:
        mark = event.start_mark
        self._document.values[path] = mark
        if isinstance(event, yaml.ScalarEvent):
            if event.tag:
                raise _tagged(event)
            quoted = event.style  # Or a block of text, after | or >.
            return event.value if quoted else plain_value(event.value)
        if isinstance(event, yaml.AliasEvent):
            raise BadYamlError("aliases such as '*name' are not supported", _position(mark))
        if event.tag:
            raise _tagged(event)
        if self._depth > _MAX_DEPTH:
            raise BadYamlError("nested too deeply", _position(mark))
        self._depth += 1
        is_mapping = isinstance(event, yaml.MappingStartEvent)
        value = self._mapping(path) if is_mapping else self._sequence(path)
        self._depth -= 1
        return value

    def _sequence(self, path: KeyPath) -> list[object]:
        items: list[object] = []
        while not isinstance(event := self._next(), yaml.SequenceEndEvent):
            items.append(self._value(event, (*path, len(items))))
        return items

    def _mapping(self, path: KeyPath) -> dict[str, object]:
        mapping: dict[str, object] = {}
        keys = self._document.keys
        while not isinstance(event := self._next(), yaml.MappingEndEvent):
            mark = event.start_mark
            if not isinstance(event, yaml.ScalarEvent):
                raise BadYamlError("a key must be a name, not a list or a mapping", _position(mark))
            if event.tag:
                raise _tagged(event)
            key = event.value
            key_path = (*path, key)
            if key in mapping:
                self._document.duplicates.append((key_path, _position(keys[key_path]), _position(mark)))
            keys[key_path] = mark
            mapping[key] = self._value(self._next(), key_path)
        return mapping


def _tagged(event: Any) -> BadYamlError:
    tag = event.tag.replace("tag:yaml.org,2002:", "!!")
    return BadYamlError(f"tags such as '{tag}' are not supported", _position(event.start_mark))


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
