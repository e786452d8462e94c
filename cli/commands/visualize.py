"""`mnistcnn visualize`: draws pictures of a network, and says where they are."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from mnistcnn.errors import UsageError
from mnistcnn.visualize.names import ALL, INDEX, KINDS, LAYERS, PAGE, check_folder, check_name

from .. import options
from ..browser import open_in_browser
from ..completion import complete_kinds, complete_layers
from ..help import examples
from ..loading import find_run, load_picture_source, warn_of_damage
from ..paths import expanded, expanded_text
from ..run_page import write_run_page

if TYPE_CHECKING:
    from mnistcnn.visualize.picture_source import PictureSource

EXAMPLES = examples(
    ("mnistcnn visualize", "every picture of the latest run"),
    ("mnistcnn visualize --layer conv2 --image seven.jpg", "one layer and your own digit"),
    ("mnistcnn visualize --terminal --layer conv1 --unit 3", "one unit, here in the terminal"),
)

Layer = Annotated[
    str,
    typer.Option(metavar="LAYER", help=f"Layer to draw: {', '.join(LAYERS)} or {ALL}.", autocompletion=complete_layers),
]
Show = Annotated[
    list[str] | None,
    typer.Option(
        metavar="KIND",
        help=f"Draw only this kind of picture: {', '.join(KINDS)}. Repeatable.",
        show_default="all kinds",
        autocompletion=complete_kinds,
    ),
]
Augmentation = Annotated[
    bool,
    typer.Option("--augmentation", metavar="", help="Draw augmented training images; short for --show augmentation."),
]
ImageName = Annotated[
    str | None,
    typer.Option(
        "--image",
        metavar="INDEX|FILE",
        callback=expanded_text,
        help="Digit to follow: the number of a test image, or a file.",
        show_default="the least certain correct answer among the first 100",
    ),
]
Format = Literal["png", "svg", "pdf"]
FormatOption = Annotated[
    Format, typer.Option("--format", metavar="FORMAT", help="File format of the pictures: png, svg or pdf.")
]
Theme = Annotated[
    Literal["light", "dark"], typer.Option(metavar="THEME", help="Colours of the pictures: light or dark.")
]
Autoscale = Annotated[
    bool, typer.Option("--autoscale", metavar="", help="Use a separate scale for each map; the pictures mention it.")
]
Out = Annotated[
    Path | None,
    typer.Option(
        metavar="DIR", callback=expanded, help="Folder for the pictures.", show_default="visualize/ in the run"
    ),
]
AsPage = Annotated[
    bool,
    typer.Option("--page", metavar="", help="Write the interactive page instead; `mnistcnn page` opens it as well."),
]
Open = Annotated[
    bool | None,
    typer.Option(
        "--open/--no-open",
        help="Open index.html, which shows all of the pictures, in the browser.",
        show_default="in a terminal on a machine with a screen",
    ),
]
Terminal = Annotated[
    bool,
    typer.Option("--terminal", metavar="", help="Draw filters and maps as text in the terminal, and write no files."),
]
Unit = Annotated[
    int | None, typer.Option("--unit", metavar="N", min=0, help="With --terminal: draw only this unit of each layer.")
]


def visualize(
    run: options.Run = "latest",
    layer: Layer = "all",
    show: Show = None,
    augmentation: Augmentation = False,
    image: ImageName = None,
    checkpoint: options.Checkpoint = "best",
    file_format: FormatOption = "png",
    theme: Theme = "light",
    autoscale: Autoscale = False,
    out: Out = None,
    open_index: Open = None,
    terminal: Terminal = False,
    unit: Unit = None,
    as_page: AsPage = False,
    weights: options.OptionalWeights = None,
    data_dir: options.DataDir = None,
    log_dir: options.LogDir = Path("runs"),
    quiet: options.Quiet = False,
    as_json: options.Json = False,
) -> None:
    """Draw what a network learned, and one digit's way through it."""
    kinds = [*(show or []), *(["augmentation"] if augmentation else [])]
    _check_names(layer, kinds)
    _check_together(
        (terminal and (out or as_json or open_index), "--terminal writes no files: leave out --out, --open and --json"),
        (unit is not None and not terminal, "--unit is for text in the terminal: add --terminal, or leave --unit out"),
        (weights and not as_page, "--weights is about the page: add --page, or leave it out"),
    )
    if as_page:
        _refuse_beside_page(
            {"--layer": layer != ALL, "--show": bool(kinds), "--image": image is not None,
             "--format": file_format != "png", "--theme": theme != "light",
             "--autoscale": autoscale, "--terminal": terminal}
        )  # fmt: skip
        file = out and out / PAGE
        write_run_page(run, log_dir, checkpoint, data_dir, file, weights or "int8", quiet=quiet, as_json=as_json)
        return
    from ..rendering.console import open_console
    from ..rendering.pictures_view import draw_as_text

    found = find_run(run, log_dir, checkpoint)
    folder = out or found.path / "visualize"
    if not terminal:
        check_folder(folder)  # Before TensorFlow starts.
    with open_console(as_json=as_json, quiet=quiet) as console:
        source = load_picture_source(
            found, checkpoint, data_dir, console, image=image, theme=theme, autoscale=autoscale
        )
    if terminal:
        draw_as_text(source, layer, kinds, unit)
        return
    _draw_files(source, layer, kinds, folder, file_format, quiet=quiet, as_json=as_json)
    warn_of_damage(source)
    if open_index or (open_index is None and sys.stdout.isatty() and not as_json):
        _open(folder / INDEX, asked=bool(open_index))


def _check_names(layer: str, kinds: list[str]) -> None:
    check_name("--layer", layer, [*LAYERS, ALL])
    for kind in kinds:
        check_name("--show", kind, KINDS)


def _check_together(*conflicts: tuple[object, str]) -> None:
    """Refuse options that do not go together: pairs of whether they conflict, and what to say then."""
    for they_conflict, message in conflicts:
        if they_conflict:
            raise UsageError(message)


def _open(index: Path, *, asked: bool) -> None:
    """Show the pictures in the browser; warn if there is none, and the user asked for it."""
    from ..rendering.messages import show_warning

    if not open_in_browser(index) and asked:
        show_warning(f"no browser to open it with: {index}")


def _draw_files(
    source: PictureSource, layer: str, kinds: list[str], out: Path, file_format: Format, *, quiet: bool, as_json: bool
) -> None:
    """Draw into files, and name them on standard output."""
    from mnistcnn.visualize.pictures import draw_pictures, select

    from ..rendering.ndjson import write_record
    from ..rendering.pictures_view import drawing_progress, index_record, list_pictures, picture_record

    pictures = select(layer, kinds)
    drawn = []
    with drawing_progress([picture.name for picture in pictures], quiet=quiet) as advance:
        for picture in draw_pictures(source, pictures, out, file_format):
            advance()
            if picture is not None:
                drawn.append(picture)
                if as_json:
                    write_record(picture_record(picture))
    if as_json:
        write_record(index_record(out / INDEX))
    else:
        list_pictures(out / INDEX, drawn)


def _refuse_beside_page(given: dict[str, bool]) -> None:
    """Refuse options that the page has switches for, or has no use for."""
    useless = [option for option, is_given in given.items() if is_given]
    if useless:
        raise UsageError(f"--page has every layer in both themes, for any digit: leave out {', '.join(useless)}")
