"""When training counts as diverged."""

from __future__ import annotations

import numpy as np
import pytest

from mnistcnn.training.divergence import NotFiniteError, check_evaluation_loss, check_losses, check_weights


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_the_first_loss_that_is_not_finite_is_named_with_its_step(value):
    with pytest.raises(NotFiniteError, match=f"the loss was {value} at step 1,003"):
        check_losses(np.array([1, 2, value, np.nan], np.float32), 1000)


def test_a_held_out_loss_and_a_weight_are_named_with_the_step_before():
    with pytest.raises(NotFiniteError, match="the test loss was inf after step 20"):
        check_evaluation_loss(float("inf"), "test", 20)
    with pytest.raises(NotFiniteError, match="a weight was NaN or infinite after step 20"):
        check_weights({"a": np.zeros(2, np.float32), "b": np.array([0, np.nan], np.float32)}, 20)


def test_finite_numbers_pass():
    check_losses(np.array([1e30, 0], np.float32), 0)
    check_evaluation_loss(1e30, "validation", 0)
    check_weights({"a": np.full(3, 1e30, np.float32)}, 0)
