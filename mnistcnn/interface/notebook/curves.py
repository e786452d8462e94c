"""Curves of a run as SVG: small enough to be sent twice a second, in colours for light and dark notebooks.

By hand, because Matplotlib would take a tenth of a second of the processor for each, which the training needs.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from html import escape

Point = tuple[int, float]

_WIDTH, _HEIGHT = 330, 150  # Of a panel, in units of the SVG.
_LEFT, _TOP, _BOTTOM = 54, 24, 22
_MOST_POINTS = 200
_BLUE, _ORANGE = "#3987c9", "#e07b20"


def curves_svg(losses: Sequence[Point], test_errors: Sequence[Point], steps: int, data: str) -> str:
    """Draw the loss and the test error over the steps, both on logarithmic scales.

    Args:
        losses: (step, nats), by step.
        test_errors: (step, fraction), by step.
        steps: of the whole run, where the axis ends.
        data: the name of the data.

    Returns:
        An `<svg>` element; empty before there is anything to draw.
    """
    panels = [
        _panel("loss", losses, steps, _BLUE, lambda loss: f"{loss:.3g}"),
        _panel(f"test error on {data}", test_errors, steps, _ORANGE, lambda error: f"{100 * error:.3g} %"),
    ]
    drawn = [panel for panel in panels if panel]
    if not drawn:
        return ""
    width = len(drawn) * _WIDTH
    body = "".join(f'<g transform="translate({place * _WIDTH} 0)">{panel}</g>' for place, panel in enumerate(drawn))
    style = f"width: 100%; max-width: {width}px; font: 11px system-ui, sans-serif"
    return (
        f'<svg viewBox="0 0 {width} {_HEIGHT}" role="img" aria-label="Curves of the run" style="{style}">{body}</svg>'
    )


def _panel(title: str, points: Sequence[Point], steps: int, colour: str, label: Callable[[float], str]) -> str:
    """One curve with its range at the left and its steps below; empty without two points."""
    known = _thinned([(step, value) for step, value in points if math.isfinite(value)])
    if len(known) < 2:
        return ""
    least = min((value for _, value in known if value > 0), default=1.0) / 2  # Where an error of 0 is drawn.
    values = [max(value, least) for _, value in known]
    low, high = min(values), max(values)
    places = " ".join(
        f"{_x(step, steps):.1f},{_y(value, low, high):.1f}" for (step, _), value in zip(known, values, strict=True)
    )
    ends: list[tuple[float, float, str, str]] = [
        (_LEFT, _HEIGHT - 6, "start", "0"),
        (_WIDTH - 12, _HEIGHT - 6, "end", f"{steps:,} steps"),
        *((_LEFT - 6, _y(value, low, high) + 4, "end", label(value)) for value in dict.fromkeys((low, high))),
    ]
    return (
        f'<text x="{_LEFT}" y="12" fill="currentColor">{escape(title)} (log scale)</text>'
        f'<path d="M{_LEFT} {_TOP}V{_HEIGHT - _BOTTOM}H{_WIDTH - 12}" fill="none" stroke="currentColor" opacity=".4"/>'
        f'<polyline points="{places}" fill="none" stroke="{colour}" stroke-width="1.8" stroke-linejoin="round"/>'
        + "".join(_text(*end) for end in ends)
    )


def _text(x: float, y: float, anchor: str, text: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="currentColor" opacity=".65">{text}</text>'


def _x(step: int, steps: int) -> float:
    return _LEFT + min(step / max(steps, 1), 1) * (_WIDTH - 12 - _LEFT)


def _y(value: float, low: float, high: float) -> float:
    share = (math.log(high) - math.log(value)) / (math.log(high) - math.log(low)) if high > low else 0.5
    return _TOP + share * (_HEIGHT - _BOTTOM - _TOP)


def _thinned(points: Sequence[Point]) -> list[Point]:
    """Few enough points for a small picture: each is the mean of those that it stands for, at the last one's step."""
    size = math.ceil(len(points) / _MOST_POINTS) or 1
    groups = (points[start : start + size] for start in range(0, len(points), size))
    return [(group[-1][0], math.fsum(value for _, value in group) / len(group)) for group in groups]
