"""Why the network says what it says of the digit: which pixels speak for the winner, and which for the runner-up."""

from __future__ import annotations

import numpy as np

from ..analysis.attribution import WINDOW, integrated_gradients, occlusion
from ..drawing.sheet import Sheet
from ..drawing.style import INK, SMALL_SIZE, Scale, signed_scale
from ..picture_source import Floats, PictureSource
from .words import words

_ZOOM, _GAP, _TOP = 11, 34, 32


def attribution_sheet(source: PictureSource) -> Sheet:
    """The digit, and for the two likeliest classes integrated gradients and occlusion."""
    image, logits = source.digit.image, source.activations["fc2"]
    paper = source.network(np.zeros((1, 28, 28, 1), np.float32)).numpy()[0]
    classes = [int(digit) for digit in np.argsort(-logits, kind="stable")[:2]]
    gradients = np.stack([integrated_gradients(source.network, image, digit) for digit in classes])
    drops = np.stack([occlusion(source.network, image, digit) for digit in classes])
    scales = [INK, signed_scale(gradients, "share of the logit"), signed_scale(drops, "fall of the logit")]
    said = words(source, "attribution", f"{classes[0]} against {classes[1]}: 28 × 28 attributions each",
                 winner=classes[0], second=classes[1], window=WINDOW)  # fmt: skip
    side, pitch = 28 * _ZOOM, 28 * _ZOOM + _GAP
    sheet = Sheet(3 * pitch - _GAP, 2 * (side + _TOP + 22), said, source.theme, scales)
    sheet.text(0, _TOP - 14, source.digit.name, bold=True)
    sheet.array(0, _TOP, image, INK, _ZOOM, frame=True)
    for row, digit in enumerate(classes):
        y = _TOP + row * (side + _TOP + 22)
        gain = float(logits[digit] - paper[digit])
        total = f"their sum is {gradients[row].sum():.2f}; from paper to digit the logit rises by {gain:.2f}"
        _draw(sheet, pitch, y, f"integrated gradients for {digit}", gradients[row], scales[1])
        sheet.text(pitch, y + side + 12, total, SMALL_SIZE, faint=True)
        _draw(sheet, 2 * pitch, y, f"occlusion for {digit}", drops[row], scales[2])
    sheet.arrays = {
        "attribution/classes": np.array(classes),
        "attribution/integrated_gradients": gradients,
        "attribution/occlusion": drops,
    }
    return sheet


def _draw(sheet: Sheet, x: int, y: int, title: str, values: Floats, scale: Scale) -> None:
    sheet.text(x, y - 14, title, bold=True)
    sheet.array(x, y, values, scale, _ZOOM, frame=True)
