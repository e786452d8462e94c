"""A configuration from what a program passes: a file, a dictionary, a `Config`, and keywords.

The layers are merged, checked and reported as those of the command line are; only what a value is called in a message
is different.
"""

from __future__ import annotations

import numbers
import os
from collections.abc import Mapping
from pathlib import Path, PurePath

from ..errors import ConfigError
from .loading import Layer, file_layer, merge_layers, nested
from .paths import unexpanded
from .problems import shown
from .schema import Config

Settings = Config | Mapping[str, object] | str | os.PathLike[str]
"""A configuration, keys and values, or the path of a YAML file."""


def load_config(settings: Settings | None = None, /, **overrides: object) -> Config:
    """Resolve a configuration: defaults < `settings` < `overrides`.

    Args:
        settings: the path of a YAML file such as those in configs/, a dictionary of the same form, or a `Config`. None
            for the defaults, which are the tutorial's recipe.
        overrides: single settings. A section is a dictionary of the keys to change in it: `data={"source": "digits"}`.
            A key with dots may be written as `**{"data.source": "digits"}`. None is the value that YAML writes as null.

    Returns:
        A frozen pydantic model; docs/configuration.md lists its fields. Environment variables and `~` in paths are
        expanded.

    Raises:
        ConfigError: everything that is wrong, at once; each line names the file and place, the dictionary's key, or
            the keyword.
    """
    layers = [] if settings is None else [_settings_layer(settings)]
    layers += [_keyword_layer(key, value) for key, value in overrides.items()]
    return merge_layers(Config, layers)


def _keyword_layer(key: str, value: object) -> Layer:
    path = tuple(key.split("."))
    label = f"{key}={'{…}' if isinstance(value, Mapping) else shown(value)}"
    return Layer(label, path, nested(path, _plain(value)))


def _settings_layer(settings: Settings) -> Layer:
    if isinstance(settings, Config):
        return Layer("config", values=_plain_mapping(settings.model_dump(), expanded=True))
    if isinstance(settings, Mapping):
        return Layer("config", values=_plain_mapping(settings))
    if isinstance(settings, str | os.PathLike):
        return file_layer(Path(settings))
    raise ConfigError([f"config: expected a file, a dictionary or a Config, got {type(settings).__name__}"])


def _plain_mapping(values: Mapping[str, object], *, expanded: bool = False) -> dict[str, object]:
    """A copy in plain types, with dots in keys as sections.

    Args:
        values: any nesting.
        expanded: whether the paths in it are expanded already.
    """
    plain: dict[str, object] = {}
    for key, value in values.items():
        section = nested(str(key).split("."), _plain(value, expanded=expanded))
        name, inner = next(iter(section.items()))
        before = plain.get(name)
        plain[name] = {**before, **inner} if isinstance(before, dict) and isinstance(inner, dict) else inner
    return plain


def _plain(value: object, *, expanded: bool = False) -> object:
    """What the schema takes: a scalar of NumPy as a number of Python, a path as text, and so in dictionaries."""
    if isinstance(value, Mapping):
        return _plain_mapping(value, expanded=expanded)
    if isinstance(value, PurePath):
        return unexpanded(str(value)) if expanded else str(value)
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, numbers.Integral):
        return int(value)
    return float(value) if isinstance(value, numbers.Real) else value
