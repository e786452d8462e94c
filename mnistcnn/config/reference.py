"""The schema for other readers: JSON Schema for editors, Markdown tables for people."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from .problems import dotted, range_words, section_model, walk_fields

if TYPE_CHECKING:
    from pydantic import BaseModel

_TYPES = {
    "integer": "whole number",
    "number": "number",
    "boolean": "true or false",
    "string": "text",
    "array": "list",
    "null": "null",
}
_HEAD = "| key | value | default | meaning |\n|---|---|---|---|"


def json_schema(model: type[BaseModel]) -> dict[str, Any]:
    """Give a JSON Schema in which every section stands in its place.

    Pydantic would refer to sections by `$ref`, beside which editors ignore the description.
    """
    schema = model.model_json_schema()
    inlined = _inlined(schema, schema.pop("$defs", {}))
    return {"$schema": "http://json-schema.org/draft-07/schema#", **inlined}


def _inlined(node: Any, sections: dict[str, Any]) -> Any:
    if isinstance(node, list):
        return [_inlined(item, sections) for item in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        section = sections[node["$ref"].rpartition("/")[2]]
        node = {**section, **{key: value for key, value in node.items() if key != "$ref"}}
    # Titles only repeat the keys; a key that is itself called `title` holds a dict.
    return {
        key: _inlined(value, sections) for key, value in node.items() if not (key == "title" and isinstance(value, str))
    }


def reference_tables(model: type[BaseModel]) -> str:
    """Write Markdown: a table of the top level's keys, then one for each section."""
    schema = json_schema(model)
    tables = {"": [_HEAD]}
    for path, field in walk_fields(model):
        node = _node(schema, path)
        if section_model(field):
            tables[dotted(path)] = [f"### `{dotted(path)}`", "", str(field.description), "", _HEAD]
            continue
        default = json.dumps(node["default"], ensure_ascii=False).strip('"')
        kind = ", ".join(filter(None, (_type_words(node), range_words(field))))
        row = f"| `{dotted(path)}` | {kind} | `{default}` | {field.description} |"
        tables[dotted(path[:-1])].append(row)
    return "\n\n".join("\n".join(lines) for lines in tables.values()) + "\n"


def _node(schema: dict[str, Any], path: tuple[str, ...]) -> dict[str, Any]:
    """Find the part of a JSON Schema that describes one key."""
    for name in path:
        schema = schema["properties"][name]
    return schema


def _type_words(node: dict[str, Any]) -> str:
    if "enum" in node:
        return " or ".join(f"`{choice}`" for choice in node["enum"])
    if "anyOf" in node:
        return " or ".join(_type_words(option) for option in node["anyOf"])
    return "path" if node.get("format") == "path" else _TYPES[node["type"]]
