"""In which keys two configurations differ."""

from __future__ import annotations

from collections.abc import Iterator

from .schema import Config


def differences(one: Config, other: Config) -> Iterator[tuple[str, object, object]]:
    """Each key, dotted, whose values differ, with the value in `one` and in `other`."""
    flat_one, flat_other = flat_config(one), flat_config(other)
    for key, value in flat_one.items():
        if flat_other[key] != value:
            yield key, value, flat_other[key]


def flat_config(config: Config) -> dict[str, object]:
    """Every value by its dotted key, as JSON has it, in the order of the schema."""
    flat: dict[str, object] = {}
    for key, value in config.model_dump(mode="json").items():
        flat |= {f"{key}.{inner}": v for inner, v in value.items()} if isinstance(value, dict) else {key: value}
    return flat
