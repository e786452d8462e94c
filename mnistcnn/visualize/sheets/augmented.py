"""A few training images, each with some of what augmentation can make of it."""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from ...config.recipe import AugmentationConfig
from ...network.augmentation import Augmentation
from ...network.model import to_input
from ..drawing.grid import Grid
from ..drawing.sheet import Sheet
from ..drawing.style import INK
from ..picture_source import PictureSource
from .words import words

_IMAGES = 6
_CHANGES = 7
_VERBS = {
    "rotation": "turned", "scale": "scaled", "shift": "moved", "shear": "slanted", "elastic": "bent",
    "stroke": "thickened or thinned", "contrast": "made darker or lighter", "gap": "interrupted", "feet": "given feet",
}  # fmt: skip


def augmented_sheet(source: PictureSource) -> Sheet | None:
    """Training images, each beside what it became in seven steps; None if the run changes none."""
    config = source.trained.config
    if not config.augmentation.enabled:
        return None
    augmentation = Augmentation(config.augmentation, config.seed)
    train = source.dataset.train
    images, labels = to_input(train.images[:_IMAGES]), tf.constant(train.labels[:_IMAGES])
    changed = [augmentation(images, tf.constant(step), labels=labels) for step in range(_CHANGES)]
    # [image, original and changes, 28, 28]
    shown = np.stack([images, *changed], axis=1)[..., 0]
    columns = _CHANGES + 1
    grid = Grid(len(shown) * columns, columns, 112, 112, gap=10, label=18)
    said = words(source, "augmented", _settings(source), digit=False, changes=_changes(source))
    sheet = Sheet(grid.width, grid.height, said, source.theme, [INK])
    for place, image in enumerate(shown.reshape(-1, 28, 28)):
        x, y = grid.place(place)
        sheet.array(x, y, image, INK, 4, frame=True)
        if place < columns:
            sheet.text(x, y - 9, "as it is" if place == 0 else f"change {place}", bold=place == 0)
    sheet.arrays = {"augmented/images": shown}
    return sheet


def _used(source: PictureSource) -> dict[str, float]:
    """The settings of augmentation that are not 0."""
    unused = AugmentationConfig().model_dump()
    used = source.trained.config.augmentation.model_dump()
    return {name: value for name, value in used.items() if value and not unused[name]}


def _settings(source: PictureSource) -> str:
    return ", ".join(f"{name} {value:g}" for name, value in _used(source).items())


def _changes(source: PictureSource) -> str:
    """What is done to an image: `turned, scaled and moved`."""
    *most, last = dict.fromkeys(_VERBS.get(name, "changed") for name in _used(source))
    return f"{', '.join(most)} and {last}" if most else last
