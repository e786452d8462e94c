"""The animation: which networks its frames are of, and what they say."""

from __future__ import annotations

import numpy as np

from mnistcnn.visualize.drawing.marks import Text
from mnistcnn.visualize.sheets.animation import training_animation


def test_frames_are_of_the_snapshots_with_their_accuracies_and_steps(source):
    animation = training_animation(source)
    steps = source.trained.run.snapshots().steps()
    assert animation.arrays["history/steps"].tolist() == steps
    for frame, step in zip(animation.frames, steps, strict=True):
        snapshot = source.trained.run.snapshots().load(step)
        assert f"step {step} of 30" in frame.words.shape
        assert f"{100 * snapshot.accuracy:.1f} % of 20 validation images recognised" in frame.words.shape
        marked = [mark.text for mark in frame.marks if isinstance(mark, Text) and mark.bold]
        assert str(step) in marked


def test_a_run_of_before_is_animated_over_its_checkpoints(old_source):
    animation = training_animation(old_source)
    assert animation.arrays["history/steps"].tolist() == old_source.trained.run.checkpoints().steps()
    assert "kept checkpoint" in animation.words.alt
    assert all("validation images" not in frame.words.shape for frame in animation.frames)
    start = animation.arrays["history/conv1/weights"][0]
    np.testing.assert_array_equal(start, old_source.start["conv1/weights"])
