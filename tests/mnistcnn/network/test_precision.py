"""bfloat16 where the processor has it, float32 with a warning where it has not."""

from __future__ import annotations

import pytest

from mnistcnn.network.precision import processor_flags, usable_precision

CPUINFO = """processor\t: 0
model name\t: Some Processor
flags\t\t: fpu avx512f avx512_bf16 sse

processor\t: 1
flags\t\t: fpu
"""


@pytest.mark.parametrize("flag", ["avx512_bf16", "amx_bf16"])
def test_bfloat16_is_used_where_the_processor_has_it(flag):
    assert usable_precision("bfloat16", frozenset({"fpu", flag})) == ("bfloat16", None)


def test_a_processor_without_it_trains_in_float32_and_says_so():
    precision, warning = usable_precision("bfloat16", frozenset({"fpu", "avx2", "avx512f"}))
    assert precision == "float32"
    assert "this processor has no bfloat16 arithmetic (amx_bf16 or avx512_bf16)" in warning


def test_float32_needs_nothing():
    assert usable_precision("float32", frozenset()) == ("float32", None)


def test_what_the_processor_can_do_is_read_from_linux(tmp_path):
    path = tmp_path / "cpuinfo"
    path.write_text(CPUINFO)
    assert processor_flags(path) == {"fpu", "avx512f", "avx512_bf16", "sse"}


def test_where_there_is_no_list_there_are_no_flags(tmp_path):
    assert processor_flags(tmp_path / "nothing") == frozenset()
    (tmp_path / "arm").write_text("processor\t: 0\n")
    assert processor_flags(tmp_path / "arm") == frozenset()


def test_auto_is_bfloat16_only_on_a_processor_that_has_it_and_warns_of_nothing():
    assert usable_precision("auto", frozenset({"amx_bf16"})) == ("bfloat16", None)
    assert usable_precision("auto", frozenset({"avx2"})) == ("float32", None)


def test_on_a_gpu_the_gpu_is_asked_and_not_the_processor():
    assert usable_precision("bfloat16", frozenset(), gpu=(9, 0)) == ("bfloat16", None)
    precision, warning = usable_precision("bfloat16", frozenset({"amx_bf16"}), gpu=(7, 5))
    assert precision == "float32"
    assert "compute capability 7.5, needed 8.0" in warning


def test_auto_on_a_gpu_is_float32():
    assert usable_precision("auto", frozenset({"amx_bf16"}), gpu=(9, 0)) == ("float32", None)
