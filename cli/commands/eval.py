"""`mnistcnn eval`: how good a trained network is, and where it is wrong."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from mnistcnn.errors import BelowAccuracyError, UsageError

from .. import options
from ..help import examples
from ..loading import find_run, load_data, start_tensorflow
from ..paths import expanded

if TYPE_CHECKING:
    from mnistcnn.config.data_sources import DataSource
    from mnistcnn.config.schema import DataConfig
    from mnistcnn.data.dataset import Dataset
    from mnistcnn.evaluation.assessment import Assessment
    from mnistcnn.runs.directory import Run


def _fraction(text: str) -> float:
    """Read `0.98` or `98%`; in decimal, so that both are the same number."""
    from decimal import Decimal

    number = text.strip().removesuffix("%")
    is_percent = number != text.strip()
    try:
        value = float(Decimal(number) / 100 if is_percent else Decimal(number))
    except (ArithmeticError, ValueError):  # No number, one beyond all exponents, or a signalling NaN.
        raise UsageError(f"--min-accuracy {text}: expected a fraction such as 0.98, or 98%") from None
    if 0 <= value <= 1:
        return value
    hint = f"; for {value:g} %: --min-accuracy {number}%" if 1 < value <= 100 and not is_percent else ""
    raise UsageError(f"--min-accuracy {text}: a fraction between 0 and 1 is needed{hint}")


EXAMPLES = examples(
    ("mnistcnn eval", "the latest run, on its own test images"),
    ("mnistcnn eval --min-accuracy 98%", "fail in a script if the network is worse"),
    ("mnistcnn eval --model runs/one/export/model.onnx", "an exported file"),
)

Model = Annotated[
    Path | None,
    typer.Option("--model", metavar="FILE", callback=expanded, help="Evaluate an exported file instead of a run."),
]
Split = Annotated[
    Literal["test", "validation", "train"],
    typer.Option("--split", metavar="SPLIT", help="Images to evaluate: test, validation or train."),
]
MinAccuracy = Annotated[
    float | None,
    typer.Option(
        "--min-accuracy",
        metavar="X",
        parser=_fraction,
        help="Exit with code 7 below this accuracy, such as 0.98 or 98%.",
    ),
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
    """Measure a network: accuracy, classes, calibration, mistakes.

    The results are also written into the run, or beside the file, as eval-test.json and predictions-test.csv.
    """
    from mnistcnn.runs.data import config_for_split

    from ..rendering.console import open_console

    target = find_run(run, log_dir, checkpoint) if model is None else _find_file(model, run, checkpoint)
    config = config_for_split(_data_config(target, source, data_dir), split)
    with open_console(as_json=as_json, quiet=quiet) as console:
        dataset = load_data(config, console, advice=_ELSEWHERE)
        start_tensorflow(console)
        from mnistcnn.evaluation.assessment import assess_file, assess_run

        console.phase(f"evaluating {len(dataset.splits()[split]):,} images")
        if isinstance(target, Path):
            assessment = assess_file(target, dataset, split, mistakes)
        else:
            assessment = assess_run(target, checkpoint, dataset, split, mistakes)
    _report(assessment, target, dataset, as_json=as_json)
    if min_accuracy is not None and assessment.accuracy < min_accuracy:
        raise _below(assessment, min_accuracy)


def _find_file(model: Path, run: str, checkpoint: str) -> Path:
    from mnistcnn.export.formats import format_of

    if (run, checkpoint) != ("latest", "best"):
        raise UsageError(f"--model {model}: a file is of one run and one checkpoint: leave out RUN and --checkpoint")
    if lack := format_of(model).lacks(verify=True):
        raise UsageError(f"{model}: {lack}")
    return model


def _data_config(target: Run | Path, source: DataSource | None, data_dir: Path | None) -> DataConfig:
    from mnistcnn.export.metadata import read_metadata
    from mnistcnn.runs.data import file_data_config, run_data_config

    if isinstance(target, Path):
        metadata = read_metadata(target)
        return file_data_config(metadata.data_source, source, data_dir, transpose=metadata.data_transpose)
    return run_data_config(target, source, data_dir)


def _report(assessment: Assessment, target: Run | Path, dataset: Dataset, *, as_json: bool) -> None:
    """Write the files, and show the warnings and the results."""
    from mnistcnn.runs.chance import find_shortfall
    from mnistcnn.runs.directory import Run

    from ..rendering.evaluation_view import data_warnings, show_assessment
    from ..rendering.messages import show_warning
    from ..rendering.ndjson import write_record

    warnings = data_warnings(assessment, dataset)
    if isinstance(target, Run) and (shortfall := find_shortfall(target, assessment.provenance.step)):
        warnings.append(f"{target.path}: {shortfall}")
    if assessment.lack:
        warnings.append(f"{assessment.provenance.run}: {assessment.lack}")
    written: list[Path] = []
    if isinstance(target, Path):
        named = target if target.name not in ("", "..") else Path(os.path.abspath(target))  # noqa: PTH100 (keeps links)
        directory, prefix = named.parent, f"{named.name}-"
    else:
        directory, prefix = target.path, ""
    try:
        written = assessment.write(directory, prefix)
    except OSError as error:
        warnings.append(f"{directory}: the results were not written: {error.strerror or error}")
    for warning in warnings:
        show_warning(*warning.splitlines())
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
