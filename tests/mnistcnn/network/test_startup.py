"""oneDNN is used where it is faster, unless the user decides otherwise."""

from __future__ import annotations

import ast
import json
import os
import platform
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from mnistcnn.network import startup
from mnistcnn.network.precision import processor_flags
from mnistcnn.network.startup import expected_onednn, needs_switch

CORE = Path(startup.__file__).parents[1]
ZEN_3 = frozenset({"avx", "avx2", "fma", "sse4_2"})
SKYLAKE_X = ZEN_3 | {"avx512f", "avx512vl"}
ICE_LAKE = SKYLAKE_X | {"avx512_vnni"}
ALDER_LAKE = ZEN_3 | {"avx_vnni"}
PROGRAMS = "--tf_xla_persistent_cache_directory=/programs --tf_xla_persistent_cache_device_types=GPU,XLA_GPU_JIT"
IVY_BRIDGE = frozenset({"avx", "sse4_2"})


@pytest.fixture
def on(monkeypatch):
    """A process on some processor, before or after TensorFlow is imported."""

    def prepared(flags, environment=(), imported=False, programs=Path("/programs")):
        modules = {"tensorflow": None} if imported else {}
        monkeypatch.setattr(startup, "sys", SimpleNamespace(modules=modules))
        monkeypatch.setattr(startup.platform, "machine", lambda: "x86_64")
        monkeypatch.setattr(startup, "processor_flags", lambda: flags)
        monkeypatch.setattr(startup, "compiled_programs", lambda: programs)
        environment = dict(environment)
        startup.prepare(environment)
        return environment

    return prepared


def test_compiled_programs_are_kept_for_each_kind_of_card_and_driver(tmp_path, monkeypatch):
    monkeypatch.setattr(startup, "_DRIVER", tmp_path)
    (tmp_path / "gpus" / "0").mkdir(parents=True)
    places = set()
    for card, uuid in (("H100", 1), ("H100", 2), ("H200", 3)):
        (tmp_path / "gpus" / "0" / "information").write_text(f"Model: \t NVIDIA {card}\nGPU UUID: GPU-{uuid}\n")
        places.add(startup.compiled_programs())
    (tmp_path / "version").write_text("NVRM version: NVIDIA UNIX x86_64 Kernel Module  580.1\n")
    places.add(startup.compiled_programs())
    assert len(places) == 3


@pytest.mark.parametrize("blocked", ["file/xla", "dangling/xla"])
def test_where_no_program_can_be_kept_none_is(on, tmp_path, monkeypatch, blocked):
    (tmp_path / "file").touch()
    (tmp_path / "dangling").symlink_to("nowhere")
    assert startup.XLA not in on(ZEN_3, programs=tmp_path / blocked)
    assert str(tmp_path / "new/xla") in on(ZEN_3, programs=tmp_path / "new/xla")[startup.XLA]


@pytest.mark.parametrize("flags", [ZEN_3, SKYLAKE_X])
def test_processors_with_avx2_that_tensorflow_leaves_out_need_the_switch(flags):
    assert needs_switch("x86_64", flags)


@pytest.mark.parametrize("flags", [ICE_LAKE, ALDER_LAKE, IVY_BRIDGE, ZEN_3 - {"fma"}, frozenset()])
def test_tensorflow_decides_for_those_that_it_knows_and_those_too_old(flags):
    assert not needs_switch("x86_64", flags)


def test_a_number_of_threads_at_which_tensorflow_aborts_is_left_out(on):
    environment = on(ZEN_3, {"TF_NUM_INTRAOP_THREADS": "-3", "TF_NUM_INTEROP_THREADS": "2"})
    assert "TF_NUM_INTRAOP_THREADS" not in environment
    assert environment["TF_NUM_INTEROP_THREADS"] == "2"


def test_nothing_is_switched_on_other_architectures():
    assert not needs_switch("aarch64", ZEN_3)
    assert expected_onednn("aarch64", ZEN_3, {}) is None


@pytest.mark.parametrize(
    ("flags", "value", "expected"),
    [(ZEN_3, None, False), (ZEN_3, "1", True), (ZEN_3, "TRUE", True), (ICE_LAKE, None, True), (ICE_LAKE, "0", False),
     (ICE_LAKE, "false", False), (ICE_LAKE, "yes", True), (ZEN_3, "yes", False)],
)  # fmt: skip
def test_what_tensorflow_will_do_follows_its_own_rules(flags, value, expected):
    environment = {} if value is None else {startup.ONEDNN: value}
    assert expected_onednn("x86_64", flags, environment) is expected


def test_the_switch_is_set_and_gpu_memory_grows(on):
    assert on(ZEN_3) == {"TF_ENABLE_ONEDNN_OPTS": "1", "TF_FORCE_GPU_ALLOW_GROWTH": "true", "TF_XLA_FLAGS": PROGRAMS}
    assert "TF_ENABLE_ONEDNN_OPTS" not in on(ICE_LAKE)


def test_what_the_user_set_stays(on):
    chosen = {"TF_ENABLE_ONEDNN_OPTS": "0", "TF_FORCE_GPU_ALLOW_GROWTH": "false"}
    assert chosen.items() <= on(ZEN_3, chosen).items()


def test_a_tensorflow_that_is_imported_already_is_left_as_it_is(on):
    assert on(ZEN_3, imported=True) == {}


def test_a_running_tensorflow_is_asked():
    from tensorflow.python.util import _pywrap_util_port

    assert startup.onednn_is_on() is _pywrap_util_port.IsMklEnabled()


def packages_that_import_tensorflow():
    modules = (path for path in CORE.rglob("*.py") if path.parent != CORE)
    # `interface` prepares when it starts TensorFlow, and puts back what it set: tests/mnistcnn/interface.
    return sorted({path.relative_to(CORE).parts[0] for path in modules if imports_tensorflow(path)} - {"interface"})


def imports_tensorflow(path):
    names = [
        alias.name
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Import)
        for alias in node.names
    ]
    return "tensorflow" in names


def settings_after(*modules):
    """The variables of TensorFlow in a new process after these imports, and whether it was imported."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("TF_")}
    settings = "{key: value for key, value in os.environ.items() if key.startswith('TF_')}"
    script = f"import os, sys, json, {', '.join(modules)}; print(json.dumps([{settings}, 'tensorflow' in sys.modules]))"
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


@pytest.mark.parametrize("package", packages_that_import_tensorflow())
def test_every_package_whose_modules_import_tensorflow_prepares_for_it_first(package):
    settings, imported = settings_after(f"mnistcnn.{package}")
    assert settings["TF_FORCE_GPU_ALLOW_GROWTH"] == "true"
    assert ("TF_ENABLE_ONEDNN_OPTS" in settings) == needs_switch(platform.machine(), processor_flags())
    assert not imported


def test_reading_a_configuration_or_data_sets_nothing():
    assert settings_after("mnistcnn", "mnistcnn.config.schema", "mnistcnn.data.sources") == [{}, False]


@pytest.mark.parametrize(
    ("asked", "flags"),
    [
        ("--tf_xla_auto_jit=2", f"--tf_xla_auto_jit=2 {PROGRAMS}"),
        ("--tf_xla_persistent_cache_directory=/mine", "--tf_xla_persistent_cache_directory=/mine"),
    ],
)
def test_a_gpus_programs_are_kept_unless_the_user_keeps_them_elsewhere(on, asked, flags):
    assert on(ZEN_3, {"TF_XLA_FLAGS": asked})["TF_XLA_FLAGS"] == flags
