"""`mnistcnn doctor` says what works and what does not, and ends with 0 or 1, never with a traceback."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import namedtuple

import pytest
from mnistcnn_cli.commands.doctor import doctor
from mnistcnn_cli.doctor import data, examination, installation, machine, tensorflow_probe
from mnistcnn_cli.doctor.tensorflow_probe import Probe
from mnistcnn_cli.errors import run_guarded

from mnistcnn.network import nvidia

BUILD = {
    "is_cuda_build": True,
    "cuda_version": "12.5.1",
    "cudnn_version": "9",
    "cuda_compute_capabilities": ["sm_60", "sm_70", "sm_80", "sm_89", "compute_90"],
}
SUBJECTS = [
    "Python", "mnistcnn", "TensorFlow", "oneDNN", "instruction sets", "cores", "memory", "GPU", "NVIDIA's driver",
    "CUDA, cuDNN", "compute capability", "XLA's tools", "disk, runs", "disk, cache", "disk, temporary", "MNIST",
    "mirrors", "export", "page",
]  # fmt: skip


@pytest.fixture(autouse=True)
def ordinary_machine(monkeypatch, tmp_path):
    """TensorFlow starts, there is no card, and there is room; the network is that of `isolated`: none."""
    monkeypatch.setattr(examination, "probe_tensorflow", lambda: Probe(None, "2.21.0", True, 0, BUILD))
    monkeypatch.setattr(nvidia.shutil, "which", lambda _: None)
    usage = namedtuple("usage", "total used free")(0, 0, 10**11)
    monkeypatch.setattr(machine.shutil, "disk_usage", lambda _: usage)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "caches"))


@pytest.fixture
def findings(capsys, tmp_path):
    """Runs the command; its exit code, and its findings by subject."""

    def examined(log_dir=tmp_path / "runs"):
        code = run_guarded(lambda: doctor(log_dir, as_json=True), as_json=True)
        record = json.loads(capsys.readouterr().out)
        assert record["event"] == "doctor"
        assert record["ok"] is (code == 0)
        return code, {finding["subject"]: finding for finding in record["findings"]}

    return examined


def test_every_subject_has_its_line_and_whatever_is_not_fine_says_what_to_do(findings):
    code, found = findings()
    assert code == 0
    assert list(found) == SUBJECTS
    assert all(bool(line["advice"]) == (line["state"] != "ok") for line in found.values())


def test_people_get_one_table_with_the_advice_below_the_line_it_is_about(capsys, tmp_path):
    assert run_guarded(lambda: doctor(tmp_path), as_json=False) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "No problems"
    mirrors = next(number for number, line in enumerate(lines) if line.startswith("  mirrors"))
    assert lines[mirrors + 1].strip().startswith("-> without a network, copy MNIST's four files")


def test_no_network_is_a_note(findings):
    code, found = findings()
    assert code == 0
    assert found["mirrors"]["state"] == "note"
    assert all(found["mirrors"]["details"]["mirrors"].values())


def test_one_mirror_is_enough(findings, monkeypatch):
    monkeypatch.setattr("mnistcnn.data.download.mirror_problem", lambda url, _: "HTTP 403" if "google" in url else None)
    _, found = findings()
    assert found["mirrors"]["advice"] == "nothing: the other one is used"


def test_mnist_that_is_intact_is_found_where_the_environment_says(findings, real_mnist):
    _, found = findings()
    assert found["MNIST"]["state"] == "ok"
    assert found["MNIST"]["details"]["where"] == str(real_mnist)


def test_a_broken_data_file_is_a_problem_that_names_the_file(findings, idx_dir, monkeypatch):
    (idx_dir / "t10k-labels-idx1-ubyte").write_bytes(b"\0\0\x08\x01")
    monkeypatch.setenv("MNISTCNN_DATA_DIR", str(idx_dir))
    code, found = findings()
    assert code == 1
    assert found["MNIST"]["state"] == "problem"
    assert str(idx_dir / "t10k-labels-idx1-ubyte") in found["MNIST"]["found"]
    assert "unset MNISTCNN_DATA_DIR" in found["MNIST"]["advice"]


def test_a_damaged_cache_can_be_fetched_anew_and_an_empty_one_is_a_note(findings, tmp_path):
    _, found = findings()
    assert found["MNIST"]["state"] == "note"
    cache = tmp_path / "caches" / "mnistcnn" / "mnist"
    cache.mkdir(parents=True)
    (cache / "train-labels-idx1-ubyte.gz").write_bytes(b"no gzip")
    code, found = findings()
    assert (code, found["MNIST"]["advice"]) == (1, "run: mnistcnn data --fetch")


def test_a_named_folder_that_is_not_there_is_a_problem(findings, monkeypatch, tmp_path):
    monkeypatch.setenv("MNISTCNN_DATA_DIR", str(tmp_path / "nowhere"))
    code, found = findings()
    assert code == 1
    assert found["MNIST"]["found"].count("there is no such folder") == 1


@pytest.fixture
def card(monkeypatch, nvidia_smi):
    """A card that nvidia-smi lists, and the findings' libraries."""

    def make(*smi, lacking=(), **options):
        program = nvidia_smi(*smi, **options)
        monkeypatch.setattr(nvidia.shutil, "which", lambda name: str(program) if name == "nvidia-smi" else None)
        monkeypatch.setattr("mnistcnn_cli.doctor.gpu.lacking_libraries", lambda _: list(lacking))

    return make


