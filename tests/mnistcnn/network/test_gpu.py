"""What XLA is asked for on a GPU: the same bits, its choices kept, and one process at a time that makes them."""

import os

import pytest
import tensorflow as tf
from filelock import FileLock

from mnistcnn.network import gpu
from mnistcnn.network.gpu import compiling_alone, is_deterministic, kernel_choices, prepare_gpus, program_name

CARD = "GPU:0"


@pytest.fixture
def flags(monkeypatch):
    """XLA's flags in this process; all changes are undone."""
    monkeypatch.setenv("XLA_FLAGS", "--xla_of_the_user=1")
    return lambda: os.environ["XLA_FLAGS"].split()


def test_the_same_bits_need_deterministic_kernels_and_choices_that_are_kept(flags, tmp_path):
    prepare_gpus([CARD], deterministic=True, choices=tmp_path / "new" / "kernels")
    assert flags() == [
        "--xla_of_the_user=1",
        "--xla_gpu_exclude_nondeterministic_ops=true",
        f"--xla_gpu_per_fusion_autotune_cache_dir={tmp_path}/new/kernels",
    ]
    assert (tmp_path / "new" / "kernels").is_dir()
    assert is_deterministic()


@pytest.mark.parametrize("name", ["a file/kernels", "with a space"])
def test_where_choices_cannot_be_kept_kernels_are_chosen_without_timing_them(flags, tmp_path, name):
    (tmp_path / "a file").touch()
    prepare_gpus([CARD], deterministic=True, choices=tmp_path / name)
    assert flags() == ["--xla_of_the_user=1", "--xla_gpu_deterministic_ops=true"]
    assert is_deterministic()


@pytest.mark.parametrize(("gpus", "deterministic"), [([], True), ([CARD], False)])
def test_nothing_is_asked_for_without_a_gpu_or_by_those_who_do_not_mind(flags, tmp_path, gpus, deterministic):
    prepare_gpus(gpus, deterministic=deterministic, choices=tmp_path)
    assert flags() == ["--xla_of_the_user=1"]
    assert not is_deterministic()


def test_several_gpus_train_without_xla_so_that_tensorflow_is_asked(flags, tmp_path, monkeypatch):
    asked = []
    monkeypatch.setattr(tf.config.experimental, "enable_op_determinism", lambda: asked.append(True))
    prepare_gpus([CARD, "GPU:1"], deterministic=True, choices=tmp_path)
    assert (asked, flags()) == ([True], ["--xla_of_the_user=1"])


def test_a_kept_program_that_may_use_any_kernel_is_never_taken_for_an_exact_one(flags, tmp_path):
    free = program_name("chunk")
    prepare_gpus([CARD], deterministic=True, choices=tmp_path)
    assert program_name("chunk") != free


def test_one_process_compiles_at_a_time_and_none_waits_for_ever(flags, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(gpu, "_PATIENCE", 0.01)
    prepare_gpus([CARD], deterministic=True, choices=kernel_choices())
    other = FileLock(kernel_choices() / ".lock")
    with compiling_alone(), pytest.raises(TimeoutError):
        other.acquire(timeout=0)
    with other.acquire(timeout=0), compiling_alone():
        pass


def test_compiling_needs_no_folder(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "none"))
    with compiling_alone():
        assert not (tmp_path / "none").exists()
