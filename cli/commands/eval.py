"""`mnistcnn eval`: how good a trained network is, and where it is wrong."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from mnistcnn.errors import BelowAccuracyError, DataError, UsageError

from ..quiet_tensorflow import starting_tensorflow

if TYPE_CHECKING:
    from mnistcnn.config.schema import DataConfig
    from mnistcnn.data.dataset import Dataset
    from mnistcnn.evaluation.assessment import Assessment
    from mnistcnn.runs.directory import Run

    from ..rendering.console import Console

Split = Literal["test", "validation", "train"]
Source = Literal["auto", "mnist", "digits", "idx"]

RunArgument = Annotated[str, typer.Argument(metavar="RUN", help="Path of a run, or its name in --log-dir.")]
Checkpoint = Annotated[
    str, typer.Option("--checkpoint", metavar="best|last|STEP", help="Which of the run's saved weights.")
]
Model = Annotated[Path | None, typer.Option("--model", metavar="FILE", help="An exported file, in place of a run.")]
SplitOption = Annotated[Split, typer.Option("--split", help="Which images.")]
SourceOption = Annotated[
    Source | None, typer.Option("--data", help="Other data than the run's own, as `data.source`; it is said.")
]
DataDir = Annotated[
    Path | None, typer.Option("--data-dir", metavar="DIR", help="Where the data is now, as `data.dir`.")
]
LogDir = Annotated[Path, typer.Option("--log-dir", metavar="DIR", help="Folder that holds the runs.")]
MinAccuracy = Annotated[
    float | None,
    typer.Option("--min-accuracy", metavar="X", help="Exit with 7 below this fraction, such as 0.98."),
]
Mistakes = Annotated[int, typer.Option("--mistakes", metavar="N", min=0, help="Show the N most confident mistakes.")]
Json = Annotated[bool, typer.Option("--json", metavar="", help="One JSON object on standard output.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", metavar="", help="No progress, only results and warnings.")]


def evaluate(
    run: RunArgument = "latest",
    checkpoint: Checkpoint = "best",
    model: Model = None,
    split: SplitOption = "test",
    source: SourceOption = None,
    data_dir: DataDir = None,
    log_dir: LogDir = Path("runs"),
    min_accuracy: MinAccuracy = None,
    mistakes: Mistakes = 6,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Measure a trained network: accuracy, loss, classes, confusions, calibration, worst mistakes.

    The figures are also written into the run, or beside the file: eval-test.json and predictions-test.csv.
    """
    from ..rendering.console import open_console

    _check_fraction(min_accuracy)
    target = _find_run(run, log_dir, checkpoint) if model is None else _find_file(model, run, checkpoint)
    config = _data_config(target, source, data_dir)
    with open_console(as_json=as_json, quiet=quiet) as console:
        dataset = _load_data(config, split, console)
        console.phase("starting TensorFlow")
        with starting_tensorflow():
            from mnistcnn.evaluation.assessment import assess_file, assess_run
        console.phase(f"evaluating {len(dataset.splits()[split]):,} images")
        if isinstance(target, Path):
            assessment = assess_file(target, dataset, split, mistakes)
        else:
            assessment = assess_run(target, checkpoint, dataset, split, mistakes)
    _report(assessment, target, dataset, as_json=as_json)
    if min_accuracy is not None and assessment.accuracy < min_accuracy:
        raise _below(assessment, min_accuracy)


def _check_fraction(min_accuracy: float | None) -> None:
    if min_accuracy is None or 0 <= min_accuracy <= 1:
        return
    percent = math.isfinite(min_accuracy) and 1 < min_accuracy <= 100
    hint = f"; for {min_accuracy:g} %: --min-accuracy {min_accuracy / 100:g}" if percent else ""
    raise UsageError(f"--min-accuracy {min_accuracy:g}: a fraction between 0 and 1 is needed{hint}")


def _find_run(run: str, log_dir: Path, checkpoint: str) -> Run:
    from mnistcnn.runs.directory import open_run

    opened = open_run(run, log_dir)
    opened.checkpoints().find(checkpoint)  # A mistyped step is told now, not after TensorFlow has started.
    return opened


def _find_file(model: Path, run: str, checkpoint: str) -> Path:
    from mnistcnn.export.formats import format_of

    if (run, checkpoint) != ("latest", "best"):
        raise UsageError(f"--model {model}: a file is of one run and one checkpoint: leave out RUN and --checkpoint")
    if lack := format_of(model).lacks(verify=True):
        raise UsageError(f"{model}: {lack}")
    return model


def _data_config(target: Run | Path, source: Source | None, directory: Path | None) -> DataConfig:
    from mnistcnn.export.metadata import read_metadata
    from mnistcnn.runs.data import file_data_config, run_data_config

    if isinstance(target, Path):
        return file_data_config(read_metadata(target).data_source, source, directory)
    return run_data_config(target, source, directory)


def _load_data(config: DataConfig, split: Split, console: Console) -> Dataset:
    """Load the data, and say more than usual where it is not to be had."""
    from mnistcnn.data.sources import load_dataset

    if split == "test":
        # The test split is the same for every size, and other data may have less than 5,000 images to spare.
        config = config.model_copy(update={"validation_size": 0})
    console.phase("loading the data")
    try:
        return load_dataset(config, console)
    except DataError as error:
        hint = "If the data is elsewhere now: --data-dir DIR. To evaluate on other data: --data SOURCE."
        raise DataError(f"{error}\n{hint}") from error


def _report(assessment: Assessment, target: Run | Path, dataset: Dataset, *, as_json: bool) -> None:
    """Write the files, say what is to be said, and show the results."""
    from ..rendering.evaluation_view import show_assessment, warn

    warnings = list(_data_warnings(assessment, dataset))
    written: list[Path] = []
    directory, prefix = (target.parent, f"{target.name}-") if isinstance(target, Path) else (target.path, "")
    try:
        written = assessment.write(directory, prefix)
    except OSError as error:
        warnings.append(f"{directory}: the results were not written: {error.strerror or error}")
    for warning in warnings:
        warn(warning)
    if as_json:
        record = {**assessment.record(), "warnings": warnings, "written": [str(path) for path in written]}
        sys.stdout.write(json.dumps(record, allow_nan=False) + "\n")
    else:
        show_assessment(assessment, written)
    sys.stdout.flush()


def _data_warnings(assessment: Assessment, dataset: Dataset) -> Iterator[str]:
    if dataset.warning:
        yield dataset.warning
    if assessment.is_foreign:
        provenance = assessment.provenance
        yield (
            f"other data: {provenance.run} learned from {provenance.trained_on}, and this evaluates it on "
            f"{assessment.data}, {assessment.origin}: the checksums differ, and these figures are not the run's own"
        )


def _below(assessment: Assessment, min_accuracy: float) -> BelowAccuracyError:
    from ..rendering.evaluation_view import data_label

    provenance = assessment.provenance
    return BelowAccuracyError(
        f"{provenance.run}, checkpoint {provenance.checkpoint} (step {provenance.step:,}): {assessment.split} accuracy "
        f"{assessment.accuracy!r} ({data_label(assessment)}) is below --min-accuracy {min_accuracy!r}: "
        f"{assessment.errors:,} errors of {len(assessment.examples):,}"
    )
