"""Whether a run, done once more, comes to the same weights; and if not, what was different."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ..config.schema import Config, load_config
from ..errors import RunError
from .directory import Run
from .environment import Differences, difference_lines, environment_differences, environments_of
from .manifest import check_agreement
from .starting import StartingWeights, load_starting_weights


@dataclass(frozen=True)
class Reproduction:
    """Two runs of one configuration, side by side."""

    original: Run
    repeated: Run
    digests: tuple[str, str]
    test_accuracies: tuple[float | None, float | None]
    differences: Differences
    """Of versions and machines; with those of every start of the original, if it was resumed."""

    @property
    def same(self) -> bool:
        """Whether every bit of the final weights is the same."""
        return self.digests[0] == self.digests[1]

    def raise_if_different(self) -> None:
        """Raise a RunError with all differences if the weights are not the same."""
        if self.same:
            return
        lines = [f"{self.repeated.path}: different weights from {self.original.path}"]
        lines += difference_lines(self.differences)
        if not self.differences:
            lines.append("versions, processor and cores are the same, so the cause is unknown: please report it")
        raise RunError(*lines)


def config_to_repeat(run: Run) -> Config:
    """The configuration of a new run beside `run` that should come to the same weights.

    Raises:
        RunError: `run` has not reached its end, so there is nothing to compare with, or its manifest is damaged or of
            another run.
        ConfigError: its configuration is damaged.
    """
    manifest = run.manifest()
    if manifest["state"] != "finished" or not _results(run)["weights_digest"]:
        raise RunError(f"{run.path}: {manifest['state']}: only a finished run can be reproduced")
    config = load_config(run.config_path)
    check_agreement(run.path, manifest, config)
    return config.model_copy(update={"log_dir": run.path.parent})


def starting_weights_to_repeat(run: Run, config: Config) -> StartingWeights | None:
    """The weights of another run that `run` started from, which it keeps as its checkpoint of step 0.

    Returns:
        None if it started from initial weights.

    Raises:
        RunError: the checkpoint is gone, or holds other weights; or the manifest is damaged.
    """
    source = run.manifest().get("from")
    if source is None:
        return None
    start = load_starting_weights(Path(source["run"]), run.checkpoints(), "0", config.network)
    if start.digest != source["weights_digest"]:
        raise RunError(f"{run.path}: its checkpoint of step 0 does not hold the weights that it started from")
    return replace(start, step=source["step"])


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
        _differences(original, repeated),
    )


def _differences(original: Run, repeated: Run) -> Differences:
    """Between the repeated run and each start of the original; of one key, that of the earliest start."""
    differences: Differences = {}
    for environment in environments_of(original.manifest()):
        differences = environment_differences(environment, repeated.manifest()) | differences
    return differences


def _results(run: Run) -> dict[str, Any]:
    return run.manifest_part("results", ("weights_digest", "test_accuracy"))
