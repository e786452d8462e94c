"""What was exported as people read it: each file beside its network."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from .listing import Listing, draw
from .text import count, percent, printable, size

if TYPE_CHECKING:
    from mnistcnn.export.exporting import Exported
    from mnistcnn.export.parity import Parity

_HEADER = ("format", "same", "max Δ", "mean Δ", "accuracy", "size", "ms for 1", "for 100", "verdict")
_VERDICTS = {"verified": "green", "differs": "bold red", "unverified": "yellow"}


def show_exports(exported: Sequence[Exported], directory: Path) -> None:
    """Write the table of parity to standard output, and where the files are."""
    rows = [(done.format, *_figures(done.parity), size(done.size), *_latency(done)) for done in exported]
    proofs = [done.parity for done in exported if done.parity is not None]
    listing = Listing(_title(proofs[0] if proofs else None), _HEADER, rows, numbers=range(1, 8), style=_style)
    draw([listing])
    for done in exported:
        sys.stdout.write(f"written: {printable(str(done.path))}\n")
    records = "export.json and parity.json" if proofs else "export.json"
    sys.stdout.write(f"records: {printable(str(directory / records))}\n")
    sys.stdout.flush()


def _title(proof: Parity | None) -> str:
    if proof is None:
        return "Exported, and not compared with the network"
    before = f"the network has {percent(proof.accuracy_before)} right"
    return f"Each file beside its network, on {count(proof.images)} test images of {proof.data}: {before}"


def _figures(parity: Parity | None) -> tuple[str, ...]:
    """Format predictions that agree, logits' differences (their unit is a logit) and the file's accuracy."""
    if parity is None:
        return ("–",) * 4
    differences = (f"{value:.1e}" for value in (parity.largest_difference, parity.mean_difference))
    return (count(parity.same_predictions), *differences, percent(parity.accuracy_after))


def _latency(done: Exported) -> tuple[str, ...]:
    values = (None, None) if done.parity is None else (done.parity.latency_ms_1, done.parity.latency_ms_100)
    return (*("–" if value is None else f"{value:.2f}" for value in values), done.verdict)


def _style(_row: int, column: int, cell: str) -> str:
    return "bold" if column == 0 else _VERDICTS.get(cell, "")
