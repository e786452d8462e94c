"""Draws test digits as people write, scan and photograph them, as files with known digits.

Each condition is a function that takes digits and a random generator and returns a `Photo`. The strokes are those of
the MNIST image: its skeleton, enlarged and drawn again with a round pen.
"""

from .conditions import CONDITIONS, Condition, photo_of, photos
from .pen import Digit
from .sheet import Photo

__all__ = ["CONDITIONS", "Condition", "Digit", "Photo", "photo_of", "photos"]
