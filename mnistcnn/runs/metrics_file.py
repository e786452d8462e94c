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
import math
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from .. import files
from ..errors import RunError
from ..events import Evaluated, StepsDone

COLUMNS = ("step", "split", "data", "examples", "loss", "accuracy", "learning_rate")
_COUNTS = ("step", "examples")
_DIGITS = 15
"""Of a count, at most: so many fit into 64 bits."""


@dataclass(frozen=True)
class DamagedLine:
    """A line that is left out."""

    number: int
    """From 1, the line of the names."""
    problem: str
    step: int | None
    """None if that cannot be read."""


@dataclass(frozen=True)
class Metrics:
    """What a `metrics.csv` holds."""

    path: Path
    rows: tuple[dict[str, str], ...] = ()
    """With all of `COLUMNS`, and a number wherever one belongs."""
    damaged: tuple[DamagedLine, ...] = ()

    @property
    def warning(self) -> str | None:
        """Says which lines are left out; None if none is."""
        if not self.damaged:
            return None
        first, *others = self.damaged
        more = f", as are {len(others):,} more lines" if len(others) > 1 else ", as is 1 more line" if others else ""
        return f"{self.path}:{first.number}: {first.problem}; left out{more}"

    def until(self, step: int) -> Metrics:
        """Without what belongs to later steps."""
        rows = tuple(row for row in self.rows if int(row["step"]) <= step)
        return Metrics(self.path, rows, tuple(line for line in self.damaged if line.step is None or line.step <= step))


class MetricsFile:
    """Appends rows to a `metrics.csv`.

    Args:
        path: the file; made if it is missing.
        step: of the checkpoint that the run goes on from. Rows behind it are dropped, since they will be written
            again; all of them when there is none. If others are damaged, a copy of the whole file is kept.

    Raises:
        OSError: it cannot be written.
        RunError: the file is damaged as a whole.
    """

    def __init__(self, path: Path, step: int | None = None) -> None:
        kept = examine_metrics(path).until(step) if step is not None and path.exists() else Metrics(path)
        self.warning = kept.warning
        """Says which rows are lost; None if none is."""
        if self.warning is not None:
            copy = path.with_name(f"{path.name}.damaged")
            files.write_atomically(copy, path.read_bytes())
            self.warning += f"; the file as it was: {copy}"
        lines = [COLUMNS, *(tuple(row[column] for column in COLUMNS) for row in kept.rows)]
        files.write_atomically(path, "".join(_line(line) for line in lines).encode())
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
    """The rows of a `metrics.csv`, without damaged lines; raises what `examine_metrics` does."""
    return list(examine_metrics(path).rows)


def examine_metrics(path: Path) -> Metrics:
    """The rows of a `metrics.csv`, and which lines are damaged, such as a last one that is cut short.

    Raises:
        OSError: it cannot be read.
        RunError: the names of its columns are damaged.
    """
    text = path.read_text(encoding="utf-8", errors="backslashreplace")
    end = text.rfind("\n") + 1
    reader = csv.reader(io.StringIO(text[:end]))
    rows: list[dict[str, str]] = []
    damaged: list[DamagedLine] = []
    for line, row in _rows(path, reader):
        problem = _problem(row)
        if problem is None:
            rows.append(row)
        else:
            damaged.append(DamagedLine(line, problem, _count(row.get("step", ""))))
    if text[end:]:
        step, comma, _ = text[end:].partition(",")
        damaged.append(DamagedLine(reader.line_num + 1, "cut short", _count(step) if comma else None))
    return Metrics(path, tuple(rows), tuple(damaged))


def _rows(path: Path, reader: Any) -> Iterator[tuple[int, dict[str, str]]]:
    """Each row with the number of its line; a short one lacks its last columns."""
    try:
        names = next(reader, COLUMNS)
        if missing := [column for column in COLUMNS if column not in names]:
            raise RunError(
                f"{path}: damaged: its first line has no column {missing[0]}; repair it, or move the file away"
            )
        for row in reader:
            if row:
                yield reader.line_num, dict(zip(names, row, strict=False))
    except csv.Error as error:
        raise RunError(f"{path}:{reader.line_num}: damaged: {error}; repair it, or move the file away") from error


def _problem(row: dict[str, str]) -> str | None:
    """What is wrong with a row; None if nothing is."""
    if missing := [column for column in COLUMNS if column not in row]:
        return f"no {missing[0]}"
    for column in _COUNTS:
        if _count(row[column]) is None:
            return f"{column}: {row[column]!r} is not a whole number"
    if not _count(row["examples"]):
        return "examples: 0"
    for column in ("loss", "accuracy", "learning_rate"):
        try:
            number = float(row[column] or "0" if column == "learning_rate" else row[column])
        except ValueError:
            return f"{column}: {row[column]!r} is not a number"
        if not math.isfinite(number) or (column == "accuracy" and not 0 <= number <= 1):
            return f"{column}: {row[column]!r} is out of range"
    return None


def _count(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _DIGITS else None


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
            if problem := _problem(row):
                raise ValueError(problem)
            return last, row
    return last, None


def _line(row: tuple[str, ...]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerow(row)
    return buffer.getvalue()
