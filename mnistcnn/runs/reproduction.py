"""Whether a run, done once more, comes to the same weights; and if not, what was different."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..config.schema import Config, load_config
from ..errors import RunError
from .directory import Run

_ENVIRONMENT = ("mnistcnn", "python", "packages", "machine")


@dataclass(frozen=True)
class Reproduction:
    """Two runs of one configuration, side by side."""

    original: Run
    repeated: Run
    digests: tuple[str, str]
    test_accuracies: tuple[float | None, float | None]
    differences: Mapping[str, tuple[object, object]]
    """Of versions and machines, by dotted keys."""

    @property
    def same(self) -> bool:
        """Whether every bit of the final weights is the same."""
        return self.digests[0] == self.digests[1]

    def raise_if_different(self) -> None:
        """Raise a RunError that says what was different when the weights are not the same."""
        if self.same:
            return
        lines = [f"{self.repeated.path}: other weights than {self.original.path}"]
        lines += [f"{key}: was {old}, is {new}" for key, (old, new) in self.differences.items()]
        if not self.differences:
            lines.append("versions, processor and cores are the same, so something else decided: please report it")
        raise RunError("\n".join(lines))


def config_to_repeat(run: Run) -> Config:
    """The configuration of a new run beside `run` that should come to the same weights.

    Raises:
        RunError: `run` has not reached its end, so there is nothing to compare with, or its manifest is damaged.
        ConfigError: its configuration is damaged.
    """
    manifest = run.manifest()
    if manifest["state"] != "finished" or not _results(run)["weights_digest"]:
        raise RunError(f"{run.path}: {manifest['state']}: only a finished run has weights to come to again")
    return load_config(run.config_path).model_copy(update={"log_dir": run.path.parent})


def compare(original: Run, repeated: Run) -> Reproduction:
    """Put two finished runs side by side.

    Raises:
        RunError: a manifest is damaged.
    """
    results = _results(original), _results(repeated)
    return Reproduction(
        original,
        repeated,
        (results[0]["weights_digest"], results[1]["weights_digest"]),
        (results[0]["test_accuracy"], results[1]["test_accuracy"]),
        environment_differences(original.manifest(), repeated.manifest()),
    )


def environment_differences(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, tuple[object, object]]:
    """What differs in versions and machine between two manifests, by dotted keys."""
    flat_one, flat_other = _flat_environment(one), _flat_environment(other)
    keys = dict.fromkeys([*flat_one, *flat_other])
    pairs = {key: (flat_one.get(key), flat_other.get(key)) for key in keys}
    return {key: (old, new) for key, (old, new) in pairs.items() if old != new}


def _flat_environment(manifest: Mapping[str, Any]) -> dict[str, object]:
    flat: dict[str, object] = {}
    for key in _ENVIRONMENT:
        value = manifest.get(key)
        flat |= {f"{key}.{inner}": v for inner, v in value.items()} if isinstance(value, dict) else {key: value}
    return flat


def _results(run: Run) -> dict[str, Any]:
    return run.manifest_part("results", ("weights_digest", "test_accuracy"))
