"""The conditions under which digits are drawn, and the pictures of each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from . import everyday_papers, files, light, papers, screens_and_signs, several_digits, surroundings
from .pen import Digit, Random
from .sheet import Photo


@dataclass(frozen=True)
class Condition:
    """One row of the table."""

    name: str
    draw: Callable[[Sequence[Digit], Random], Photo]
    wanted: float = 0.95
    """The share right, of what the undisturbed drawing of the same digits gives; of whole numbers if they are
    `several`."""
    written: int = 1
    """How many digits are in the picture."""
    drawn: int = 1
    """How many are drawn, such as one that is cut off."""

    @property
    def several(self) -> bool:
        """Whether a number is to be read."""
        return self.written > 1


CONDITIONS = (
    Condition("plain", files.plain),
    Condition("redrawn", papers.redrawn),
    Condition("photo", papers.photo),
    Condition("12 megapixels, thin pen", files.twelve_megapixels),
    Condition("ruled", partial(papers.lined, strength=0.35)),
    Condition("squared", partial(papers.lined, strength=0.35, columns=True)),
    Condition("dark ruled", partial(papers.lined, strength=0.85)),
    Condition("faint", papers.faint),
    Condition("marker", papers.marker),
    Condition("perspective", surroundings.perspective),
    Condition("low-quality JPEG", files.low_quality),
    Condition("CMYK", files.cmyk),
    Condition("transparent", files.transparent),
    Condition("EXIF", files.turned_by_exif),
    Condition("dithered", files.dithered),
    Condition("coloured ink", papers.coloured_ink),
    Condition("blackboard", papers.blackboard),
    Condition("crumbs", papers.crumbs),
    Condition("soft shadow", light.soft_shadow),
    Condition("hard shadow", light.hard_shadow, 0.9),
    Condition("stroke touches border", surroundings.touching_border),
    Condition("thumb", surroundings.thumb),
    Condition("glare", light.glare, 0.9),
    Condition("10 pixels high", files.ten_pixels, 0.9),
    Condition("12 bits, hot pixels", files.hot_pixel),
    Condition("neighbour cut off", surroundings.neighbour, drawn=2),
    Condition("desk on one side", surroundings.desk_one_side),
    Condition("desk all around", surroundings.desk_around),
    Condition("tilted on a desk", surroundings.tilted_on_desk),
    Condition("form's box", papers.form_box),
    Condition("black scan edge", files.black_scan_edge),
    Condition("letterbox", files.letterbox),
    Condition("tight crop, 28", partial(files.tight_crop, side=28)),
    Condition("tight crop, 280", partial(files.tight_crop, side=280)),
    Condition("28×28, 0 and 1", partial(files.dim, highest=1)),
    Condition("28×28, up to 16", partial(files.dim, highest=16)),
    Condition("two digits", partial(several_digits.several, count=2), 0.85, 2),
    Condition("three digits", partial(several_digits.several, count=3), 0.85, 3),
    Condition("two lines of two", several_digits.two_lines, 0.95**4, 4),
    Condition("whiteboard", everyday_papers.whiteboard, drawn=2),
    Condition("wiped blackboard", everyday_papers.wiped_blackboard),
    Condition("sticky note", everyday_papers.sticky_note),
    Condition("coffee ring", everyday_papers.coffee_ring),
    Condition("punched holes", everyday_papers.punched),
    Condition("millimetre paper", everyday_papers.millimetre_paper),
    Condition("creased", everyday_papers.creased),
    Condition("writing on the back", everyday_papers.show_through, drawn=3),
    Condition("circled", everyday_papers.circled),
    Condition("underlined", everyday_papers.underlined),
    Condition("legal pad", everyday_papers.legal_pad),
    Condition("photo of a screen", screens_and_signs.photo_of_screen),
    Condition("dark-mode screenshot", screens_and_signs.dark_mode),
    Condition("house number", screens_and_signs.house_number),
    Condition("table", screens_and_signs.table, 0.95**4, 4),
    Condition("three lines of three", screens_and_signs.three_lines, 0.95**9, 9),
    Condition("printed", screens_and_signs.printed),
    Condition("till receipt", screens_and_signs.receipt, 0.85, 3),
)


def photo_of(condition: Condition, digits: Sequence[Digit], index: int, seed: int = 0) -> Photo:
    """One of a condition's pictures: the same for the same seed, and with the same digit as in other conditions."""
    random = np.random.default_rng([seed, index, *condition.name.encode()])
    others = max(condition.written, condition.drawn) - 1
    chosen = [digits[index % len(digits)], *(digits[k] for k in random.integers(len(digits), size=others))]
    return condition.draw(chosen, random)


def photos(condition: Condition, digits: Sequence[Digit], count: int, seed: int = 0) -> list[Photo]:
    """The first so many of a condition's pictures."""
    return [photo_of(condition, digits, index, seed) for index in range(count)]
