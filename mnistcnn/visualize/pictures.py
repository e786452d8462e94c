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
from ..errors import RunError, UsageError
from .drawing.sheet import Format, Sheet, same_everywhere
from .manifest import Drawn, manifest, pack_arrays
from .names import ALL
from .picture_source import PictureSource
from .sheets import (
    animation,
    architecture,
    attribution_maps,
    augmented,
    correlation,
    curves,
    embedding,
    filters,
    maps,
    mistakes,
    overview,
    units,
)
from .sheets.animation import Animation
from .sheets.contact_sheet import contact_sheet, thumbnail


@dataclass(frozen=True)
class Picture:
    """One picture that can be drawn."""

    name: str
    """Names the file and the caption."""
    show: str
    """The kind that `--show` selects."""
    layers: tuple[str, ...]
    """The layers that `--layer` selects it by; empty for those about the whole network."""
    draw: Callable[[PictureSource], Sheet | Animation | None]
    """None if the run has nothing to draw it from."""

    @property
    def stem(self) -> str:
        """The file's name without its ending: with the same number every time, and in a file browser in order."""
        return f"{PICTURES.index(self) + 1:02}-{self.name}"


PICTURES: tuple[Picture, ...] = (
    Picture("overview", "overview", (), overview.overview_sheet),
    Picture("architecture", "overview", (), architecture.architecture_sheet),
    Picture("input", "maps", ("input",), maps.input_sheet),
    Picture("conv1-filters", "filters", ("conv1",), filters.conv1_filters),
    Picture("conv1-convolved", "maps", ("conv1",), partial(maps.maps_sheet, layer="conv1/preactivation")),
    Picture("conv1-relu", "maps", ("conv1",), partial(maps.maps_sheet, layer="conv1")),
    Picture("pool1-maps", "maps", ("pool1",), partial(maps.maps_sheet, layer="pool1")),
    Picture("conv2-filters", "filters", ("conv2",), filters.conv2_filters),
    Picture("conv2-convolved", "maps", ("conv2",), partial(maps.maps_sheet, layer="conv2/preactivation")),
    Picture("conv2-relu", "maps", ("conv2",), partial(maps.maps_sheet, layer="conv2")),
    Picture("pool2-maps", "maps", ("pool2",), partial(maps.maps_sheet, layer="pool2")),
    Picture("fc1-units", "maps", ("fc1",), maps.fc1_sheet),
    Picture("prediction", "maps", ("fc2",), maps.prediction_sheet),
    Picture("attribution", "attribution", ("input", "fc2"), attribution_maps.attribution_sheet),
    Picture("conv1-patches", "patches", ("conv1",), partial(units.patches_sheet, layer="conv1")),
    Picture("conv1-maximised", "maximise", ("conv1",), partial(units.maximised_sheet, layer="conv1")),
    Picture("conv2-patches", "patches", ("conv2",), partial(units.patches_sheet, layer="conv2")),
    Picture("conv2-maximised", "maximise", ("conv2",), partial(units.maximised_sheet, layer="conv2")),
    Picture("conv2-cards-1", "cards", ("conv2",), partial(units.cards_sheet, first=0)),
    Picture("conv2-cards-2", "cards", ("conv2",), partial(units.cards_sheet, first=16)),
    Picture("conv2-cards-3", "cards", ("conv2",), partial(units.cards_sheet, first=32)),
    Picture("conv2-cards-4", "cards", ("conv2",), partial(units.cards_sheet, first=48)),
    Picture("fc1-maximised", "maximise", ("fc1",), partial(units.maximised_sheet, layer="fc1")),
    Picture("fc2-maximised", "maximise", ("fc2",), partial(units.maximised_sheet, layer="fc2")),
    Picture("correlation", "correlation", (), correlation.correlation_sheet),
    Picture("curves", "training", (), curves.curves_sheet),
    Picture("animation", "training", (), animation.training_animation),
    Picture("histograms-parameters", "histograms", (), curves.parameter_histograms),
    Picture("histograms-activations", "histograms", (), curves.activation_histograms),
    Picture("confusion", "mistakes", (), mistakes.confusion_sheet),
    Picture("errors", "mistakes", (), mistakes.errors_sheet),
    Picture("embedding", "embedding", ("fc1",), embedding.embedding_sheet),
    Picture("augmented", "augmentation", ("input",), augmented.augmented_sheet),
)


def select(layer: str, kinds: Sequence[str]) -> list[Picture]:
    """The pictures of a layer (`all` for every one, also those of no layer) and of some kinds (empty for all).

    Raises:
        UsageError: there is none.
    """
    found = [
        picture
        for picture in PICTURES
        if (layer == ALL or layer in picture.layers) and (not kinds or picture.show in kinds)
    ]
    if not found:
        raise UsageError(f"layer {layer} has no picture of the kind {', '.join(kinds)}")
    return found


def draw_pictures(
    source: PictureSource, pictures: Sequence[Picture], out: Path, kind: Format
) -> Iterator[Drawn | None]:
    """Draw pictures into a folder, then a contact sheet of them, `manifest.json` and `arrays.npz`.

    Yields:
        Each picture when its file is written, the contact sheet last; None for one that the run has no material for.

    Raises:
        RunError: the folder cannot be written, or a checkpoint is damaged.
        UsageError: the run has no material for any of them.
    """
    with _writing(out):
        out.mkdir(parents=True, exist_ok=True)
        files.remove_temporaries(out)
    done: list[Drawn] = []
    arrays: dict[str, NDArray[Any]] = {}
    for picture in pictures:
        drawn = _draw(source, picture, out, kind)
        if drawn is not None:
            done.append(drawn)
            arrays.update(drawn.arrays)
        yield drawn
    if not done:
        missing = ", ".join(dict.fromkeys(picture.show for picture in pictures))
        raise UsageError(f"{source.trained.run.path}: nothing to draw of the kind {missing}: the run did not use it")
    if len(done) > 1:
        with same_everywhere():
            first = _finish(source, contact_sheet(source, done), "00-contact-sheet", "contact", out, kind)
        done.insert(0, first)
        yield first
    with _writing(out):
        files.write_atomically(out / "arrays.npz", pack_arrays(arrays))
        files.write_atomically(out / "manifest.json", files.to_json(manifest(source, done, arrays)))


def _draw(source: PictureSource, picture: Picture, out: Path, kind: Format) -> Drawn | None:
    with same_everywhere():
        sheet = picture.draw(source)
        return None if sheet is None else _finish(source, sheet, picture.stem, picture.show, out, kind)


def _finish(source: PictureSource, sheet: Sheet | Animation, stem: str, show: str, out: Path, kind: Format) -> Drawn:
    """Write the sheet's file, and keep a small version for the contact sheet."""
    note = f"weights {source.trained.digest}"
    raster = sheet.still(note)
    path = out / f"{stem}.{sheet.suffix(kind)}"
    content = raster if path.suffix == ".png" else sheet.render(kind, note)
    with _writing(path):
        files.write_atomically(path, content)
    parts = (sheet.words, tuple(sheet.scales), tuple(sheet.units), sheet.size, sheet.arrays)
    return Drawn(path, show, *parts, thumbnail(raster))


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise RunError(f"{error.filename or path}: cannot write: {error.strerror or error}") from error
