"""Exported files beside their network, as tables and as records."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from .tables import Listing, draw
from .text import count, percent, printable, size

if TYPE_CHECKING:
    from mnistcnn.data.dataset import Dataset
    from mnistcnn.export.exporting import Exported, ExportFailed, Exporting
    from mnistcnn.export.parity import Parity

_PARITY = ("format", "same", "max Δ", "mean Δ", "accuracy", "verdict")
_COST = ("format", "size", "1 image", "100 images")
_VERDICTS = {"verified": "green", "differs": "bold red", "unverified": "yellow"}


def phase_text(event: Exporting, dataset: Dataset | None) -> str:
    """Say what is being done to a format."""
    if event.stage == "write" or dataset is None:
        return f"writing {event.format}"
    return f"running {event.format} on {count(len(dataset.test))} images"


def export_record(done: Exported | ExportFailed) -> dict[str, object]:
    """Describe an exported file, or one that could not be made, as `export --json` does; see docs/serving.md."""
    from mnistcnn.export.exporting import ExportFailed

    if isinstance(done, ExportFailed):
        return {"event": "export_failed", **asdict(done)}
    return {"event": "exported", "path": done.path, **done.record, "parity": done.parity_record}


def show_exports(exported: Sequence[Exported], directory: Path) -> None:
    """Write the tables of parity and of cost to standard output, and where the files are."""
    proofs = [done.parity for done in exported if done.parity is not None]
    parity = [(done.format, *_figures(done.parity), done.verdict) for done in exported]
    title = _title(proofs[0] if proofs else None)
    cost = [(done.format, size(done.size), *_latency(done.parity)) for done in exported]
    draw(
        [
            Listing(title, _PARITY, parity, numbers=range(1, len(_PARITY) - 1), style=_style),
            Listing("Size, and time on this machine", _COST, cost, numbers=range(1, len(_COST)), style=_style),
        ]
    )
    for done in exported:
        sys.stdout.write(f"written: {printable(str(done.path))}\n")
    records = "export.json and parity.json" if proofs else "export.json"
    sys.stdout.write(f"records: {printable(str(directory / records))}\n")
    sys.stdout.flush()


def _title(proof: Parity | None) -> str:
    if proof is None:
        return "Exported, and not compared with the network"
    before = f"the network has {percent(proof.accuracy_before)}"
    return f"Beside the network, on {count(proof.images)} test images ({proof.data}): {before}"


def _figures(parity: Parity | None) -> tuple[str, ...]:
    """Format predictions that agree, logits' differences (their unit is a logit) and the file's accuracy."""
    if parity is None:
        return ("–",) * 4
    differences = (f"{value:.1e}" for value in (parity.largest_difference, parity.mean_difference))
    return (count(parity.same_predictions), *differences, percent(parity.accuracy_after))


def _latency(parity: Parity | None) -> tuple[str, str]:
    one, hundred = (None, None) if parity is None else (parity.latency_ms_1, parity.latency_ms_100)
    return _milliseconds(one), _milliseconds(hundred)


def _milliseconds(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f} ms"


def _style(_row: int, column: int, cell: str) -> str:
    return "bold" if column == 0 else _VERDICTS.get(cell, "")
