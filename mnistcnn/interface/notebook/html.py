"""The pieces that the live display and the summary are made of, in the colours of the notebook's theme."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

_CARD = "font: 14px system-ui, sans-serif; line-height: 1.5; max-width: 680px"
_HEAD = "display: flex; justify-content: space-between; gap: 1em; border-bottom: 1px solid #8886; margin-bottom: .5em"
_FAINT = "opacity: .65"
_LABEL = f"{_FAINT}; white-space: nowrap; vertical-align: top"
_CELL = "text-align: left; padding: 0 1.5em 0 0; border: none; background: none"
_WARNING = "border-left: 3px solid #d9a400; padding-left: .6em; margin: .5em 0; white-space: pre-line"


def card(title: str, remark: str, parts: Sequence[str]) -> str:
    """A title with a remark at its right, and parts below; these are HTML already."""
    head = f'<div style="{_HEAD}"><b>{escape(title)}</b><span style="{_FAINT}">{escape(remark)}</span></div>'
    return f'<div style="{_CARD}">{head}{"".join(parts)}</div>'


def table(rows: Sequence[Sequence[str]]) -> str:
    """Cells of text in rows; the first column is the labels."""
    lines = []
    for label, *cells in rows:
        row = "".join(f'<td style="{_CELL}">{escape(cell)}</td>' for cell in cells)
        lines.append(f'<tr style="background: none"><td style="{_CELL}; {_LABEL}">{escape(label)}</td>{row}</tr>')
    return f'<table style="border: none; margin: .3em 0">{"".join(lines)}</table>'


def bar(done: float, text: str) -> str:
    """A progress bar, `done` from 0 to 1, with a line of text below it."""
    percent = f"{100 * done:.1f}"
    inner = f'<div style="width: {percent}%; height: 100%; border-radius: 3px; background: #3987c9"></div>'
    outer = "height: 6px; border-radius: 3px; background: #8883"
    aria = f'role="progressbar" aria-valuemin="0" aria-valuemax="100" aria-valuenow="{percent}"'
    return f'<div {aria} style="{outer}">{inner}</div><div style="{_FAINT}">{escape(text)}</div>'


def line(text: str) -> str:
    """A line of small print."""
    return f'<div style="{_FAINT}">{escape(text)}</div>'


def warning(text: str) -> str:
    """A warning that stands out."""
    return f'<div style="{_WARNING}"><b>warning:</b> {escape(text)}</div>'


def commands(pairs: Sequence[tuple[str, str]]) -> str:
    """What to type next, and what for."""
    rows = "".join(
        f'<div><code>{escape(code)}</code> <span style="{_FAINT}"># {escape(purpose)}</span></div>'
        for code, purpose in pairs
    )
    return f'<div style="margin-top: .5em">{rows}</div>'


def percent(fraction: float | None) -> str:
    """`0.9821` as `98.21 %`; a dash for what is unknown."""
    return "–" if fraction is None else f"{100 * fraction:.2f} %"


def duration(seconds: float | None) -> str:
    """`83.4` as `1:23`, `5025` as `1:23:45`; unknown as `-:--`."""
    if seconds is None:
        return "-:--"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
