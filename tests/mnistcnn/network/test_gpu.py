"""What TensorFlow is asked for on a GPU: the same bits."""

import pytest
import tensorflow as tf

from mnistcnn.network.gpu import prepare_gpus

CARD = "GPU:0"


@pytest.mark.parametrize(
    ("gpus", "deterministic", "calls"), [([CARD], True, 1), ([CARD], False, 0), ([], True, 0)], ids=str
)
def test_determinism_is_asked_for_where_a_gpu_computes_and_the_same_bits_are_wanted(
    gpus, deterministic, calls, monkeypatch
):
    asked = []
    monkeypatch.setattr(tf.config.experimental, "enable_op_determinism", lambda: asked.append(True))
    prepare_gpus(gpus, deterministic=deterministic)
    assert len(asked) == calls
