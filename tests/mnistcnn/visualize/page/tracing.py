"""MNIST's digits traced into the strokes that a pen would have made."""

import numpy as np
from scipy import ndimage

FINE = 4
_AROUND = ((-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1), (-1, -1))
"""A pixel's neighbours as (y, x), clockwise from the one above."""


def thin(shape):
    """The skeleton of a shape, [h, w] of bool with an empty border.

    Zhang and Suen, "A fast parallel algorithm for thinning digital patterns", Communications of the ACM 27 (1984).
    """
    skeleton, before = shape, None
    while before is None or not np.array_equal(skeleton, before):
        before = skeleton
        skeleton = _peeled(_peeled(skeleton, (2, 4)), (6, 0))  # from the south-east, then from the north-west
    return skeleton


def _peeled(shape, sides):
    around = [np.roll(shape, (-dy, -dx), (0, 1)) for dy, dx in _AROUND]
    count = np.sum(around, axis=0)
    parts = sum(~around[i] & around[(i + 1) % 8] for i in range(8))
    first, second = sides
    inside = around[first] & around[second] & (around[(first + 6) % 8] | around[(second + 2) % 8])
    return shape & ~((count >= 2) & (count <= 6) & (parts == 1) & ~inside)


def trace(image):
    """Strokes along the middle of a digit's lines.

    Args:
        image: [28, 28] uint8.

    Returns:
        Arrays of [points, 2], x and y in pixels of the image.
    """
    fine = ndimage.zoom(np.pad(image, 1).astype(float), FINE, order=1, grid_mode=True, mode="grid-constant")
    left = {(int(x), int(y)) for y, x in np.argwhere(thin(fine > 127))}
    strokes, done = [], set()
    while left:
        path = _walk(left, done)
        # A crossing of lines is a few pixels wide; what a line through it leaves of them is no stroke of its own.
        if not done or len(path) > FINE + 1:
            strokes.append(_smooth((np.array(path) + 0.5) / FINE - 1))
        done.update(path)
    return strokes


def _walk(left, done):
    """Take one line out of the pixels that are left: from an end, straight on wherever there is a choice."""
    point = min(left, key=lambda one: (len(_neighbours(one, left)), one))
    path = [*_neighbours(point, done)[:1], point]  # It begins on the line that it branches off,
    left.discard(point)
    while nearby := _neighbours(point, left):
        back = path[max(len(path) - 6, 0)]
        ahead = (point[0] - back[0], point[1] - back[1])
        turns = {one: (one[0] - point[0]) * ahead[0] + (one[1] - point[1]) * ahead[1] for one in nearby}
        point = max(turns, key=turns.__getitem__)
        left.discard(point)
        path.append(point)
    return [*path, *_neighbours(point, {*done, *path[:-3]})[:1]]  # and ends on the one that it meets.


def _neighbours(point, among):
    around = ((point[0] + dx, point[1] + dy) for dy, dx in _AROUND)
    return [one for one in around if one in among]


def _smooth(stroke):
    """Round off the stairs of the pixels; the ends stay."""
    padded = np.pad(stroke, ((2, 2), (0, 0)), mode="edge")
    middle = sum(padded[i : len(stroke) + i] for i in range(5)) / 5
    middle[0], middle[-1] = stroke[0], stroke[-1]
    return middle
