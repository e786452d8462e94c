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
from .index import render_index
from .manifest import Drawn, manifest, pack_arrays
from .names import ALL, INDEX, check_folder
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


@dataclass(frozen=True)
class Picture:
    """One picture that can be drawn."""

    name: str
    """Names the file and the caption."""
    chapter: int
    """From 1; `captions.CHAPTERS` has their titles."""
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
    Picture("overview", 1, "overview", (), overview.overview_sheet),
    Picture("architecture", 1, "overview", (), architecture.architecture_sheet),
    Picture("input", 1, "maps", ("input",), maps.input_sheet),
    Picture("conv1-convolved", 1, "maps", ("conv1",), partial(maps.maps_sheet, layer="conv1/preactivation")),
    Picture("conv1-relu", 1, "maps", ("conv1",), partial(maps.maps_sheet, layer="conv1")),
    Picture("pool1-maps", 1, "maps", ("pool1",), partial(maps.maps_sheet, layer="pool1")),
    Picture("conv2-convolved", 1, "maps", ("conv2",), partial(maps.maps_sheet, layer="conv2/preactivation")),
    Picture("conv2-relu", 1, "maps", ("conv2",), partial(maps.maps_sheet, layer="conv2")),
    Picture("pool2-maps", 1, "maps", ("pool2",), partial(maps.maps_sheet, layer="pool2")),
    Picture("fc1-units", 1, "maps", ("fc1",), maps.fc1_sheet),
    Picture("prediction", 1, "maps", ("fc2",), maps.prediction_sheet),
    Picture("attribution", 1, "attribution", ("input", "fc2"), attribution_maps.attribution_sheet),
    Picture("conv1-filters", 2, "filters", ("conv1",), filters.conv1_filters),
    Picture("conv2-filters", 2, "filters", ("conv2",), filters.conv2_filters),
    Picture("conv1-patches", 2, "patches", ("conv1",), partial(units.patches_sheet, layer="conv1")),
    Picture("conv1-maximised", 2, "maximise", ("conv1",), partial(units.maximised_sheet, layer="conv1")),
    Picture("conv2-patches", 2, "patches", ("conv2",), partial(units.patches_sheet, layer="conv2")),
    Picture("conv2-maximised", 2, "maximise", ("conv2",), partial(units.maximised_sheet, layer="conv2")),
    Picture("conv2-cards-1", 2, "cards", ("conv2",), partial(units.cards_sheet, first=0)),
    Picture("conv2-cards-2", 2, "cards", ("conv2",), partial(units.cards_sheet, first=16)),
    Picture("conv2-cards-3", 2, "cards", ("conv2",), partial(units.cards_sheet, first=32)),
    Picture("conv2-cards-4", 2, "cards", ("conv2",), partial(units.cards_sheet, first=48)),
    Picture("fc1-maximised", 2, "maximise", ("fc1",), partial(units.maximised_sheet, layer="fc1")),
    Picture("fc2-maximised", 2, "maximise", ("fc2",), partial(units.maximised_sheet, layer="fc2")),
    Picture("correlation", 2, "correlation", (), correlation.correlation_sheet),
    Picture("embedding", 2, "embedding", ("fc1",), embedding.embedding_sheet),
    Picture("augmented", 3, "augmentation", ("input",), augmented.augmented_sheet),
    Picture("curves", 3, "training", (), curves.curves_sheet),
    Picture("animation", 3, "training", (), animation.training_animation),
    Picture("histograms-parameters", 3, "histograms", (), curves.parameter_histograms),
    Picture("histograms-activations", 3, "histograms", (), curves.activation_histograms),
    Picture("confusion", 4, "mistakes", (), mistakes.confusion_sheet),
    Picture("errors", 4, "mistakes", (), mistakes.errors_sheet),
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
    """Draw pictures into a folder, then write `arrays.npz`, `manifest.json` and `index.html` about them.

    Yields:
        Each picture when its file is written; None for one that the run has no material for.

    Raises:
        RunError: the folder cannot be written, or a checkpoint is damaged.
        UsageError: the folder is of something else, or the run has no material for any of them.
    """
    check_folder(out)
    with _writing(out):
        files.make_directory(out)
        files.remove_temporaries(out)
    source.look_ahead({picture.show for picture in pictures})
    done: list[Drawn] = []
    for picture in pictures:
        drawn = _draw(source, picture, out, kind)
        if drawn is not None:
            done.append(drawn)
        yield drawn
    if not done:
        missing = ", ".join(dict.fromkeys(picture.show for picture in pictures))
        raise UsageError(f"{source.trained.run.path}: nothing to draw of the kind {missing}: the run did not use it")
    arrays: dict[str, NDArray[Any]] = {name: array for drawn in done for name, array in drawn.arrays.items()}
    with _writing(out):
        files.write_atomically(out / "arrays.npz", pack_arrays(arrays))
        files.write_atomically(out / "manifest.json", files.to_json(manifest(source, done, arrays)))
        files.write_atomically(out / INDEX, files.utf8(render_index(source, done)))


def _draw(source: PictureSource, picture: Picture, out: Path, kind: Format) -> Drawn | None:
    with same_everywhere():
        sheet = picture.draw(source)
        if sheet is None:
            return None
        content = sheet.render(kind, f"weights {source.trained.digest}")
    path = out / f"{picture.stem}.{sheet.suffix(kind)}"
    with _writing(path):
        files.write_atomically(path, content)
    parts = (sheet.words, tuple(sheet.scales), tuple(sheet.units), sheet.size, sheet.arrays)
    return Drawn(path, picture.chapter, picture.show, *parts)


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise RunError(f"{error.filename or path}: cannot write: {error.strerror or error}") from error
