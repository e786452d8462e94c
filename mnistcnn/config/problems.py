"""What is wrong with a value, in words: pydantic's findings as sentences that say what is allowed.

Everything is read off the schema, so a new key needs nothing here.
"""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, get_args

from pydantic import BaseModel

from .yaml_reader import KeyPath, plain_value

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo
    from pydantic_core import ErrorDetails

_EXPECTED = {
    "int_type": "expected a whole number",
    "float_type": "expected a number",
    "finite_number": "expected a finite number",
    "bool_type": "expected true or false",
    "string_type": "expected text",
    "list_type": "expected a list",
    "tuple_type": "expected a list",
}
_BOUNDS = {"greater_than", "greater_than_equal", "less_than", "less_than_equal"}
_GROUPED = {r"[-+]?[0-9]{1,3}([ _,'][0-9]{3})+": "; write digits only, without separators"}
_PADDED = {r"[-+]?0[0-9]+": "; write digits only, with no leading zeros"}
_FRACTIONS = {r"[-+]?[0-9]*,[0-9]+([eE][-+]?[0-9]+)?": "; write a point, not a comma, before decimals"}
_PERCENT = {r"[0-9]+([.,][0-9]+)? ?%": "; write a fraction, such as 0.5 for 50 %"}
_SPELLINGS = {  # How numbers are written elsewhere, and what to write here.
    "int_type": {**_PADDED, **_GROUPED, r"[-+]?[0-9]*,[0-9]+": "; write a whole number, without a comma"},
    "float_type": {**_PADDED, **_FRACTIONS, **_PERCENT, **_GROUPED},
}
_MOST_EXACT = 2.0**53
"""Whole numbers up to here are exact as floats, which they become if they have many digits."""
_SHOWN_LENGTH = 60  # characters of a value that a message repeats


def walk_fields(model: type[BaseModel], path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], FieldInfo]]:
    """Give every field in the schema's order, each section before its keys."""
    for name, field in model.model_fields.items():
        yield (*path, name), field
        if section := section_model(field):
            yield from walk_fields(section, (*path, name))


def section_model(field: FieldInfo) -> type[BaseModel] | None:
    """Give the model of a field that is a section, or None."""
    candidates = (field.annotation, *get_args(field.annotation))
    return next((kind for kind in candidates if isinstance(kind, type) and issubclass(kind, BaseModel)), None)


def range_words(field: FieldInfo) -> str:
    """Say which numbers a field allows, such as `more than 0 and at most 1`; empty if it has no bounds."""
    words = {"gt": "more than", "ge": "at least", "le": "at most", "lt": "less than"}
    bounds = {name: getattr(item, name) for item in field.metadata for name in words if hasattr(item, name)}
    if bounds.keys() == {"ge", "le"}:
        return f"between {bounds['ge']:,} and {bounds['le']:,}"
    return " and ".join(f"{words[name]} {bounds[name]:,}" for name in words if name in bounds)


def dotted(path: KeyPath) -> str:
    """Give `data.source` for `("data", "source")`."""
    return ".".join(str(part) for part in path)


def shown(value: object) -> str:
    """Write a value for a message, in the spelling of YAML and not longer than a line."""
    if value is None:
        return "nothing (null)"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, dict | list):
        return "a mapping" if isinstance(value, dict) else "a list"
    text = str(value)
    return f'"{text if len(text) <= _SHOWN_LENGTH else text[:_SHOWN_LENGTH] + "…"}"'


def describe(model: type[BaseModel], error: ErrorDetails) -> str:
    """Turn one of pydantic's findings into a sentence, without the key and the place."""
    kind, path, value = error["type"], error["loc"], error["input"]
    if kind == "extra_forbidden":
        return _unknown_key(model, path)
    field = dict(walk_fields(model)).get(tuple(str(part) for part in path))
    if kind in _BOUNDS and field:
        return f"must be {range_words(field)}, got {shown(value)}"
    if field and kind == "int_type" and isinstance(value, float) and _MOST_EXACT < abs(value) < math.inf:
        return f"must be {range_words(field)}, got {shown(value)}"
    if field and (section := section_model(field)) and kind == "model_type":
        key = dotted((*path, next(iter(section.model_fields))))
        return f"expected a section with keys such as '{key}', got {shown(value)}"
    if kind == "literal_error":
        return _not_a_choice(error["ctx"]["expected"], value)
    if kind == "missing":
        return "this key is needed"
    if kind == "value_error":  # a validator's own sentence, often about several keys together
        return error["msg"].removeprefix("Value error, ")
    expected = _EXPECTED.get(kind, error["msg"])
    return f"{expected}, got {shown(value)}{_spelling_hint(kind, value)}"


def _unknown_key(model: type[BaseModel], path: KeyPath) -> str:
    known = [known_path for known_path, _ in walk_fields(model)]
    siblings = [known_path for known_path in known if known_path[:-1] == path[:-1]]
    message = f"unknown key '{dotted(path)}'"
    name = str(path[-1])
    if "." in name and tuple(name.split(".")) in known:  # in a file: with --set, dots have become sections
        section, leaf = name.split(".", 1)
        return f"{message}; in a file, write '{leaf}' indented under '{section}:'"
    similar = _similar_key(name, siblings) or _similar_key(name, known)
    if similar:
        return f"{message}; did you mean '{dotted(similar)}'?"
    return f"{message}; the keys here are {', '.join(str(sibling[-1]) for sibling in siblings)}"


def _similar_key(name: str, paths: list[tuple[str, ...]]) -> KeyPath | None:
    """Find the key whose own name, whatever its section, looks most like `name`."""
    by_name = {path[-1]: path for path in reversed(paths)}  # the first of a name wins
    matches = difflib.get_close_matches(name.lower(), by_name, n=1)
    return by_name[matches[0]] if matches else None


def _not_a_choice(choices: str, value: object) -> str:
    """`choices` is pydantic's list, such as `'tutorial' or 'he'`."""
    text = value.lower() if isinstance(value, str) else ""
    similar = difflib.get_close_matches(text, re.findall("'([^']*)'", choices), n=1)
    return f"expected {choices}, got {shown(value)}" + (f"; did you mean '{similar[0]}'?" if similar else "")


def _spelling_hint(kind: str, value: object) -> str:
    """Say how to write a value that was meant well but is of another type in YAML."""
    if kind == "int_type" and isinstance(value, float) and value.is_integer():
        return f"; write {value:.0f}"
    if kind == "string_type" and isinstance(value, int | float):
        return "; put quotes around it"
    if kind not in _SPELLINGS or not isinstance(value, str):
        return ""
    if not isinstance(plain_value(value), str | bool | None):
        return "; remove the quotes"
    return next((hint for pattern, hint in _SPELLINGS[kind].items() if re.fullmatch(pattern, value)), "")
