"""What the log ends with."""

from __future__ import annotations

import pytest
from mnistcnn_cli.rendering.summary import _spread

from mnistcnn.statistics import spread


@pytest.mark.parametrize(
    ("accuracies", "interval"), [([0.98, 0.995], "89.22 to 100.00 %"), ([0.001, 0.02], "0.00 to 13.12 %")]
)
def test_the_interval_of_a_mean_stays_within_what_an_accuracy_can_be(accuracies, interval):
    assert _spread(spread(accuracies), "mnist")[1].endswith(f"95 % interval of the mean {interval}")
