"""What a recipe may add to the tutorial's: a schedule, averaged weights, changed images. All off by default."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from .section import Section


class ScheduleConfig(Section):
    """How the learning rate goes from the first step to the last; `learning_rate` is its highest value."""

    kind: Literal["constant", "triangular", "cosine"] = Field(
        default="constant",
        description="After the warm-up: `constant`, or falling until the last step, in a straight line "
        "(`triangular`, since with the warm-up it rises and falls) or along half a `cosine`.",
    )
    warmup: int = Field(
        default=0,
        ge=0,
        le=100_000_000,
        description="Steps of warm-up, over which the rate rises in a straight line; fewer than `steps`.",
    )
    final: float = Field(
        default=0.0,
        ge=0,
        le=1,
        description="What a falling rate falls towards, as a fraction of `learning_rate`.",
    )


class AveragingConfig(Section):
    """Whether the network that is evaluated and saved is the average of the weights along the way."""

    decay: float = Field(
        default=0.0,
        ge=0,
        le=0.999999,
        description="Share of the average that is kept at each step, the rest being the new weights; 0.999 "
        "averages over about a thousand steps. 0: no averaging.",
    )


class AugmentationConfig(Section):
    """How training images are changed at random, anew each time they are seen. All 0: not at all."""

    rotation: float = Field(default=0.0, ge=0, le=180, description="Largest rotation to either side, in degrees.")
    scale: float = Field(
        default=0.0,
        ge=0,
        le=0.9,
        description="Largest change of size, as a fraction; width and height change independently.",
    )
    shift: float = Field(
        default=0.0, ge=0, le=28, description="Largest shift to the left, right, top or bottom, in pixels."
    )
    shear: float = Field(
        default=0.0,
        ge=0,
        le=2,
        description="Largest slant to either side, in pixels sideways for each pixel up.",
    )
    elastic: float = Field(
        default=0.0,
        ge=0,
        le=28,
        description="Elastic distortion: root mean square of how far a pixel is moved along each axis, in pixels.",
    )
    elastic_smoothness: float = Field(
        default=4.0,
        ge=0.5,
        le=28,
        description="Standard deviation, in pixels, of the Gaussian that smooths the distortion: "
        "small trembles, large bends.",
    )

    stroke: float = Field(
        default=0.0,
        ge=0,
        le=2,
        description="How much wider or narrower strokes become at most, in pixels; a narrow one never breaks.",
    )
    contrast: float = Field(
        default=0.0,
        ge=0,
        le=4,
        description="How much darker or lighter grey becomes: ink is raised to a power between 2^-contrast and "
        "2^contrast.",
    )
    gap: float = Field(
        default=0.0,
        ge=0,
        le=28,
        description="Largest gap in the strokes, in pixels, at a random place; half of the images have none.",
    )
    feet: float = Field(
        default=0.0,
        ge=0,
        le=1,
        description="Share of the 1s that get a foot, a flag at the top or both, and of the 7s that get a bar through "
        "the stem. For digits only: the labels 1 and 7 must mean them.",
    )

    @property
    def enabled(self) -> bool:
        """Whether any image is changed."""
        return any((self.rotation, self.scale, self.shift, self.shear, self.elastic)) or self.changes_strokes

    @property
    def changes_strokes(self) -> bool:
        """Whether any stroke is changed, and not only moved."""
        return any((self.stroke, self.contrast, self.gap, self.feet))
