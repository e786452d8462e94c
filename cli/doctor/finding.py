"""One line of the table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

State = Literal["ok", "note", "problem"]
"""`note`: worth knowing, and everything works. `problem`: something does not work."""


@dataclass(frozen=True)
class Finding:
    """What was found about one subject."""

    subject: str
    found: str
    """For people, on one line."""
    state: State = "ok"
    advice: str = ""
    """What to do; never empty unless `state` is `ok`."""
    details: Mapping[str, object] = field(default_factory=dict)
    """The same for programs, as JSON can have it."""
