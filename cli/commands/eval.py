"""`mnistcnn eval`: how good a trained network is, and where it is wrong."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from mnistcnn.errors import BelowAccuracyError, UsageError

from .. import options
from ..loading import find_run, load_data, start_tensorflow

if TYPE_CHECKING:
    from mnistcnn.config.data_sources import DataSource
    from mnistcnn.config.schema import DataConfig
    from mnistcnn.evaluation.assessment import Assessment
    from mnistcnn.runs.directory import Run

Model = Annotated[
    Path | None, typer.Option("--model", metavar="FILE", help="Evaluate an exported file instead of a run.")
]
Split = Annotated[Literal["test", "validation", "train"], typer.Option("--split", help="Which images.")]
MinAccuracy = Annotated[
    float | None,
    typer.Option("--min-accuracy", metavar="X", help="Exit with code 7 below this fraction, such as 0.98."),
]
Mistakes = Annotated[int, typer.Option("--mistakes", metavar="N", min=0, help="Show the N most confident mistakes.")]

_ELSEWHERE = "If the data is elsewhere now: --data-dir DIR. To evaluate on other data: --data SOURCE."


def evaluate(
    run: options.Run = "latest",
    checkpoint: options.Checkpoint = "best",
    model: Model = None,
    split: Split = "test",
    source: options.OtherData = None,
    data_dir: options.DataDir = None,
    log_dir: options.LogDir = Path("runs"),
    min_accuracy: MinAccuracy = None,
    mistakes: Mistakes = 6,
    as_json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Measure a trained network: accuracy, loss, classes, confusions, calibration, worst mistakes.

    Without `--data` and `--data-dir`, the data is the run's own. The figures are also written into the run, or beside
    the file: eval-test.json and predictions-test.csv.
    """
    from ..rendering.console import open_console

    _check_fraction(min_accuracy)
    target = find_run(run, log_dir, checkpoint) if model is None else _find_file(model, run, checkpoint)
    config = _data_config(target, source, data_dir)
    if split == "test":
        # The test split is the same for every size, and other data may have less than 5,000 images to spare.
        config = config.model_copy(update={"validation_size": 0})
    with open_console(as_json=as_json, quiet=quiet) as console:
        dataset = load_data(config, console, advice=_ELSEWHERE)
        start_tensorflow(console)
        from mnistcnn.evaluation.assessment import assess_file, assess_run

        console.phase(f"evaluating {len(dataset.splits()[split]):,} images")
        if isinstance(target, Path):
            assessment = assess_file(target, dataset, split, mistakes)
        else:
            assessment = assess_run(target, checkpoint, dataset, split, mistakes)
    _report(assessment, target, dataset.warning, as_json=as_json)
    if min_accuracy is not None and assessment.accuracy < min_accuracy:
        raise _below(assessment, min_accuracy)


def _check_fraction(min_accuracy: float | None) -> None:
    if min_accuracy is None or 0 <= min_accuracy <= 1:
        return
    percent = math.isfinite(min_accuracy) and 1 < min_accuracy <= 100
    hint = f"; for {min_accuracy:g} %: --min-accuracy {min_accuracy / 100:g}" if percent else ""
    raise UsageError(f"--min-accuracy {min_accuracy:g}: a fraction between 0 and 1 is needed{hint}")


def _find_file(model: Path, run: str, checkpoint: str) -> Path:
    from mnistcnn.export.formats import format_of

    if (run, checkpoint) != ("latest", "best"):
        raise UsageError(f"--model {model}: a file is of one run and one checkpoint: leave out RUN and --checkpoint")
    if missing := format_of(model).missing(verify=True):
        extra = format_of(model).extra
        raise UsageError(f"{model}: needs {', '.join(missing)}; install with: pip install 'mnistcnn[{extra}]'")
    return model


def _data_config(target: Run | Path, source: DataSource | None, data_dir: Path | None) -> DataConfig:
    from mnistcnn.export.metadata import read_metadata
    from mnistcnn.runs.data import file_data_config, run_data_config

    if isinstance(target, Path):
        return file_data_config(read_metadata(target).data_source, source, data_dir)
    return run_data_config(target, source, data_dir)


def _report(assessment: Assessment, target: Run | Path, data_warning: str | None, *, as_json: bool) -> None:
    """Write the files, and show the warnings and the results."""
    from ..rendering.evaluation_view import data_warnings, show_assessment
    from ..rendering.messages import show_warning
    from ..rendering.ndjson import write_record

    warnings = data_warnings(assessment, data_warning)
    written: list[Path] = []
    directory, prefix = (target.parent, f"{target.name}-") if isinstance(target, Path) else (target.path, "")
    try:
        written = assessment.write(directory, prefix)
    except OSError as error:
        warnings.append(f"{directory}: the results were not written: {error.strerror or error}")
    for warning in warnings:
        show_warning(warning)
    if as_json:
        write_record({**assessment.record(), "warnings": warnings, "written": written})
    else:
        show_assessment(assessment, written)


def _below(assessment: Assessment, min_accuracy: float) -> BelowAccuracyError:
    from ..rendering.evaluation_view import data_label

    provenance = assessment.provenance
    return BelowAccuracyError(
        f"{provenance.run}, checkpoint {provenance.checkpoint} (step {provenance.step:,}): {assessment.split} accuracy "
        f"{assessment.accuracy!r} ({data_label(assessment)}) is below --min-accuracy {min_accuracy!r}: "
        f"{assessment.errors:,} errors of {len(assessment.examples):,}"
    )
