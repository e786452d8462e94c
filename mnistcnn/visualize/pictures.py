"""Every picture there is, in the order in which they tell the story, and drawing those that were asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from .. import files
from ..errors import RunError
from . import attribution, filters, maps, overview, units
from .contact import contact_sheet, thumbnail
from .manifest import Drawn, manifest, pack_arrays
from .names import ALL
from .sheet import Format, Sheet, same_everywhere
from .subject import Subject


@dataclass(frozen=True)
class Picture:
    """One picture that can be drawn."""

    number: int
    """Begins the file's name, so that a file browser shows the story in order."""
    name: str
    """Names the file and the caption."""
    show: str
    """The kind that `--show` selects."""
    layers: tuple[str, ...]
    """The layers that `--layer` selects it by; empty for those about the whole network."""
    draw: Callable[[Subject], Sheet | None]
    """None if the run has nothing to draw it from."""


PICTURES: tuple[Picture, ...] = (
    Picture(1, "overview", "overview", (), overview.overview_sheet),
    Picture(2, "input", "maps", ("input",), maps.input_sheet),
    Picture(3, "conv1-filters", "filters", ("conv1",), filters.conv1_filters),
    Picture(4, "conv1-convolved", "maps", ("conv1",), partial(maps.maps_sheet, layer="conv1/preactivation")),
    Picture(5, "conv1-relu", "maps", ("conv1",), partial(maps.maps_sheet, layer="conv1")),
    Picture(6, "pool1-maps", "maps", ("pool1",), partial(maps.maps_sheet, layer="pool1")),
    Picture(7, "conv2-filters", "filters", ("conv2",), filters.conv2_filters),
    Picture(8, "conv2-convolved", "maps", ("conv2",), partial(maps.maps_sheet, layer="conv2/preactivation")),
    Picture(9, "conv2-relu", "maps", ("conv2",), partial(maps.maps_sheet, layer="conv2")),
    Picture(10, "pool2-maps", "maps", ("pool2",), partial(maps.maps_sheet, layer="pool2")),
    Picture(11, "fc1-units", "maps", ("fc1",), maps.fc1_sheet),
    Picture(12, "prediction", "maps", ("fc2",), maps.prediction_sheet),
    Picture(13, "attribution", "attribution", ("input", "fc2"), attribution.attribution_sheet),
    Picture(14, "conv1-patches", "patches", ("conv1",), partial(units.patches_sheet, layer="conv1")),
    Picture(15, "conv1-maximised", "maximise", ("conv1",), partial(units.maximised_sheet, layer="conv1")),
    Picture(16, "conv2-patches", "patches", ("conv2",), partial(units.patches_sheet, layer="conv2")),
    Picture(17, "conv2-maximised", "maximise", ("conv2",), partial(units.maximised_sheet, layer="conv2")),
    *(
        Picture(
            18 + sheet, f"conv2-cards-{sheet + 1}", "cards", ("conv2",), partial(units.cards_sheet, first=16 * sheet)
        )
        for sheet in range(4)
    ),
    Picture(22, "fc1-maximised", "maximise", ("fc1",), partial(units.maximised_sheet, layer="fc1")),
    Picture(23, "fc2-maximised", "maximise", ("fc2",), partial(units.maximised_sheet, layer="fc2")),
)


def select(layer: str, kinds: Sequence[str]) -> list[Picture]:
    """The pictures of a layer (`all` for every one, also those of no layer) and of some kinds (empty for all)."""
    return [
        picture
        for picture in PICTURES
        if (layer == ALL or layer in picture.layers) and (not kinds or picture.show in kinds)
    ]


def draw_pictures(subject: Subject, pictures: Sequence[Picture], out: Path, kind: Format) -> Iterator[Drawn | None]:
    """Draw pictures into a folder, then a contact sheet of them, `manifest.json` and `arrays.npz`.

    Yields:
        Each picture when its file is written, the contact sheet last; None for one that the run has no material for.

    Raises:
        RunError: the folder cannot be written, or a checkpoint is damaged.
    """
    with _writing(out):
        out.mkdir(parents=True, exist_ok=True)
        files.remove_temporaries(out)
    done: list[Drawn] = []
    arrays: dict[str, NDArray[Any]] = {}
    for picture in pictures:
        drawn = _draw(subject, picture, out, kind)
        if drawn is not None:
            done.append(drawn)
            arrays.update(drawn.arrays)
        yield drawn
    if len(done) > 1:
        with same_everywhere():
            first = _finish(subject, contact_sheet(subject, done), "00-contact-sheet", "contact", out, kind)
        done.insert(0, first)
        yield first
    with _writing(out):
        files.write_atomically(out / "arrays.npz", pack_arrays(arrays))
        files.write_atomically(out / "manifest.json", files.to_json(manifest(subject, done, arrays)))


def _draw(subject: Subject, picture: Picture, out: Path, kind: Format) -> Drawn | None:
    with same_everywhere():
        sheet = picture.draw(subject)
        return sheet and _finish(subject, sheet, f"{picture.number:02}-{picture.name}", picture.show, out, kind)


def _finish(subject: Subject, sheet: Sheet, stem: str, show: str, out: Path, kind: Format) -> Drawn:
    """Write the sheet's file, and keep a small version for the contact sheet."""
    source = f"weights {subject.trained.digest}"
    raster = sheet.render("png", source)
    path = out / f"{stem}.{kind}"
    with _writing(path):
        files.write_atomically(path, raster if kind == "png" else sheet.render(kind, source))
    parts = (sheet.words, tuple(sheet.scales), tuple(sheet.units), sheet.size, sheet.arrays)
    return Drawn(path, show, *parts, thumbnail(raster))


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise RunError(f"{error.filename or path}: cannot write: {error.strerror or error}") from error
