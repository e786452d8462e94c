"""Units that do nothing, and units that do the same as another."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from ..drawing.sheet import Sheet
from ..drawing.style import LABEL_SIZE, SMALL_SIZE, Scale
from ..drawing.text_drawing import wrap
from ..picture_source import REFERENCE_IMAGES, Floats, PictureSource
from .words import plural, words

DUPLICATE = 0.95
"""Units whose activations correlate at least so much are near-duplicates."""
_SIDE = 448
_MARGIN, _TOP = 28, 42  # for the numbers of the units
_MOST = 128  # units in one matrix
_LABELS = 16  # of them that are numbered


def correlation_sheet(source: PictureSource) -> Sheet:
    """How alike the units of conv1, conv2 and fc1 are, and which are dead."""
    scale = Scale("signed", 1.0, "correlation", f"of activations over {REFERENCE_IMAGES} test images")
    correlations = {layer: correlation(source.reference[layer]) for layer in ("conv1", "conv2", "fc1")}
    shape = ", ".join(f"{layer}: {int(source.dead(layer).sum())} dead" for layer in correlations)
    said = words(source, "correlation", f"{shape}; near-duplicates correlate at {DUPLICATE} or more", digit=False)
    findings = [_findings(layer, matrix, source.dead(layer)) for layer, matrix in correlations.items()]
    width = 2 * (_MARGIN + _SIDE) + 30
    lines = [line for finding in findings for line in wrap(finding, width, LABEL_SIZE)]
    sheet = Sheet(width, _SIDE + _TOP + 28 + 17 * len(lines), said, source.theme, [scale])
    for number, layer in enumerate(("conv1", "conv2")):
        _draw_matrix(sheet, number * (_MARGIN + _SIDE + 30), layer, correlations[layer], scale)
    for number, line in enumerate(lines):
        sheet.text(0, _SIDE + _TOP + 24 + 17 * number, line)
    sheet.arrays = {f"{layer}/correlation": correlations[layer] for layer in ("conv1", "conv2")}
    sheet.arrays |= {f"{layer}/dead": np.flatnonzero(source.dead(layer)) for layer in correlations}
    return sheet


def correlation(activations: Floats) -> Floats:
    """Pearson's correlation of every two units over all images and places; NaN for a unit that never changes.

    Args:
        activations: [..., units].

    Returns:
        [units, units].
    """
    values = activations.reshape(-1, activations.shape[-1])
    centred = values - values.mean(axis=0)
    # Of so narrow a product, OpenBLAS' threads mostly wait for each other: two took twenty times the processor time.
    with threadpool_limits(1):
        covariance = centred.T @ centred
    spread = np.sqrt(np.square(centred).sum(axis=0))
    spread[spread == 0] = np.nan
    matrix = covariance / (spread[:, np.newaxis] * spread)
    return np.asarray(np.clip(matrix, -1, 1), np.float32)


def duplicates(matrix: Floats) -> list[tuple[int, int]]:
    """The pairs of near-duplicates, the most alike first."""
    rows, columns = np.triu_indices(len(matrix), 1)
    alike: NDArray[np.bool_] = matrix[rows, columns] >= DUPLICATE
    pairs = sorted(zip(rows[alike], columns[alike], strict=True), key=lambda pair: -float(matrix[pair]))
    return [(int(a), int(b)) for a, b in pairs]


def _draw_matrix(sheet: Sheet, x: int, layer: str, matrix: Floats, scale: Scale) -> None:
    shown = matrix[:_MOST, :_MOST].copy()
    zoom = max(1, _SIDE // len(shown))
    left, top = x + _MARGIN, _TOP
    sheet.text(left, 10, f"{layer}: unit against unit", bold=True)
    sheet.array(left, top, shown, scale, zoom, frame=True)
    for unit in range(0, len(shown), max(1, len(shown) // _LABELS)):
        centre = unit * zoom + zoom / 2
        sheet.text(left + centre, top - 9, str(unit), SMALL_SIZE, align="center", faint=True)
        sheet.text(left - 6, top + centre, str(unit), SMALL_SIZE, align="right", faint=True)
    for a, b in duplicates(matrix):
        if b < _MOST:
            sheet.box(left + b * zoom, top + a * zoom, zoom, zoom, sheet.theme.text)


def _findings(layer: str, matrix: Floats, dead: NDArray[np.bool_]) -> str:
    gone, pairs = np.flatnonzero(dead), duplicates(matrix)
    dead_text = f"{plural(len(gone), 'dead unit')} of {len(dead):,}" + (f" ({_listed(gone)})" if len(gone) else "")
    alike = ", ".join(f"{a} and {b} ({matrix[a, b]:.2f})" for a, b in pairs[:6]) + (" …" if len(pairs) > 6 else "")
    return f"{layer}: {dead_text}; {plural(len(pairs), 'near-duplicate pair')}" + (f": {alike}" if pairs else "")


def _listed(units: NDArray[np.int64], most: int = 12) -> str:
    return ", ".join(map(str, units[:most])) + (" …" if len(units) > most else "")
