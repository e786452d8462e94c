"""What is said of one picture."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Caption:
    """The words of one picture; `{…}` are filled in by the picture."""

    title: str
    sentence: str
    """For a beginner: what is there to see, and what it means."""
    alt: str
    """For those who cannot see it: what it looks like."""
