"""What a run may be told about the snapshots of its weights."""

from __future__ import annotations

from pydantic import Field

from .section import Section


class SnapshotsConfig(Section):
    """Small copies of the weights, from which the page and the pictures show how the network learned (docs/runs.md)."""

    enabled: bool = Field(
        default=True,
        description="Whether to take them: after 0, 10, 20, 50, 100, 200, 500, 1,000, … steps and at the end. They "
        "never change a weight of the run.",
    )
    megabytes: int = Field(
        default=60,
        ge=1,
        le=1_000_000,
        description="Most disk space for all snapshots of a run, in millions of bytes. If that is not enough, fewer "
        "are taken, spread over the run; a network of which not even two fit has none.",
    )
