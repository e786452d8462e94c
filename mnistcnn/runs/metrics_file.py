"""`metrics.csv`: a row for each report and each evaluation of a run.

| column | of a report (`train`) | of an evaluation (`validation`, `test`) |
|---|---|---|
| step | steps done | steps done |
| split | train | validation or test |
| data | the name of the data | the name of the data |
| examples | images in one batch | images in the split |
| loss | mean since the last report, with dropout | mean, without dropout |
| accuracy | on the batch that comes next, without dropout | on the split |
| learning_rate | of the last step | empty |

There are no times in it: a run that was killed and resumed has the same file as one that was not.
Numbers are written so that reading them gives the same float64 again.
"""

from __future__ import annotations

import csv
import io
import os
from pathlib import Path
from typing import IO

from .. import files
from ..errors import RunError
from ..events import Evaluated, StepsDone

COLUMNS = ("step", "split", "data", "examples", "loss", "accuracy", "learning_rate")


class MetricsFile:
    """Appends rows to a `metrics.csv`.

    Args:
        path: the file; made if it is missing.
        step: of the checkpoint that the run goes on from. Rows behind it are dropped, since they will be written
            again; all of them when there is none.

    Raises:
        OSError: it cannot be written.
        RunError: rows that have to be kept are damaged.
    """

    def __init__(self, path: Path, step: int | None = None) -> None:
        rows_before = read_metrics(path) if step is not None and path.exists() else []
        try:
            kept = [row for row in rows_before if int(row["step"]) <= (step or 0)]
            rows = [COLUMNS, *(tuple(row[column] for column in COLUMNS) for row in kept)]
        except (KeyError, TypeError, ValueError) as error:
            raise RunError(
                f"{path}: damaged: {error!r}; repair it, or move it away to continue without its rows"
            ) from error
        files.write_atomically(path, "".join(_line(row) for row in rows).encode())
        self._file: IO[str] = path.open("a", encoding="utf-8", newline="")

    def append(self, event: StepsDone | Evaluated) -> None:
        """Add the row of an event; it is in the file, though perhaps not on the disk, when this returns."""
        if isinstance(event, StepsDone):
            split, learning_rate = "train", repr(event.learning_rate)
        else:
            split, learning_rate = event.split, ""
        numbers = (repr(event.loss), repr(event.accuracy), learning_rate)
        self._file.write(_line((str(event.step), split, event.data, str(event.examples), *numbers)))
        self._file.flush()

    def sync(self) -> None:
        """Wait until every row is on the disk."""
        os.fsync(self._file.fileno())

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def read_metrics(path: Path) -> list[dict[str, str]]:
    """The rows of a `metrics.csv`; a last line that a killed process left unfinished is not one.

    Raises:
        OSError: it cannot be read.
    """
    text = path.read_text(encoding="utf-8")
    whole = text[: text.rfind("\n") + 1]
    return list(csv.DictReader(io.StringIO(whole)))


def read_end(path: Path) -> tuple[int, dict[str, str] | None]:
    """The last step in a `metrics.csv`, and its last evaluation of the test split; reads no more rows than that takes.

    Raises:
        OSError: it cannot be read.
        KeyError, TypeError, ValueError: it is damaged.
    """
    text = path.read_text(encoding="utf-8")
    header, *lines = text[: text.rfind("\n") + 1].splitlines() or [""]
    rows = csv.DictReader(reversed(lines), fieldnames=header.split(","))
    last = 0
    for row in rows:
        last = max(last, int(row["step"]))
        if row["split"] == "test":
            return last, row
    return last, None


def _line(row: tuple[str, ...]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerow(row)
    return buffer.getvalue()
