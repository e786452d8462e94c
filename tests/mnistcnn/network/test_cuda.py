"""Why TensorFlow cannot use a card, and what helps."""

from __future__ import annotations

import dataclasses

import pytest

from mnistcnn.network import cuda
from mnistcnn.network.cuda import CudaWanted, find_obstacle, kernels_for
from mnistcnn.network.nvidia import Card, Nvidia

BUILT_FOR = ("sm_60", "sm_70", "sm_80", "sm_89", "compute_90")
WANTED = CudaWanted(True, "12.5.1", "9", BUILT_FOR)
CARD = Card("RTX 3090", "550.54.14", "8.6", 24 << 30)
HERE = Nvidia(True, (CARD,), "12.4")


@pytest.mark.parametrize(
    ("capability", "kernels"),
    [("5.2", "none"), ("6.1", "ready"), ("7.5", "ready"), ("8.0", "ready"), ("8.6", "ready"), ("8.9", "ready"),
     ("9.0", "compiled at the first start"), ("12.0", "compiled at the first start")],
)  # fmt: skip
def test_a_card_has_machine_code_of_its_generation_or_compiles_it(capability, kernels):
    assert kernels_for(capability, BUILT_FOR) == kernels


def test_machine_code_for_a_later_card_of_the_generation_does_not_help():
    assert kernels_for("8.0", ["sm_89"]) == "none"
    assert kernels_for("9.0", ["sm_90a"]) == "none"


@pytest.mark.parametrize(
    ("nvidia", "wanted", "lacking", "reason", "remedy"),
    [
        (Nvidia(True, problem="the card has no driver"), WANTED, [], "no driver", "ubuntu-drivers install"),
        (Nvidia(True, problem="this container has no access"), WANTED, [], "container", "docker run --gpus all"),
        (HERE, CudaWanted(False, "", "", ()), [], "built without CUDA", "-m pip install 'tensorflow[and-cuda]=="),
        (dataclasses.replace(HERE, cuda="11.4"), WANTED, [], "up to 11.4, and TensorFlow needs 12.5.1", "525.60.13"),
        (HERE, WANTED, ["cuDNN 9"], "not installed: cuDNN 9", "-m pip install 'tensorflow[and-cuda]=="),
        (Nvidia(True, (dataclasses.replace(CARD, capability="5.2"),), "12.4"), WANTED, [], "5.2", "devices=cpu"),
        (HERE, WANTED, [], "does not say why", "TF_CPP_MIN_LOG_LEVEL=0"),
    ],
)
def test_the_first_reason_that_applies_comes_with_what_helps(nvidia, wanted, lacking, reason, remedy):
    obstacle = find_obstacle(nvidia, wanted, lacking, {})
    assert reason in obstacle.reason
    assert remedy in obstacle.remedy


def test_a_hidden_card_is_not_a_broken_one():
    obstacle = find_obstacle(HERE, WANTED, ["cuDNN 9"], {"CUDA_VISIBLE_DEVICES": "-1"})
    assert (obstacle.reason, obstacle.remedy) == ("CUDA_VISIBLE_DEVICES='-1' hides it", "unset CUDA_VISIBLE_DEVICES")
    assert not cuda.is_hidden({"CUDA_VISIBLE_DEVICES": "0,1"})
    assert cuda.is_hidden({"CUDA_VISIBLE_DEVICES": ""})


def test_libraries_count_as_there_if_a_package_or_the_system_has_them(monkeypatch):
    monkeypatch.setattr(cuda, "_can_load", lambda library: library == "libcudart.so.12")
    monkeypatch.setattr(cuda, "cuda_packages", lambda: {"nvidia-cudnn-cu12": None})
    assert cuda.lacking_libraries(WANTED) == ["cuDNN 9"]
    monkeypatch.setattr(cuda, "cuda_packages", lambda: {"nvidia-cudnn-cu12": "9.3.0.75"})
    assert cuda.lacking_libraries(WANTED) == []


def test_tensorflows_own_metadata_names_the_packages():
    assert {"nvidia-cuda-runtime-cu12", "nvidia-cudnn-cu12", "nvidia-cuda-nvcc-cu12"} <= set(cuda.cuda_packages())


def test_a_machine_without_tensorflows_package_still_gets_a_command(monkeypatch):
    monkeypatch.setattr(cuda, "_installed", lambda _: None)
    assert cuda.install_command().endswith("-m pip install 'tensorflow[and-cuda]'")
    assert cuda.cuda_packages() == {}


def test_a_build_without_cuda_has_no_versions():
    assert CudaWanted.from_build_info({"is_cuda_build": False}) == CudaWanted(False, "", "", ())