def test_a_card_that_tensorflow_cannot_use_is_a_problem_with_the_command_that_helps(findings, card):
    card(lacking=["cuDNN 9"])
    code, found = findings()
    assert code == 1
    assert found["GPU"]["found"].startswith("NVIDIA GeForce RTX 3090, 24 GiB; not used: CUDA's libraries")
    assert found["GPU"]["advice"] == found["CUDA, cuDNN"]["advice"]
    assert "-m pip install 'tensorflow[and-cuda]==" in found["GPU"]["advice"]
    assert found["NVIDIA's driver"]["found"] == "550.54.14, for CUDA up to 12.4"


def test_a_card_that_is_used_and_newer_than_tensorflow_is_told_about_the_first_start(findings, card, monkeypatch):
    card("NVIDIA H200, 570.1, 9.0, 143771\nNVIDIA H200, 570.1, 9.0, 143771")
    monkeypatch.setattr(examination, "probe_tensorflow", lambda: Probe(None, "2.21.0", True, 2, BUILD))
    _, found = findings()
    assert found["GPU"]["found"] == "2 x NVIDIA H200, 140 GiB; TensorFlow uses 2"
    assert found["compute capability"]["state"] == "note"
    assert "takes minutes" in found["compute capability"]["advice"]


def test_a_card_that_is_too_old_is_a_problem(findings, card):
    card("Tesla M40, 550.1, 5.2, 11448")
    code, found = findings()
    assert (code, found["compute capability"]["state"]) == (1, "problem")


def test_a_driver_that_fails_is_a_problem_and_a_hidden_card_is_a_note(findings, card, monkeypatch):
    card("NVIDIA-SMI has failed because it could not communicate with the NVIDIA driver.", code=9)
    code, found = findings()
    assert code == 1
    assert "could not communicate" in found["NVIDIA's driver"]["found"]
    card()
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    assert findings()[1]["GPU"]["state"] == "note"


@pytest.mark.parametrize(
    ("flags", "remedy"), [({"sse4_2"}, "use another machine"), ({"avx"}, "-m pip install --force-reinstall")]
)
def test_a_tensorflow_that_crashes_is_one_problem_and_everything_else_is_still_examined(
    findings, monkeypatch, flags, remedy
):
    monkeypatch.setattr(examination, "probe_tensorflow", lambda: Probe("it crashed (SIGILL)"))
    monkeypatch.setattr("mnistcnn.network.precision.processor_flags", lambda: frozenset(flags))
    code, found = findings()
    assert (code, list(found)) == (1, SUBJECTS)
    assert found["TensorFlow"]["found"] == "does not start: it crashed (SIGILL)"
    assert remedy in found["TensorFlow"]["advice"]
    assert [subject for subject, line in found.items() if line["state"] == "problem"] == ["TensorFlow"]


def test_onednn_that_the_user_switched_off_where_it_is_faster_is_a_note(findings, monkeypatch):
    monkeypatch.setattr(examination, "probe_tensorflow", lambda: Probe(None, "2.21.0", False, 0, BUILD))
    monkeypatch.setattr("mnistcnn.network.precision.processor_flags", lambda: frozenset({"avx", "avx2", "fma"}))
    monkeypatch.setattr(installation.platform, "machine", lambda: "x86_64")
    monkeypatch.setenv("TF_ENABLE_ONEDNN_OPTS", "0")
    _, found = findings()
    assert (found["oneDNN"]["state"], found["oneDNN"]["found"]) == ("note", "off: TF_ENABLE_ONEDNN_OPTS=0")


@pytest.mark.parametrize(
    ("flags", "meaning"), [({"avx2"}, "float32 is used instead"), ({"amx_bf16"}, "bfloat16 is computed")]
)
def test_instruction_sets_come_with_what_they_mean_for_precision(findings, monkeypatch, flags, meaning):
    monkeypatch.setattr("mnistcnn.network.precision.processor_flags", lambda: frozenset(flags))
    assert meaning in findings()[1]["instruction sets"]["found"]


