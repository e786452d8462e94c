"""What is a journal of studies, and what is not."""

from __future__ import annotations

import pytest

from mnistcnn.errors import RunError
from mnistcnn.sweep.journal import check_journal, open_journal

FIRST = b'{"op_code":0,"worker_id":"a","study_name":"b","directions":[2]}\n'


@pytest.mark.parametrize("content", [b"", b'{"op', FIRST[:30], FIRST, FIRST + b"junk\n", FIRST.replace(b":", b": ")])
def test_what_begins_with_a_record_or_a_part_of_one_is_a_journal(tmp_path, content):
    (tmp_path / "x").write_bytes(content)
    check_journal(tmp_path / "x")


@pytest.mark.parametrize(
    "content",
    [
        b"my notes",
        b"my\nnotes\n",
        b'{"a": 1}',
        b'{"op": 1}\n',
        b"{}\n",
        b"5\n",
        b"\xff\n",
        b"\0",
        b"[" * 99_999 + b"\n",
    ],
    ids=range(9),
)
def test_anything_else_is_not(tmp_path, content):
    (tmp_path / "x").write_bytes(content)
    with pytest.raises(RunError, match="not a journal of studies, and left as it is"):
        check_journal(tmp_path / "x")


@pytest.mark.parametrize("line", [b"{}", b"5", b'{"op_code":"0"}', b'{"op_code":4,"wor', b"\xff", b"milk"])
def test_a_line_that_is_not_a_record_is_named(tmp_path, line):
    (tmp_path / "x").write_bytes(FIRST + line + b"\n" + FIRST)
    with pytest.raises(RunError, match="x:2: damaged: not a record of a study; restore the file"):
        open_journal(tmp_path / "x")


@pytest.mark.parametrize(
    "line", [b'{"op_code":99}', b'{"op_code":2}', b'{"op_code":2,"study_id":7,"user_attr":{"a":1}}']
)
def test_a_record_that_cannot_follow_those_before_it_is_damage(tmp_path, line):
    (tmp_path / "x").write_bytes(FIRST + line + b"\n" + FIRST)
    with pytest.raises(RunError, match="x: damaged: not a study"):
        open_journal(tmp_path / "x")
