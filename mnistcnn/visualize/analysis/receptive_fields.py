"""Which pixels a unit sees: its receptive field.

A layer with kernel k, stride s and padding p before its first value computes output y from the inputs
s·y − p … s·y − p + k − 1. Put the layers one after another: if an output y of the layers so far sees the pixels
a·y + b … a·y + c, then an output y of the next layer sees those of its first input, s·y − p, to its last:

    a·s·y + (b − a·p)  …  a·s·y + (c + a·(k − 1 − p))

Starting from a pixel, which sees itself (a = 1, b = c = 0), with the network's layers (convolution: k 5, s 1, p 2;
pooling: k 2, s 2, p 0):

    conv1  y−2 … y+2      pool1  2y−2 … 2y+3      conv2  2y−6 … 2y+7      pool2  4y−6 … 4y+9

Rows and columns are alike. Pixels beyond the image's border are padding: zeros, which carry nothing.
The arithmetic is that of Araujo, Norris and Sim, "Computing Receptive Fields of Convolutional Neural Networks",
Distill (2019), section "Single-path networks".
"""

from __future__ import annotations

from dataclasses import dataclass

IMAGE_SIZE = 28


@dataclass(frozen=True)
class ReceptiveField:
    """Output y sees the rows stride·y + first … stride·y + last."""

    stride: int
    first: int
    last: int

    @property
    def size(self) -> int:
        """Pixels on a side, if no border cuts it."""
        return self.last - self.first + 1

    def start(self, position: int) -> int:
        """The first row that output `position` sees; negative in the padding."""
        return self.stride * position + self.first

    def clipped(self, position: int) -> range:
        """The rows of the image that output `position` sees."""
        start = self.start(position)
        return range(max(start, 0), min(start + self.size, IMAGE_SIZE))

    def followed_by(self, kernel: int, stride: int, padding: int) -> ReceptiveField:
        """The field of the next layer's outputs; see the module's derivation."""
        return ReceptiveField(
            self.stride * stride,
            self.first - self.stride * padding,
            self.last + self.stride * (kernel - 1 - padding),
        )


def _of_the_network() -> dict[str, ReceptiveField]:
    fields = {"input": ReceptiveField(1, 0, 0)}
    layers = {"conv1": (5, 1, 2), "pool1": (2, 2, 0), "conv2": (5, 1, 2), "pool2": (2, 2, 0)}
    before = fields["input"]
    for name, (kernel, stride, padding) in layers.items():
        before = fields[name] = before.followed_by(kernel, stride, padding)
    return fields


RECEPTIVE_FIELDS = _of_the_network()
"""Of one unit in each layer that has a place in the image; the dense layers see all of it."""
