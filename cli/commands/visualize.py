"""`mnistcnn visualize`: draws pictures of a network, and says where they are."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from mnistcnn.errors import UsageError
from mnistcnn.visualize.names import ALL, KINDS, LAYERS, PAGE, PageWeights

from ..loading import load_picture_source
from ..rendering.text import printable, shell_path
from .page import write_run_page

if TYPE_CHECKING:
    from mnistcnn.visualize.manifest import Drawn
    from mnistcnn.visualize.picture_source import PictureSource
    from mnistcnn.visualize.terminal import Depth

RunName = Annotated[str, typer.Argument(metavar="[RUN]", help="Path of a run, or its name in --log-dir.")]
Layer = Annotated[str, typer.Option(metavar="LAYER", help=f"One of {', '.join(LAYERS)}, {ALL}.")]
Show = Annotated[
    list[str] | None,
    typer.Option(metavar="KIND", help=f"Only this kind: {', '.join(KINDS)}. Repeatable."),
]
Augmentation = Annotated[
    bool, typer.Option("--augmentation", help="Only what augmentation makes of training images: --show augmentation.")
]
ImageName = Annotated[
    str, typer.Option("--image", metavar="INDEX|FILE", help="Digit to follow: a test image's number, or a file.")
]
Checkpoint = Annotated[str, typer.Option(metavar="WHICH", help="best, last, or a step.")]
Format = Annotated[Literal["png", "svg", "pdf"], typer.Option("--format", help="Kind of file.")]
Theme = Annotated[Literal["light", "dark"], typer.Option(help="Colours of the pictures.")]
Autoscale = Annotated[bool, typer.Option("--autoscale", help="Give each map a scale of its own, and say so on it.")]
Out = Annotated[
    Path | None,
    typer.Option(metavar="DIR", help="Folder for the pictures.", show_default="visualize/ in the run"),
]
AsPage = Annotated[
    bool, typer.Option("--page", help="Write the interactive page instead; `mnistcnn page` opens it as well.")
]
Weights = Annotated[PageWeights | None, typer.Option(help="Of --page: how its largest weights are stored.")]
Terminal = Annotated[bool, typer.Option("--terminal", help="Draw filters and maps here, as text, and write no files.")]
LogDir = Annotated[Path, typer.Option(metavar="DIR", help="Folder that holds the runs.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Show nothing but warnings and errors.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON object per picture on standard output.")]


def visualize(
    run: RunName = "latest",
    layer: Layer = "all",
    show: Show = None,
    augmentation: Augmentation = False,
    image: ImageName = "0",
    checkpoint: Checkpoint = "best",
    file_format: Format = "png",
    theme: Theme = "light",
    autoscale: Autoscale = False,
    out: Out = None,
    terminal: Terminal = False,
    as_page: AsPage = False,
    weights: Weights = None,
    log_dir: LogDir = Path("runs"),
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Draw what a network learned, and one digit's way through it. Without options: everything, for the latest run."""
    _check("--layer", layer, [*LAYERS, ALL])
    kinds = [*(show or []), *(["augmentation"] if augmentation else [])]
    for kind in kinds:
        _check("--show", kind, list(KINDS))
    if terminal and (out is not None or as_json):
        raise UsageError("--terminal writes no files: leave out --out and --json")
    if weights is not None and not as_page:
        raise UsageError("--weights is about the page: add --page, or leave it out")
    if as_page:
        _refuse_beside_page(
            {"--layer": layer != ALL, "--show": bool(kinds), "--image": image != "0", "--format": file_format != "png",
             "--theme": theme != "light", "--autoscale": autoscale, "--terminal": terminal}
        )  # fmt: skip
        write_run_page(run, log_dir, checkpoint, out and out / PAGE, weights or "int8", quiet=quiet, as_json=as_json)
        return
    from mnistcnn.runs.directory import open_run

    from ..rendering.console import open_console

    found = open_run(run, log_dir)
    found.checkpoints().find(checkpoint)
    with open_console(as_json=as_json, quiet=quiet) as console:
        source = load_picture_source(found, checkpoint, console, image=image, theme=theme, autoscale=autoscale)
    if terminal:
        _draw_here(source, layer, kinds)
        return
    _draw_files(source, layer, kinds, out or found.path / "visualize", file_format, quiet=quiet, as_json=as_json)


