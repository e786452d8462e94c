"""How many GPUs a run uses."""

import pytest

from mnistcnn.errors import ConfigError
from mnistcnn.network import devices
from mnistcnn.network.devices import chosen_gpus, unused_card_warning, use_devices
from mnistcnn.network.nvidia import Nvidia


def test_the_processor_is_used_where_there_is_no_gpu_or_none_is_wanted():
    assert chosen_gpus("auto", 50, 1, gpus=0) == 0
    assert chosen_gpus("cpu", 50, 1, gpus=8) == 0


def test_auto_takes_as_many_gpus_as_divide_the_batch():
    assert [chosen_gpus("auto", 50, 1, gpus) for gpus in (1, 2, 4, 5, 8)] == [1, 2, 2, 5, 5]
    assert chosen_gpus("auto", 50, 2, gpus=8) == 5


def test_what_is_asked_for_is_taken_or_refused():
    assert chosen_gpus("gpu", 64, 2, gpus=4) == 4
    assert chosen_gpus(2, 50, 1, gpus=4) == 2
    for asked, gpus in (("gpu", 0), (1, 0), (3, 2)):
        with pytest.raises(ConfigError, match=f"devices: {asked}: TensorFlow finds {gpus or 'no'} GPU"):
            chosen_gpus(asked, 60, 1, gpus)


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


@pytest.mark.parametrize(("devices", "gpus", "expected"), [("cpu", 0, 0), ("auto", 0, 0), ("auto", 4, 4), (2, 4, 2)])
def test_a_worker_of_a_resumed_run_leaves_it_to_the_chief_whether_the_batch_can_be_shared(devices, gpus, expected):
    assert chosen_gpus(devices, None, 3, gpus) == expected


def test_a_machine_without_gpus_says_so():
    with pytest.raises(ConfigError, match="devices: 64"):
        use_devices(64, 64)


def test_a_card_that_tensorflow_cannot_use_is_a_warning_with_the_command_that_helps(nvidia_smi):
    nvidia_smi(cuda="11.4")
    warning = unused_card_warning("auto")
    assert "cannot use NVIDIA GeForce RTX 3090" in warning
    assert "supports CUDA up to 11.4" in warning
    assert "install NVIDIA's driver" in warning


def test_whoever_asked_for_the_processor_or_hides_the_card_is_not_warned(nvidia_smi, monkeypatch):
    nvidia_smi()
    assert unused_card_warning("cpu") is None
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "-1")
    assert unused_card_warning("auto") is None


def test_a_card_that_tensorflow_sees_is_no_warning(nvidia_smi, monkeypatch):
    nvidia_smi()
    monkeypatch.setattr(devices.tf.config, "list_physical_devices", lambda kind: ["/GPU:0"])
    assert unused_card_warning("auto") is None


def test_a_machine_without_a_card_is_no_warning(monkeypatch):
    monkeypatch.setattr(devices, "find_nvidia", lambda: Nvidia(False))
    assert unused_card_warning("auto") is None
