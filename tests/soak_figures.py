"""A plugin for `make soak`: the line with the figures that docs/reliability.md keeps.

Tests record what they did with pytest's `record_property`: `kills`, `damages`, `faults`.
"""

from __future__ import annotations

import time

import pytest

KINDS = ("kills", "damages", "faults")
_began = time.monotonic()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print how much was done to runs, and how many tests held it out."""
    stats = terminalreporter.stats
    ended = {outcome: len(stats.get(outcome, [])) for outcome in ("passed", "failed", "error", "skipped")}
    reports = [report for outcome in ("passed", "failed") for report in stats.get(outcome, [])]
    recorded = [(kind, number) for report in reports for kind, number in report.user_properties if kind in KINDS]
    figures = [f"{sum(number for each, number in recorded if each == kind):,} {kind}" for kind in KINDS]
    figures += [f"{number:,} {outcome}" for outcome, number in ended.items()]
    terminalreporter.write_line(f"soak: {', '.join(figures)}, {time.monotonic() - _began:,.0f} s")
