"""What a run remembers of the versions and the machine that it was trained with."""

import sys
from types import SimpleNamespace

from mnistcnn.network.startup import onednn_is_on
from mnistcnn.runs.environment import (
    describe_environment,
    difference_lines,
    differences_in_bits,
    environment_differences,
    environments_of,
)

HERE = {"mnistcnn": "1", "packages": {"tensorflow": "2.21", "pillow": "11"}, "machine": {"cores": 2, "onednn": True}}


def test_it_says_whether_onednn_was_on():
    assert describe_environment()["machine"]["onednn"] is onednn_is_on()


def test_only_what_can_change_bits_counts_for_a_resumed_run():
    other = {**HERE, "python": "3.12", "packages": {"tensorflow": "2.20", "pillow": "12"}}
    assert list(environment_differences(HERE, other)) == ["python", "packages.tensorflow", "packages.pillow"]
    assert differences_in_bits(HERE, other, None) == {"packages.tensorflow": ("2.21", "2.20")}


def test_the_number_of_cores_counts_unless_the_threads_are_set():
    other = {**HERE, "machine": {"cores": 8, "onednn": True}}
    assert list(differences_in_bits(HERE, other, None)) == ["machine.cores"]
    assert differences_in_bits(HERE, other, 2) == {}


def test_what_was_not_recorded_is_unknown():
    before = {**HERE, "machine": {"cores": 2}}
    assert difference_lines(differences_in_bits(before, HERE, None)) == ["machine.onednn: was unknown, is on"]


def test_every_start_counts_from_the_last_beginning_on():
    one, two, three = ({"mnistcnn": version} for version in "123")

    def manifest(*starts):
        resumed = [{"step": step, "environment": environment} for step, environment in starts]
        return {**HERE, "resumed": [{"step": 5, "changes": {}}, *resumed]}

    assert environments_of(manifest((7, one), (9, two)))[1:] == [one, two]
    assert environments_of(manifest((7, one), (0, two), (9, three))) == [two, three]
    assert len(environments_of(manifest())) == 1


def test_gpus_are_recorded_by_name_and_none_is_what_a_run_had_that_did_not_record_them(monkeypatch):
    config = SimpleNamespace(
        get_visible_devices=lambda kind: [SimpleNamespace(name="/physical_device:GPU:0")],
        experimental=SimpleNamespace(get_device_details=lambda gpu: {"device_name": "NVIDIA H200"}),
    )
    monkeypatch.setitem(sys.modules, "tensorflow", SimpleNamespace(config=config))
    machine = describe_environment()["machine"]
    assert machine["gpus"] == ["NVIDIA H200"]
    there = {**HERE, "machine": {**HERE["machine"], "gpus": machine["gpus"]}}
    assert difference_lines(differences_in_bits(there, HERE, 2)) == ["machine.gpus: was NVIDIA H200, is none"]
    assert differences_in_bits(HERE, {**HERE, "machine": {**HERE["machine"], "gpus": []}}, 2) == {}
