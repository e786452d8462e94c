"""Settings of the devices and machines that share the batches of a run."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from .section import Section

_MOST_DEVICES = 64


class WorkersConfig(Section):
    """How long workers that train together wait for each other (docs/distributed.md)."""

    join_timeout: int = Field(
        default=300,
        ge=1,
        le=86_400,
        description="Seconds to wait until all workers have started; then the run ends with exit code 5.",
    )
    lost_timeout: int = Field(
        default=30,
        ge=2,
        le=86_400,
        description="Seconds after which a worker that does not answer counts as lost, which ends the others with exit "
        "code 5. One whose process dies is noticed sooner.",
    )


def _devices(value: object) -> object:
    """Accept a word or a number of GPUs."""
    number = isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= _MOST_DEVICES
    if not number and value not in ("auto", "cpu", "gpu"):
        raise PydanticCustomError("devices", f"expected auto, cpu, gpu, or a number of GPUs from 1 to {_MOST_DEVICES}")
    return value


Devices = Annotated[
    int | str,
    BeforeValidator(_devices),
    WithJsonSchema(
        {"anyOf": [{"type": "integer", "minimum": 1, "maximum": _MOST_DEVICES}, {"enum": ["auto", "cpu", "gpu"]}]}
    ),
]