def test_a_containers_limits_are_shown_and_too_little_memory_is_a_problem(findings, monkeypatch):
    monkeypatch.setattr("mnistcnn.network.limits.cpu_quota", lambda *_: 0.5)
    monkeypatch.setattr("mnistcnn.network.limits.memory_limit", lambda: 512 << 20)
    code, found = findings()
    assert "control group 0.5" in found["cores"]["found"]
    assert found["cores"]["details"]["used"] == 1
    assert (code, found["memory"]["state"]) == (1, "problem")
    assert "limited to 536.9 MB" in found["memory"]["found"]


def test_a_full_disk_and_a_folder_that_is_a_file_are_problems(findings, monkeypatch, tmp_path):
    (tmp_path / "file").touch()
    code, found = findings(tmp_path / "file" / "runs")
    assert (code, found["disk, runs"]["found"]) == (1, f"{tmp_path / 'file'} is not a folder")
    usage = namedtuple("usage", "total used free")(0, 0, 1000)
    monkeypatch.setattr(machine.shutil, "disk_usage", lambda _: usage)
    _, found = findings()
    assert [found[f"disk, {which}"]["state"] for which in ("runs", "cache", "temporary")] == ["problem"] * 3


def test_no_temporary_folder_is_a_note_since_every_command_does_without(findings, monkeypatch):
    def none():
        raise FileNotFoundError(2, "No usable temporary directory found")

    monkeypatch.setattr(machine.tempfile, "gettempdir", none)
    code, found = findings()
    assert (code, found["disk, temporary"]["state"]) == (0, "note")
    assert found["disk, temporary"]["advice"].startswith("set TMPDIR")


def test_packages_that_are_missing_or_too_old_come_with_the_command(findings, monkeypatch):
    wanted = ["numpy>=999", "no-such-package>=1", 'onnx>=999; extra == "onnx"']
    monkeypatch.setattr(installation, "requires", lambda _: wanted)
    code, found = findings()
    assert code == 1
    assert "no-such-package>=1 is missing" in found["mnistcnn"]["found"]
    assert found["mnistcnn"]["advice"].endswith("-m pip install 'numpy>=999' 'no-such-package>=1'")


def test_export_formats_that_lack_packages_are_a_note(findings, monkeypatch):
    monkeypatch.setattr("mnistcnn.export.formats.find_spec", lambda name: None if "onnx" in name else object())
    code, found = findings()
    assert (code, found["export"]["state"]) == (0, "note")
    assert found["export"]["found"].startswith("saved_model, keras")
    assert (
        "onnx needs onnx, tf2onnx, onnxruntime; install with: pip install 'mnistcnn[onnx]'" in found["export"]["advice"]
    )


def test_a_bug_in_one_part_is_a_line_like_any_other(findings, monkeypatch):
    def fail():
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr(data, "examine_mirrors", fail)
    code, found = findings()
    assert code == 1
    assert found["mirrors"]["found"] == "could not be examined: ZeroDivisionError: division by zero"
    assert list(found) == SUBJECTS


@pytest.mark.parametrize(
    ("script", "problem"),
    [
        ("kill -ILL $$", "it crashed (SIGILL)"),
        ("echo 'ImportError: libstdc++.so.6: no such file' >&2; exit 1", "ImportError: libstdc++.so.6: no such file"),
        ("exit 3", "it ended with exit code 3"),
        ("exec sleep 60", "it did not start within 0.5 s"),
    ],
)
def test_however_tensorflow_ends_the_reason_is_known(monkeypatch, tmp_path, script, problem):
    python = tmp_path / "python"
    python.write_text(f"#!/bin/sh\n{script}\n")
    python.chmod(0o755)
    monkeypatch.setattr(tensorflow_probe.sys, "executable", str(python))
    monkeypatch.setattr(tensorflow_probe, "_SECONDS", 0.5)
    assert tensorflow_probe.probe_tensorflow() == Probe(problem)


def test_the_command_asks_the_tensorflow_that_is_installed(tmp_path):
    environment = {key: value for key, value in os.environ.items() if not key.startswith("TF_")}
    command = [sys.executable, "-m", "mnistcnn_cli", "doctor", "--json", "--log-dir", str(tmp_path)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    found = {finding["subject"]: finding for finding in json.loads(done.stdout)["findings"]}
    assert found["TensorFlow"]["state"] == "ok"
    assert found["TensorFlow"]["details"]["version"].startswith("2.")
    assert isinstance(found["oneDNN"]["details"]["on"], bool)
    assert done.stderr == ""
