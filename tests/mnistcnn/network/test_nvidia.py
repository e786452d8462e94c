"""NVIDIA's cards are found, and what is wrong with them, without TensorFlow."""

from __future__ import annotations

import pytest

from mnistcnn.network import nvidia
from mnistcnn.network.nvidia import Card, Nvidia, find_nvidia


@pytest.fixture
def without_smi(monkeypatch):
    monkeypatch.setattr(nvidia.shutil, "which", lambda _: None)


def test_cards_are_listed_with_driver_capability_and_memory(nvidia_smi):
    nvidia_smi()
    card = Card("NVIDIA GeForce RTX 3090", "550.54.14", "8.6", 24576 << 20)
    assert find_nvidia() == Nvidia(True, (card,), "12.4", None)


def test_a_card_may_keep_its_memory_and_capability_to_itself(nvidia_smi):
    nvidia_smi("Tesla K80, 470.1, [N/A], [N/A]")
    assert find_nvidia().cards == (Card("Tesla K80", "470.1", "", 0),)


def test_a_driver_that_fails_is_quoted(nvidia_smi):
    nvidia_smi("Failed to initialize NVML: Driver/library version mismatch", code=18)
    assert find_nvidia() == Nvidia(True, problem="Failed to initialize NVML: Driver/library version mismatch")


def test_an_nvidia_smi_that_lists_nothing_is_a_problem(nvidia_smi):
    nvidia_smi("No devices were found")
    assert find_nvidia().problem == "nvidia-smi lists no card: No devices were found"


def test_an_nvidia_smi_that_hangs_is_given_up(nvidia_smi, monkeypatch):
    nvidia_smi().write_text("#!/bin/sh\nexec sleep 60\n")
    monkeypatch.setattr(nvidia, "_SMI_SECONDS", 0.2)
    assert find_nvidia().problem == "nvidia-smi gave no answer within 0.2 s"


def test_an_nvidia_smi_that_cannot_be_run_is_a_problem(nvidia_smi):
    nvidia_smi().write_bytes(b"\x00")
    assert "Exec format error" in find_nvidia().problem


def test_a_machine_without_a_card_has_none(without_smi, tmp_path):
    assert find_nvidia(tmp_path) == Nvidia(False)


def test_a_card_without_a_driver_is_found_on_the_bus(without_smi, tmp_path):
    for slot, vendor, kind in (
        ("00", "0x8086", "0x030000"),
        ("01", "0x10de", "0x040300"),
        ("02", "0x10de", "0x030200"),
    ):
        assert not find_nvidia(tmp_path).present
        device = tmp_path / "sys/bus/pci/devices" / slot
        device.mkdir(parents=True)
        (device / "vendor").write_text(f"{vendor}\n")
        (device / "class").write_text(f"{kind}\n")
    assert find_nvidia(tmp_path) == Nvidia(True, problem="the card has no driver")


def test_a_container_that_was_not_given_the_card_is_told_apart(without_smi, tmp_path):
    (tmp_path / "proc/driver/nvidia").mkdir(parents=True)
    (tmp_path / "proc/driver/nvidia/version").touch()
    assert "container has no access" in find_nvidia(tmp_path).problem
    (tmp_path / "dev").mkdir()
    (tmp_path / "dev/nvidiactl").touch()
    assert find_nvidia(tmp_path).problem == "nvidia-smi is not on the PATH"
