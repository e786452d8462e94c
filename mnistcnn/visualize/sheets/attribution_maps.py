"""Why the network predicts what it predicts: the evidence in the pixels for the winner and for the runner-up."""

from __future__ import annotations

import numpy as np

from ..analysis.attribution import WINDOW, integrated_gradients, occlusion
from ..drawing.sheet import Sheet
from ..drawing.style import INK, SMALL_SIZE, Scale, signed_scale
from ..drawing.text_drawing import number, wrap
from ..picture_source import Floats, PictureSource
from .words import words

_ZOOM, _GAP, _TOP, _BELOW = 11, 34, 32, 38


def attribution_sheet(source: PictureSource) -> Sheet:
    """The digit, and for the two likeliest classes integrated gradients and occlusion."""
    image, logits = source.digit.image, source.activations["fc2"]
    paper = source.network(np.zeros((1, 28, 28, 1), np.float32)).numpy()[0]
    classes = [int(digit) for digit in np.argsort(-logits, kind="stable")[:2]]
    gradients = np.stack([integrated_gradients(source.network, image, digit) for digit in classes])
    drops = np.moveaxis(occlusion(source.network, image)[..., classes], -1, 0)
    scales = [INK, signed_scale(gradients, "share of the logit"), signed_scale(drops, "fall of the logit")]
    said = words(source, "attribution", f"{classes[0]} against {classes[1]}: 28 × 28 attributions each",
                 winner=classes[0], second=classes[1], window=WINDOW)  # fmt: skip
    side, pitch = 28 * _ZOOM, 28 * _ZOOM + _GAP
    sheet = Sheet(3 * pitch - _GAP, 2 * (side + _TOP + _BELOW), said, source.theme, scales)
    sheet.text(0, _TOP - 14, source.digit.name, bold=True)
    sheet.array(0, _TOP, image, INK, _ZOOM, frame=True)
    for row, digit in enumerate(classes):
        y = _TOP + row * (side + _TOP + _BELOW)
        gain = float(logits[digit] - paper[digit])
        total = (
            f"they add up to {number(gradients[row].sum())}; from paper to digit the logit changes by {number(gain)}"
        )
        _draw(sheet, pitch, y, f"integrated gradients for {digit}", gradients[row], scales[1])
        for line, text in enumerate(wrap(total, side, SMALL_SIZE)):
            sheet.text(pitch, y + side + 12 + 16 * line, text, SMALL_SIZE, faint=True)
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
