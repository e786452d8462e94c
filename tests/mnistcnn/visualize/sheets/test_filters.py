"""The sheet of filters beside those that training began with, and how far training moved them."""

from __future__ import annotations

import numpy as np
import pytest

from mnistcnn.network.model import Network
from mnistcnn.visualize.analysis.change import change_in_words, correlation, place_of_step
from mnistcnn.visualize.drawing.marks import Text
from mnistcnn.visualize.picture_source import PictureSource
from mnistcnn.visualize.sheets.filters import conv1_filters, conv2_filters


def texts(sheet):
    return [mark.text for mark in sheet.marks if isinstance(mark, Text)]


def test_each_filter_stands_beside_its_start_and_its_change_with_their_correlation(source):
    sheet = conv1_filters(source)
    start = Network(source.trained.config.network, source.trained.config.seed).read()["conv1/weights"]
    end = source.weights["conv1/weights"]
    np.testing.assert_array_equal(sheet.arrays["conv1/weights/start"], start)
    assert [text for text in texts(sheet) if text in ("start", "end", "change")] == ["start", "end", "change"] * 4
    for filter_number in range(4):
        found = np.corrcoef(start[..., filter_number].ravel(), end[..., filter_number].ravel())[0, 1]
        assert f"{found:.2f}" in texts(sheet)
    whole = np.corrcoef(start.ravel(), end.ravel())[0, 1]
    assert f"{whole:.2f}" in sheet.words.sentence
    assert "step 30" in sheet.words.shape
    weight, change = sheet.scales
    assert change.limit == pytest.approx(np.percentile(np.abs(end - start), 99.5))
    assert weight.limit == pytest.approx(np.percentile(np.abs(end), 99.5))


def test_start_end_and_change_are_painted_in_their_own_scales(source):
    sheet = conv1_filters(source)
    weight, change = sheet.scales
    start, end = (
        values[:, :, 0, 0] for values in (sheet.arrays["conv1/weights/start"], source.weights["conv1/weights"])
    )
    for values, scale in ((start, weight), (end, weight), (end - start, change)):
        squares = scale.colours(values, sheet.theme)
        # Where its first square and, twelve pixels on, the second are painted.
        found = [
            (row, column)
            for row, column in np.argwhere((sheet.pixels == squares[0, 0]).all(axis=2))
            if (sheet.pixels[row + 24, column + 36] == squares[2, 3]).all()
            and (sheet.pixels[row + 48, column + 48] == squares[4, 4]).all()
        ]
        assert found


def test_conv2_says_how_far_it_moved(source):
    start = Network(source.trained.config.network, source.trained.config.seed).read()["conv2/weights"]
    assert f"{correlation(start, source.weights['conv2/weights']):.2f}" in conv2_filters(source).words.sentence


def test_of_a_run_of_before_the_start_is_in_its_first_checkpoint_and_without_that_only_the_end_is_shown(
    old_source, source
):
    np.testing.assert_array_equal(old_source.start["conv1/weights"], source.start["conv1/weights"])
    bare = PictureSource(old_source.trained, source.dataset, source.digit, source.theme, autoscale=False)
    bare.start = None
    sheet = conv1_filters(bare)
    assert "start" not in texts(sheet)
    assert "correlation" not in sheet.words.sentence + conv2_filters(bare).words.sentence
    assert len(sheet.scales) == 1


@pytest.mark.parametrize(
    ("noise", "said"), [(0.01, "1.00, where 1 is no change: training hardly changed them"), (3, "changed them visibly")]
)
def test_the_words_follow_the_correlation(noise, said):
    draw = np.random.default_rng(0)
    before = draw.normal(size=(5, 5, 1, 32)).astype(np.float32)
    after = before + noise * draw.normal(size=before.shape).astype(np.float32)
    assert said in change_in_words(before, after)


def test_filters_that_are_all_equal_have_no_correlation():
    assert "no correlation" in change_in_words(np.ones((5, 5, 1, 2), np.float32), np.ones((5, 5, 1, 2), np.float32))


def test_the_axis_of_steps_is_logarithmic_and_has_a_place_for_step_0():
    places = [place_of_step(step, 3000) for step in (0, 10, 100, 1000, 3000)]
    assert places[0] == 0
    assert places[-1] == 1
    assert np.all(np.diff(places) > 0.1)
    assert place_of_step(1000, 3000) - place_of_step(100, 3000) == pytest.approx(np.log(101 / 11) / np.log(301))
