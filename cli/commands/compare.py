"""`mnistcnn compare`: two networks on the same images."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mnistcnn import files
from mnistcnn.errors import RunError

from .. import options
from ..completion import complete_runs
from ..help import examples
from ..loading import find_run, load_data, start_tensorflow
from ..paths import expanded
from .eval import Split

if TYPE_CHECKING:
    from mnistcnn.data.dataset import Dataset
    from mnistcnn.evaluation.comparison import Comparison
    from mnistcnn.runs.directory import Run

EXAMPLES = examples(
    ("mnistcnn compare first second", "two runs on the test images of the first"),
    ("mnistcnn compare first@200 first@best", "two checkpoints of one run"),
    ("mnistcnn compare first second --data idx --data-dir mine-idx/", "on your own handwriting"),
)

_FIRST_HELP = "Run, as a path, a name in --log-dir, or `latest`. RUN@STEP, RUN@best and RUN@last name a checkpoint."
_SECOND_HELP = "Another run, or another checkpoint of the same."
First = Annotated[str, typer.Argument(metavar="A", help=_FIRST_HELP, show_default=False, autocompletion=complete_runs)]
Second = Annotated[
    str, typer.Argument(metavar="B", help=_SECOND_HELP, show_default=False, autocompletion=complete_runs)
]
Out = Annotated[
    Path | None,
    typer.Option(
        "--out",
        metavar="DIR",
        callback=expanded,
        show_default="in run A, under comparisons/",
        help="Folder for the files.",
    ),
]
_ELSEWHERE = "If the data of run A is elsewhere now: --data-dir DIR. To compare on other data: --data SOURCE."


def compare(
    a: First,
    b: Second,
    split: Split = "test",
    source: options.OtherData = None,
    data_dir: options.DataDir = None,
    log_dir: options.LogDir = Path("runs"),
    out: Out = None,
    as_json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Compare two networks, image by image and unit by unit.

    Both read the images of run A. McNemar's exact test shows whether one is better, and units are matched by the
    correlation of their activations. Writes comparison.json, disagreements.csv, disagreements.png and units.csv.
    """
    from mnistcnn.runs.data import config_for_split, run_data_config

    from ..rendering.console import open_console

    targets = [_find(text, log_dir) for text in (a, b)]
    config = config_for_split(run_data_config(targets[0][0], source, data_dir), split)
    with open_console(as_json=as_json, quiet=quiet) as console:
        dataset = load_data(config, console, advice=_ELSEWHERE)
        start_tensorflow(console)
        from mnistcnn.evaluation.comparison import compare as compare_networks
        from mnistcnn.runs.trained import load_trained

        console.phase(f"comparing on {len(dataset.splits()[split]):,} images")
        # The second network computes on as many cores as the first, whatever its own run did.
        first, second = (load_trained(*target, own_threads=number == 0) for number, target in enumerate(targets))
        comparison = compare_networks(first, second, dataset, split)
    _report(comparison, dataset, targets[0][0], out, as_json=as_json)


def _find(text: str, log_dir: Path) -> tuple[Run, str]:
    """The run and the checkpoint that an argument names."""
    name, at, checkpoint = text.rpartition("@")
    is_run = any(files.exists(place / "manifest.json") for place in (Path(text), log_dir / text))
    if not at or is_run:
        name, checkpoint = text, "best"
    return find_run(name, log_dir, checkpoint), checkpoint


def _report(comparison: Comparison, dataset: Dataset, run: Run, out: Path | None, *, as_json: bool) -> None:
    """Write the files, and show the warnings and the results."""
    from ..rendering.comparison_view import show_comparison
    from ..rendering.evaluation_view import data_warnings
    from ..rendering.messages import show_warning
    from ..rendering.ndjson import write_record

    warnings = [*data_warnings(comparison.a, dataset), *data_warnings(comparison.b, dataset)]
    warnings = list(dict.fromkeys(warnings))
    written: list[Path] = []
    directory = out or run.path / "comparisons" / _folder(comparison)
    try:
        written = _write(comparison, directory)
    except OSError as error:
        problem = f"{directory}: the files were not written: {error.strerror or error}"
        if out is not None:
            raise RunError(problem) from error
        warnings.append(f"{problem}; choose another folder with --out")
    for warning in warnings:
        show_warning(*warning.splitlines())
    if as_json:
        write_record({**comparison.record(), "warnings": warnings, "written": written})
    else:
        show_comparison(comparison, written)


def _write(comparison: Comparison, directory: Path) -> list[Path]:

    from mnistcnn.visualize.sheets.disagreements import disagreements_png

    written = comparison.write(directory)
    path, picture = directory / "disagreements.png", disagreements_png(comparison)
    if picture is None:
        path.unlink(missing_ok=True)  # Of another comparison in this folder.
        return written
    files.write_atomically(path, picture)
    return [*written, path]


def _folder(comparison: Comparison) -> str:
    a, b = comparison.a.provenance, comparison.b.provenance
    return f"step-{a.step}-and-{b.run}-step-{b.step}"
