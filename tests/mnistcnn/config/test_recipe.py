"""What a recipe may add to the tutorial's."""

from __future__ import annotations

import pytest

from mnistcnn.config.recipe import AugmentationConfig
from mnistcnn.config.schema import load_config
from tests.mnistcnn.config.conftest import problems

STRENGTHS = sorted(AugmentationConfig.model_fields.keys() - {"elastic_smoothness"})


def test_by_default_nothing_is_added_to_the_tutorials_recipe() -> None:
    config = load_config()
    assert (config.schedule.kind, config.schedule.warmup, config.averaging.decay) == ("constant", 0, 0)
    assert {getattr(config.augmentation, key) for key in STRENGTHS} == {0}
    assert (config.label_smoothing, config.weight_decay, config.precision) == (0, 0, "float32")


@pytest.mark.parametrize("key", STRENGTHS)
def test_images_are_never_changed_by_less_than_nothing(key: str) -> None:
    [problem] = problems(None, f"augmentation.{key}=-0.1")
    assert problem.startswith(f"--set augmentation.{key}=-0.1: must be between 0 and ")


def test_an_average_that_never_moves_is_refused() -> None:
    assert problems(None, "averaging.decay=1") == ["--set averaging.decay=1: must be between 0 and 0.999999, got 1"]