def _draw_files(
    source: PictureSource, layer: str, kinds: list[str], out: Path, file_format: Format, *, quiet: bool, as_json: bool
) -> None:
    """Draw into files, and name them on standard output."""
    from mnistcnn.visualize.pictures import draw_pictures, select

    pictures = select(layer, kinds)
    if not pictures:
        raise UsageError(f"--layer {layer} has no picture of the kind {', '.join(kinds)}")
    drawn = []
    names = [picture.name for picture in pictures]
    with _progress(names, quiet=quiet) as advance:
        for picture in draw_pictures(source, pictures, out, file_format):
            advance()
            if picture is not None:
                drawn.append(picture)
                if as_json:
                    _write_json(picture)
    if not drawn:
        missing = ", ".join(picture.show for picture in pictures)
        raise UsageError(f"{source.trained.run.path}: nothing to draw of the kind {missing}: the run did not use it")
    if not as_json:
        _list(drawn)


def _refuse_beside_page(given: dict[str, bool]) -> None:
    """Refuse options that the page has switches for, or has no use for."""
    useless = [option for option, is_given in given.items() if is_given]
    if useless:
        raise UsageError(f"--page has every layer in both themes, for any digit: leave out {', '.join(useless)}")


def _draw_here(source: PictureSource, layer: str, kinds: list[str]) -> None:
    """Draw on standard output, in the colours that it has; as plain characters where it is no terminal."""
    from rich.console import Console

    from mnistcnn.visualize.terminal import terminal_lines

    console = Console()
    coloured = console.is_terminal and not console.no_color and console.encoding.startswith("utf")
    depth: Depth = "ascii"
    if coloured and console.color_system in ("truecolor", "256"):
        depth = "truecolor" if console.color_system == "truecolor" else "256"
    for line in terminal_lines(source, layer, kinds, console.width, depth):
        sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _check(option: str, value: str, allowed: list[str]) -> None:
    import difflib

    if value not in allowed:
        close = difflib.get_close_matches(value, allowed, n=1)
        guess = f" Did you mean '{close[0]}'?" if close else ""
        raise UsageError(f"{option} {value}: there is no such thing.{guess} There are: {', '.join(allowed)}")


@contextmanager
def _progress(names: list[str], *, quiet: bool) -> Iterator[Callable[[], None]]:
    """Show how far the drawing is: a bar in a terminal, else a line for each picture."""
    coming = iter([*names, "contact sheet"])
    if quiet or sys.stderr is None:
        yield lambda: None
        return
    if not sys.stderr.isatty():
        yield lambda: _log(next(coming, ""))
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("drawing"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.description}"),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(next(coming), total=len(names) + 1)
        yield lambda: bar.update(task, advance=1, description=next(coming, ""))


def _log(name: str) -> None:
    sys.stderr.write(f"{datetime.now():%Y-%m-%d %H:%M:%S}  drew {name}\n")
    sys.stderr.flush()


def _write_json(picture: Drawn) -> None:
    record = {"event": "Picture", "path": str(picture.path), **picture.record()}
    sys.stdout.write(json.dumps(record, allow_nan=False) + "\n")
    sys.stdout.flush()


def _list(pictures: list[Drawn]) -> None:
    """Name the files: a table in a terminal, else one path a line, for other programs."""
    pictures = sorted(pictures, key=lambda picture: picture.path.name)
    if not sys.stdout.isatty():
        sys.stdout.write("".join(f"{printable(str(picture.path))}\n" for picture in pictures))
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table("picture", "what it shows", box=None, pad_edge=False, header_style="bold")
    for picture in pictures:
        table.add_row(Text(picture.path.name), Text(picture.words.title))
    console = Console(highlight=False)
    console.print(table)
    console.print(f"\nopen first: {shell_path(pictures[0].path)}", soft_wrap=True)
