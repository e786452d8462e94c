"""How many GPUs a run uses."""

import pytest

from mnistcnn.errors import ConfigError
from mnistcnn.network.devices import chosen_gpus, use_devices


def test_the_processor_is_used_where_there_is_no_gpu_or_none_is_wanted():
    assert chosen_gpus("auto", 50, 1, gpus=0) == 0
    assert chosen_gpus("cpu", 50, 1, gpus=8) == 0


def test_auto_takes_as_many_gpus_as_divide_the_batch():
    assert [chosen_gpus("auto", 50, 1, gpus) for gpus in (1, 2, 4, 5, 8)] == [1, 2, 2, 5, 5]
    assert chosen_gpus("auto", 50, 2, gpus=8) == 5


def test_what_is_asked_for_is_taken_or_refused():
    assert chosen_gpus("gpu", 64, 2, gpus=4) == 4
    assert chosen_gpus(2, 50, 1, gpus=4) == 2
    for devices, gpus in (("gpu", 0), (1, 0), (3, 2)):
        with pytest.raises(ConfigError, match=f"devices: {devices}: TensorFlow sees {gpus or 'no'} GPU"):
            chosen_gpus(devices, 60, 1, gpus)


@pytest.mark.parametrize(
    ("devices", "batch", "workers", "gpus", "expected"),
    [
        ("cpu", 50, 3, 0, "50 images cannot be shared evenly by 3 workers; try 48 or 51"),
        ("auto", 2, 3, 2, "2 images cannot be shared evenly by 3 workers; try 3"),
        ("gpu", 50, 1, 4, "50 images cannot be shared evenly by 4 GPUs; try 48 or 52"),
        (2, 50, 2, 2, "50 images cannot be shared evenly by 2 workers of 2 GPUs each; try 48 or 52"),
    ],
)
def test_a_batch_that_cannot_be_shared_evenly_is_refused_with_the_nearest_that_can(
    devices, batch, workers, gpus, expected
):
    with pytest.raises(ConfigError, match=expected):
        chosen_gpus(devices, batch, workers, gpus)


def test_a_machine_without_gpus_says_so():
    with pytest.raises(ConfigError, match="devices: 64"):
        use_devices(64, 64)
