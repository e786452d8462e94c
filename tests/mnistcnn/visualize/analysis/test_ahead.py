"""Work in a thread: its result, or its error, comes where it is asked for."""

import pytest

from mnistcnn.errors import CheckpointError
from mnistcnn.visualize.analysis.ahead import begin


def damaged() -> int:
    raise CheckpointError("checkpoints/step-0000002: damaged")


def test_the_result_is_waited_for() -> None:
    assert begin(lambda: 3).result(timeout=60) == 3


def test_an_error_is_raised_where_the_result_is_asked_for() -> None:
    future = begin(damaged)
    with pytest.raises(CheckpointError, match="damaged"):
        future.result(timeout=60)
