import numpy as np
import pytest

from mnistcnn.export.inference import Answers
from mnistcnn.export.parity import compare


def parity(change, *, exact=True, images=10_000):
    """A network that is right about the first 98 % of its images, beside a file with other logits."""
    labels = (np.arange(images) % 10).astype(np.uint8)
    logits = np.zeros((images, 10), np.float32)
    wrong = np.arange(images) >= images * 98 // 100
    logits[np.arange(images), (labels + wrong) % 10] = 5
    answered = logits.copy()
    change(answered)
    return compare("bars", logits, labels, Answers(answered, (1.0, 2.0)), exact=exact)


def forget(count):
    """Make the first `count` right answers wrong."""

    def change(logits):
        logits[:count] = np.roll(logits[:count], 1, axis=1)

    return change


def test_the_same_answers_have_no_problem():
    same = parity(lambda logits: None)
    assert same.problems == []
    assert (same.images, same.same_predictions, same.largest_difference) == (10_000, 10_000, 0)
    assert (same.accuracy_before, same.accuracy_after, same.errors_before) == (0.98, 0.98, 200)
    assert (same.latency_ms_1, same.latency_ms_100) == (1.0, 2.0)


@pytest.mark.parametrize(("difference", "problems"), [(0.9e-4, 0), (1.1e-4, 1)])
def test_one_logit_of_a_hundred_thousand_may_differ_by_a_ten_thousandth(difference, problems):
    def change(logits):
        logits[7777, 3] -= difference

    changed = parity(change)
    assert len(changed.problems) == problems
    assert changed.largest_difference == pytest.approx(difference)
    assert changed.mean_difference == pytest.approx(difference / 100_000)


def test_one_other_prediction_is_a_problem_even_between_close_logits():
    def change(logits):
        logits[5, 5] -= 5e-5

    labels, logits = np.array([5], np.uint8), np.array([[0, 0, 0, 0, 0, 1, 1 - 1e-5, 0, 0, 0]], np.float32)
    answered = logits.copy()
    answered[0, 5] -= 5e-5
    changed = compare("bars", logits, labels, Answers(answered, None), exact=True)
    assert changed.problems == ["1 of 1 predictions differ"]
    assert changed.latency_ms_1 is None


def test_nan_is_a_problem():
    def change(logits):
        logits[3, 4] = np.nan

    assert any("logits differ by up to nan" in problem for problem in parity(change).problems)


@pytest.mark.parametrize(("forgotten", "problems"), [(5, 0), (6, 1)])
def test_integers_may_lose_five_hundredths_of_a_percentage_point(forgotten, problems):
    lost = parity(forget(forgotten), exact=False)
    assert len(lost.problems) == problems
    assert lost.same_predictions == 10_000 - forgotten
    assert lost.errors_after - lost.errors_before == forgotten


def test_integers_may_have_other_logits_and_may_be_right_where_the_network_is_wrong():
    def change(logits):
        logits += 0.3
        logits[-1] = 0
        logits[-1, 9] = 1

    assert parity(change, exact=False).problems == []


def test_integers_that_lose_say_how_much():
    assert parity(forget(12), exact=False).problems == [
        "it loses 0.12 percentage points of accuracy; at most 0.05 are allowed"
    ]
