"""How `mnistcnn doctor` shows what it found: a table for people, a record for programs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from ..rendering.tables import Listing, draw
from ..rendering.text import count, one_line

if TYPE_CHECKING:
    from .finding import Finding

_STYLES = {"ok": "green", "note": "yellow", "problem": "bold red"}


def draw_findings(findings: Sequence[Finding]) -> None:
    """Draw the table on standard output, with the advice for each problem below its line."""
    problems = sum(finding.state == "problem" for finding in findings)
    title = f"{count(problems)} problem{'s' * (problems > 1)}" if problems else "No problems"
    draw([Listing(title, ("what", "state", "found"), [*_rows(findings)], whole={0, 1}, style=_style)])


def _rows(findings: Sequence[Finding]) -> Iterator[tuple[str, str, str]]:
    for finding in findings:
        yield finding.subject, finding.state, one_line(finding.found)
        if finding.advice:
            yield "", "", f"-> {finding.advice}"  # ASCII: any terminal and log can show it.


def _style(_row: int, column: int, cell: str) -> str:
    return _STYLES.get(cell, "") if column == 1 else ""


def findings_record(findings: Sequence[Finding]) -> dict[str, object]:
    """The findings, as `doctor --json` has them; see docs/doctor.md."""
    return {
        "event": "doctor",
        "ok": all(finding.state != "problem" for finding in findings),
        "findings": [asdict(finding) for finding in findings],
    }
