"""`mnistcnn export`: writes a trained network for other programs, and verifies each file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mnistcnn.network.quiet_tensorflow import quiet_stderr

from .. import options
from ..completion import complete_formats
from ..help import examples
from ..loading import find_run, load_own_data, start_tensorflow
from ..paths import expanded

if TYPE_CHECKING:
    from mnistcnn.data.dataset import Dataset
    from mnistcnn.export.directory import ExportDirectory
    from mnistcnn.export.exporting import Exported, ExportFailed
    from mnistcnn.export.formats import Format
    from mnistcnn.runs.directory import Run

    from ..rendering.console import Console


EXAMPLES = examples(
    ("mnistcnn export", "every format that this machine can write and verify"),
    ("mnistcnn export runs/one --format onnx --format litert", "two formats of one run"),
    ("mnistcnn export --format c --out firmware/", "one C file with the weights"),
)

Formats = Annotated[
    list[str],
    typer.Option(
        "--format",
        metavar="FORMAT",
        help="Format to write: saved_model, keras, onnx, litert, litert-int8, numpy, c, c-int8, or all that this "
        "machine has packages and a compiler for. Repeatable.",
        autocompletion=complete_formats,
    ),
]
Out = Annotated[
    Path | None,
    typer.Option(
        "--out", metavar="DIR", callback=expanded, help="Folder for the files.", show_default="export/ in the run"
    ),
]
NoVerify = Annotated[
    bool,
    typer.Option("--no-verify", metavar="", help="Do not run the files on the test images; the records mention it."),
]
Overwrite = Annotated[bool, typer.Option("--overwrite", metavar="", help="Replace existing exports.")]

_ELSEWHERE = "If the data is elsewhere now: --data-dir DIR. To export without verification: --no-verify."


def export(
    run: options.Run = "latest",
    formats: Formats = ["all"],  # noqa: B006 (Typer reads it, and nobody changes it)
    checkpoint: options.Checkpoint = "best",
    out: Out = None,
    data_dir: options.DataDir = None,
    log_dir: options.LogDir = Path("runs"),
    no_verify: NoVerify = False,
    overwrite: Overwrite = False,
    as_json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Write a network for other programs, and verify each file.

    Every file is run by its own runtime, in a separate process, on all test images of the run. Its predictions must be
    those of the network.
    """
    from mnistcnn.events import Warned
    from mnistcnn.export.directory import ExportDirectory
    from mnistcnn.export.formats import choose_formats

    from ..rendering.console import open_console
    from ..rendering.export_view import show_exports

    found = find_run(run, log_dir, checkpoint)
    chosen, left_out = choose_formats(formats, verify=not no_verify)
    directory = ExportDirectory(out or found.path / "export")
    directory.check_replaceable(chosen, overwrite=overwrite)
    with open_console(as_json=as_json, quiet=quiet) as console:
        for sentence in left_out:
            console.show(Warned(f"left out: {sentence}"))
        needs_data = not no_verify or any(not one.exact for one in chosen)
        dataset = load_own_data(found, data_dir, console, advice=_ELSEWHERE) if needs_data else None
        start_tensorflow(console)
        how = {"verify": not no_verify, "overwrite": overwrite}
        from mnistcnn.export.exporting import raise_for_problems

        exported, failed = _write(found, checkpoint, chosen, directory, dataset, console, as_json=as_json, **how)
    if exported and not as_json:
        show_exports(exported, directory.path)
    raise_for_problems(exported, failed)


def _write(
    run: Run,
    checkpoint: str,
    formats: list[Format],
    directory: ExportDirectory,
    dataset: Dataset | None,
    console: Console,
    *,
    verify: bool,
    overwrite: bool,
    as_json: bool,
) -> tuple[list[Exported], list[ExportFailed]]:
    """Write and verify every format; what became of each is shown or written at once."""
    from mnistcnn.events import Warned

    from ..rendering.export_view import export_record, phase_text
    from ..rendering.ndjson import write_record

    exported: list[Exported] = []
    failed: list[ExportFailed] = []
    with quiet_stderr():  # The converters write there from beginning to end.
        from mnistcnn.export.exporting import Exported, ExportFailed, Exporting, export
        from mnistcnn.runs.doubt import find_doubt
        from mnistcnn.runs.trained import load_trained

        trained = load_trained(run, checkpoint)
        known = find_doubt(trained, dataset)
        if known.lack:
            console.show(Warned(known.lack))
        for event in export(
            trained, formats, directory, dataset, doubt=known.doubt, verify=verify, overwrite=overwrite
        ):
            match event:
                case Exporting():
                    console.phase(phase_text(event, dataset))
                    continue
                case ExportFailed():
                    failed.append(event)
                case Exported():
                    exported.append(event)
            if as_json:
                write_record(export_record(event))
    return exported, failed
