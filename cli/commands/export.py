"""`mnistcnn export`: a trained network for other programs, proven to answer as it does."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mnistcnn.errors import DataError, ExportMismatchError

from ..quiet_tensorflow import quiet_stderr
from ..rendering.text import count

if TYPE_CHECKING:
    from mnistcnn.data.dataset import Dataset
    from mnistcnn.export.exporting import Exported, Exporting
    from mnistcnn.runs.directory import Run
    from mnistcnn.runs.trained import TrainedNetwork

    from ..rendering.console import Console

RunArgument = Annotated[str, typer.Argument(metavar="RUN", help="Path of a run, or its name in --log-dir.")]
FormatOption = Annotated[
    list[str],
    typer.Option(
        "--format",
        metavar="saved_model|keras|onnx|litert|litert-int8|numpy|c|c-int8|all",
        help="Which format; may be given repeatedly. `all` leaves out those whose packages or compiler are missing.",
    ),
]
Checkpoint = Annotated[
    str, typer.Option("--checkpoint", metavar="best|last|STEP", help="Which of the run's saved weights.")
]
Out = Annotated[Path | None, typer.Option("--out", metavar="DIR", help="Where to, instead of export/ in the run.")]
DataDir = Annotated[
    Path | None, typer.Option("--data-dir", metavar="DIR", help="Where the run's data is now, as `data.dir`.")
]
LogDir = Annotated[Path, typer.Option("--log-dir", metavar="DIR", help="Folder that holds the runs.")]
NoVerify = Annotated[
    bool, typer.Option("--no-verify", metavar="", help="Do not run the files on the test images; it is recorded.")
]
Overwrite = Annotated[bool, typer.Option("--overwrite", metavar="", help="Replace exports that are there.")]
Json = Annotated[bool, typer.Option("--json", metavar="", help="One JSON object per file on standard output.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", metavar="", help="No progress, only results and warnings.")]


def export(
    run: RunArgument = "latest",
    formats: FormatOption = ["all"],  # noqa: B006 (Typer reads it, and nobody changes it)
    checkpoint: Checkpoint = "best",
    out: Out = None,
    data_dir: DataDir = None,
    log_dir: LogDir = Path("runs"),
    no_verify: NoVerify = False,
    overwrite: Overwrite = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Write a trained network for other programs, and prove that each file answers as the network does.

    Every file is run by its own runtime, in a process of its own, on all test images of the run.
    """
    from mnistcnn.events import Warned
    from mnistcnn.export.directory import ExportDirectory
    from mnistcnn.export.formats import choose_formats
    from mnistcnn.runs.directory import open_run

    from ..rendering.console import open_console
    from ..rendering.export_view import show_exports

    opened = open_run(run, log_dir)
    opened.checkpoints().find(checkpoint)  # A mistyped step is told now, not after TensorFlow has started.
    chosen, left_out = choose_formats(formats, verify=not no_verify)
    directory = ExportDirectory(out or opened.path / "export")
    if not overwrite:
        directory.refuse_to_replace(chosen)
    with open_console(as_json=as_json, quiet=quiet) as console:
        for sentence in left_out:
            console.show(Warned(f"left out: {sentence}"))
        needs_data = not no_verify or any(not one.exact for one in chosen)
        dataset = _load_data(opened, data_dir, console) if needs_data else None
        console.phase("starting TensorFlow")
        with quiet_stderr():  # Its converters talk as well, all the way.
            from mnistcnn.export.exporting import Exported, export

            trained = _load(opened, checkpoint)
            exported = []
            for event in export(trained, chosen, directory, dataset, verify=not no_verify, overwrite=overwrite):
                if isinstance(event, Exported):
                    exported.append(event)
                    _write_record(event, as_json=as_json)
                else:
                    console.phase(_phase(event, dataset))
    if not as_json:
        show_exports(exported, directory.path)
    _raise_if_different(exported)


def _load_data(run: Run, directory: Path | None, console: Console) -> Dataset:
    """Load the run's own data, and say more than usual where it is not to be had."""
    from mnistcnn.data.sources import load_dataset
    from mnistcnn.runs.data import run_data_config

    console.phase("loading the data")
    try:
        return load_dataset(run_data_config(run, None, directory), console)
    except DataError as error:
        hint = "If the data is elsewhere now: --data-dir DIR. To export without any proof: --no-verify."
        raise DataError(f"{error}\n{hint}") from error


def _load(run: Run, checkpoint: str) -> TrainedNetwork:
    from mnistcnn.config.schema import load_config
    from mnistcnn.network.threads import limit_threads
    from mnistcnn.runs.trained import load_trained

    limit_threads(load_config(run.config_path).threads)
    return load_trained(run, checkpoint)


def _phase(event: Exporting, dataset: Dataset | None) -> str:
    if event.stage == "write" or dataset is None:
        return f"writing {event.format}"
    return f"running {event.format} on {count(len(dataset.test))} images"


def _write_record(done: Exported, *, as_json: bool) -> None:
    if not as_json:
        return
    record = {"event": "exported", "path": str(done.path), **done.record, "parity": done.parity_record}
    sys.stdout.write(json.dumps(record, allow_nan=False) + "\n")
    sys.stdout.flush()


def _raise_if_different(exported: list[Exported]) -> None:
    different = [done for done in exported if done.problems]
    if different:
        raise ExportMismatchError(
            "\n".join(
                [
                    f"{len(different)} of {len(exported)} exports do not answer as the network does",
                    *(f"{done.path}: {'; '.join(done.problems)}" for done in different),
                ]
            )
        )
