"""The devices that share a batch."""

from __future__ import annotations

import pytest

from mnistcnn.config.schema import load_config
from tests.mnistcnn.config.conftest import problems


@pytest.mark.parametrize(("text", "devices"), [("auto", "auto"), ("cpu", "cpu"), ("gpu", "gpu"), ("1", 1), ("64", 64)])
def test_devices_are_a_word_or_a_number_of_gpus(text: str, devices: int | str) -> None:
    assert load_config(None, [f"devices={text}"]).devices == devices


@pytest.mark.parametrize("text", ["0", "65", "true", "GPU", "'2'", "2.0", "[1]", "null"])
def test_other_devices_are_refused_with_what_may_be_written(text: str) -> None:
    [problem] = problems(None, f"devices={text}")
    assert "expected auto, cpu, gpu, or a number of GPUs from 1 to 64, got " in problem
