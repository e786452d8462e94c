"""How numbers, times and paths are written for people: in one place, so that they agree everywhere."""

from __future__ import annotations

import json
import math
import shlex
from pathlib import Path

from mnistcnn import statistics
from mnistcnn.config.paths import unexpanded
from mnistcnn.errors import printable as printable  # With the others that write for people.


def percent(fraction: float | None) -> str:
    """Write `0.9821` as `98.21 %` and None as a dash; two decimals show one error in 10,000."""
    return "–" if fraction is None else statistics.percent(fraction)


def count(number: float) -> str:
    """Write `3412.4` as `3,412`; infinite and NaN rates as a dash."""
    return f"{number:,.0f}" if math.isfinite(number) else "–"


def loss(value: float) -> str:
    """Write four decimals; large and small losses in scientific notation rather than as a row of digits."""
    if value == 0 or not math.isfinite(value) or 1e-3 <= abs(value) < 1e4:
        return f"{value:.4f}"
    return f"{value:.3e}"


def duration(seconds: float | None) -> str:
    """Write `83.4` as `1:23`, `5025` as `1:23:45`; unknown as `-:--`."""
    if seconds is None or not math.isfinite(seconds):
        return "-:--"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def size(octets: float) -> str:
    """Write `9912422` as `9.9 MB`."""
    if octets >= 1e9:
        return f"{octets / 1e9:.1f} GB"
    return f"{octets / 1e6:.1f} MB" if octets >= 1e6 else f"{octets / 1e3:.0f} kB"


def value_text(value: object) -> str:
    """Write a setting short enough to compare: four digits of a number; config.yaml in the run has all of them."""
    if isinstance(value, float):
        return f"{value:.4g}"
    return printable(value if isinstance(value, str) else json.dumps(value))


def one_line(text: str) -> str:
    """Join the lines of `text` for a log, where one event is one line."""
    return " | ".join(line.strip() for line in text.splitlines() if line.strip())


def option_path(path: Path) -> str:
    """Quote `path` as it can be pasted behind an option that takes a path, which expands `~` and `$`."""
    return shell_path(Path(unexpanded(str(path)))) if "$" in str(path) else shell_path(path)


def shell_path(path: Path) -> str:
    """Quote `path` as it can be pasted into a shell."""
    return shlex.quote(printable(str(path)))
