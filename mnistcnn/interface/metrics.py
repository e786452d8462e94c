"""`metrics.csv` of a run as an array with named columns."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import files
from ..errors import RunError
from ..runs.metrics_file import Metrics, examine_metrics

METRICS = np.dtype(
    [
        ("step", np.int64),
        ("split", "U10"),
        ("data", "U64"),
        ("examples", np.int64),
        ("loss", np.float64),
        ("accuracy", np.float64),
        ("learning_rate", np.float64),
    ]
)
"""The columns of `mnistcnn.runs.metrics_file`; the learning rate of an evaluation is NaN."""


def metrics_array(path: Path) -> NDArray[np.void]:
    """Read a `metrics.csv`.

    Returns:
        [rows], of the type `METRICS`; empty before the first row is written.

    Warns:
        UserWarning: for damaged lines, which are left out.

    Raises:
        RunError: it is damaged as a whole, or cannot be read.
    """
    try:
        metrics = examine_metrics(path) if files.exists(path) else Metrics(path)
    except OSError as error:
        raise RunError(f"{path}: cannot be read: {error.strerror or error}") from error
    if metrics.warning is not None:
        warnings.warn(metrics.warning, stacklevel=3)  # Where `Run.metrics` was called.
    return np.array([_row(row) for row in metrics.rows], METRICS)


def _row(row: dict[str, str]) -> tuple[Any, ...]:
    numbers = (float(row["loss"]), float(row["accuracy"]), float(row["learning_rate"] or "nan"))
    return (int(row["step"]), row["split"], row["data"], int(row["examples"]), *numbers)
