"""Filters and maps over the course of training, as an animated GIF with a frame for each snapshot of the run."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ...network.evaluator import EvaluationResult
from ...statistics import certainty, percent
from ..analysis.change import change_in_words, place_of_step
from ..drawing.sheet import Format, Sheet, Words
from ..drawing.style import ACTIVATION_PERCENTILE, INK, SMALL_SIZE, TEXT_SIZE, Colour, Scale, paint, signed_scale
from ..picture_source import Moment, PictureSource
from .maps import layer_scale
from .overview import mosaic
from .words import words

_FRAME_MS, _LAST_FRAME_MS = 900, 2500
_PARTS = (("conv1 filters", 0), ("conv1 after ReLU", 250), ("conv2 after ReLU", 510), ("answer", 790))
_WIDTH, _HEIGHT = 960, 552


@dataclass(frozen=True, eq=False)
class Animation:
    """Sheets that follow each other; a still of it is the last one."""

    frames: list[Sheet]
    arrays: dict[str, NDArray[Any]] = field(default_factory=dict)

    @property
    def words(self) -> Words:
        """Of the last frame, as is everything below."""
        return self.frames[-1].words

    @property
    def scales(self) -> tuple[Scale, ...]:
        """The colour bars."""
        return tuple(self.frames[-1].scales)

    @property
    def units(self) -> tuple[int, ...]:
        """None: every unit is shown in its own place."""
        return ()

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.frames[-1].size

    def suffix(self, kind: Format) -> str:
        """Whatever `kind` of picture is wanted, this is a GIF."""
        del kind
        return "gif"

    def render(self, kind: Format, keywords: str) -> bytes:
        """The file's content; its comment is the alternative text."""
        del kind, keywords
        images = [frame.raster() for frame in self.frames]
        first, *rest = _with_one_palette(images, self.frames[-1].theme.background)
        durations = [_FRAME_MS] * len(rest) + [_LAST_FRAME_MS]
        buffer = io.BytesIO()
        comment = self.words.alt.encode()
        first.save(buffer, "GIF", save_all=True, append_images=rest, duration=durations, loop=0, comment=comment)
        return buffer.getvalue()


def _with_one_palette(images: Sequence[Image.Image], background: Colour) -> list[Image.Image]:
    """The images in 256 colours, the same for all, so that a colour means one value; `background` is kept as it is."""
    palette = images[-1].quantize(255, Image.Quantize.MEDIANCUT)
    colours = [*(palette.getpalette() or [])[: 3 * 255], *background]
    found = []
    for image in images:
        indices = np.array(image.quantize(palette=palette, dither=Image.Dither.NONE))
        indices[(np.asarray(image) == background).all(axis=2)] = 255
        found.append(Image.fromarray(indices))
        found[-1].putpalette(colours)
    return found


def training_animation(source: PictureSource) -> Animation | None:
    """A frame for each snapshot, all in the scales of the network that is shown; None for a single one.

    A run without snapshots has a frame for each kept checkpoint.
    """
    history = source.learning
    if len(history) < 2:
        return None
    rule = f"{ACTIVATION_PERCENTILE:g}th percentile, a dot marks more"
    scales = [
        signed_scale(source.weights["conv1/weights"], "weight"),
        replace(layer_scale(source, "conv1"), name="conv1", rule=rule),
        replace(layer_scale(source, "conv2"), name="conv2", rule=rule),
    ]
    frames = [_frame(source, moment, scales) for moment in history]
    filters = np.stack([moment.weights["conv1/weights"] for moment in history])
    steps = np.array([moment.step for moment in history])
    return Animation(frames, {"history/steps": steps, "history/conv1/weights": filters})


def _frame(source: PictureSource, moment: Moment, scales: list[Scale]) -> Sheet:
    image = source.digit.image[np.newaxis, :, :, np.newaxis]
    named = {name: value.numpy()[0] for name, value in source.network_at(moment).activations(image).items()}
    history = source.learning
    steps = [past.step for past in history]
    moved = change_in_words(*(history[place].weights["conv1/weights"] for place in (0, -1)))
    kept = "snapshot" if source.snapshots else "kept checkpoint"
    said = words(source, "animation", _shape(source, moment, steps[-1]), count=len(steps), kept=kept, moved=moved)
    sheet = Sheet(_WIDTH, _HEIGHT, said, source.theme, scales)
    _draw_timeline(sheet, steps, moment.step)
    for title, x in _PARTS:
        sheet.text(x, 56, title, bold=True)
    filters = moment.weights["conv1/weights"][:, :, 0, :]
    for part, (values, scale, zoom, across) in enumerate(
        ((filters, scales[0], 10, 4), (named["conv1"], scales[1], 2, 4), (named["conv2"], scales[2], 2, 8))
    ):
        tiles = [
            paint(values[:, :, unit], scale, source.theme, zoom) for unit in range(min(values.shape[-1], 8 * across))
        ]
        sheet.image(_PARTS[part][1], 68, mosaic(tiles, across, source.theme.background))
    _draw_answer(sheet, source, named["fc2"], _PARTS[3][1])
    return sheet


def _shape(source: PictureSource, moment: Moment, last: int) -> str:
    shape = f"step {moment.step:,} of {last:,}"
    if moment.accuracy is None or not source.snapshots:
        return shape
    return f"{shape}; {percent(moment.accuracy, 1)} of {source.snapshots[0].examples} validation images recognised"


def _draw_timeline(sheet: Sheet, steps: list[int], now: int) -> None:
    """Draw a dot for each frame along the steps, this one's large; the axis is logarithmic, as in the time machine."""
    length = _WIDTH - 60
    sheet.line([(20, 14), (20 + length, 14)])
    sheet.text(20 + length + 12, 14, "step", SMALL_SIZE, faint=True)
    for step in steps:
        side = 14 if step == now else 6
        x = 20 + length * place_of_step(step, steps[-1])
        sheet.text(x, 34, f"{step:,}", SMALL_SIZE, align="center", faint=step != now, bold=step == now)
        colour = sheet.theme.orange if step == now else sheet.theme.faint
        sheet.bar(x - side / 2, 14 - side / 2, side, side, colour)


def _draw_answer(sheet: Sheet, source: PictureSource, logits: NDArray[np.float32], x: int) -> None:
    result = EvaluationResult(logits[np.newaxis], np.zeros(1, np.uint8))
    sheet.array(x, 72, source.digit.image, INK, 3)
    for digit, probability in enumerate(np.exp(result.log_probabilities[0])):
        y, chosen = 190 + 24 * digit, digit == int(logits.argmax())
        sheet.text(x + 14, y + 9, str(digit), TEXT_SIZE, align="right", bold=chosen)
        colour = sheet.theme.orange if chosen else sheet.theme.stripes
        sheet.bar(x + 22, y, 1 + 90 * float(probability), 18, colour)
        sheet.text(x + 28 + 90 * float(probability), y + 9, certainty(float(probability), 0), faint=not chosen)
