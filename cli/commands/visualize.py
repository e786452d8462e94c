"""`mnistcnn visualize`: draws pictures of a network, and says where they are."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from mnistcnn.errors import UsageError
from mnistcnn.visualize.names import ALL, KINDS, LAYERS, PAGE, check_name

from .. import options
from ..loading import find_run, load_picture_source
from ..run_page import write_run_page

if TYPE_CHECKING:
    from mnistcnn.visualize.picture_source import PictureSource

Layer = Annotated[str, typer.Option(metavar="LAYER", help=f"One of {', '.join(LAYERS)}, {ALL}.")]
Show = Annotated[
    list[str] | None,
    typer.Option(metavar="KIND", help=f"Only this kind: {', '.join(KINDS)}. Repeatable."),
]
Augmentation = Annotated[
    bool,
    typer.Option("--augmentation", metavar="", help="Only augmented training images: short for --show augmentation."),
]
ImageName = Annotated[
    str, typer.Option("--image", metavar="INDEX|FILE", help="Digit to follow: a test image's number, or a file.")
]
Format = Literal["png", "svg", "pdf"]
FormatOption = Annotated[Format, typer.Option("--format", help="File format of the pictures.")]
Theme = Annotated[Literal["light", "dark"], typer.Option(help="Colours of the pictures.")]
Autoscale = Annotated[
    bool, typer.Option("--autoscale", metavar="", help="Give each map a scale of its own; the pictures mention it.")
]
Out = Annotated[
    Path | None,
    typer.Option(metavar="DIR", help="Folder for the pictures.", show_default="visualize/ in the run"),
]
AsPage = Annotated[
    bool,
    typer.Option("--page", metavar="", help="Write the interactive page instead; `mnistcnn page` opens it as well."),
]
Terminal = Annotated[
    bool, typer.Option("--terminal", metavar="", help="Draw filters and maps here, as text, and write no files.")
]


def visualize(
    run: options.Run = "latest",
    layer: Layer = "all",
    show: Show = None,
    augmentation: Augmentation = False,
    image: ImageName = "0",
    checkpoint: options.Checkpoint = "best",
    file_format: FormatOption = "png",
    theme: Theme = "light",
    autoscale: Autoscale = False,
    out: Out = None,
    terminal: Terminal = False,
    as_page: AsPage = False,
    weights: options.OptionalWeights = None,
    data_dir: options.DataDir = None,
    log_dir: options.LogDir = Path("runs"),
    quiet: options.Quiet = False,
    as_json: options.Json = False,
) -> None:
    """Draw what a network learned, and one digit's way through it. Without options: everything, for the latest run."""
    check_name("--layer", layer, [*LAYERS, ALL])
    kinds = [*(show or []), *(["augmentation"] if augmentation else [])]
    for kind in kinds:
        check_name("--show", kind, KINDS)
    if terminal and (out is not None or as_json):
        raise UsageError("--terminal writes no files: leave out --out and --json")
    if weights is not None and not as_page:
        raise UsageError("--weights is about the page: add --page, or leave it out")
    if as_page:
        _refuse_beside_page(
            {"--layer": layer != ALL, "--show": bool(kinds), "--image": image != "0", "--format": file_format != "png",
             "--theme": theme != "light", "--autoscale": autoscale, "--terminal": terminal}
        )  # fmt: skip
        file = out and out / PAGE
        write_run_page(run, log_dir, checkpoint, data_dir, file, weights or "int8", quiet=quiet, as_json=as_json)
        return
    from ..rendering.console import open_console
    from ..rendering.pictures_view import draw_as_text

    found = find_run(run, log_dir, checkpoint)
    with open_console(as_json=as_json, quiet=quiet) as console:
        source = load_picture_source(
            found, checkpoint, data_dir, console, image=image, theme=theme, autoscale=autoscale
        )
    if terminal:
        draw_as_text(source, layer, kinds)
    else:
        _draw_files(source, layer, kinds, out or found.path / "visualize", file_format, quiet=quiet, as_json=as_json)


def _draw_files(
    source: PictureSource, layer: str, kinds: list[str], out: Path, file_format: Format, *, quiet: bool, as_json: bool
) -> None:
    """Draw into files, and name them on standard output."""
    from mnistcnn.visualize.pictures import draw_pictures, select

    from ..rendering.ndjson import write_record
    from ..rendering.pictures_view import drawing_progress, list_pictures, picture_record

    pictures = select(layer, kinds)
    drawn = []
    with drawing_progress([picture.name for picture in pictures], quiet=quiet) as advance:
        for picture in draw_pictures(source, pictures, out, file_format):
            advance()
            if picture is not None:
                drawn.append(picture)
                if as_json:
                    write_record(picture_record(picture))
    if not as_json:
        list_pictures(drawn)


def _refuse_beside_page(given: dict[str, bool]) -> None:
    """Refuse options that the page has switches for, or has no use for."""
    useless = [option for option, is_given in given.items() if is_given]
    if useless:
        raise UsageError(f"--page has every layer in both themes, for any digit: leave out {', '.join(useless)}")
