"""Paths on the command line that the shell did not expand."""

from __future__ import annotations

from mnistcnn_cli.app import run


def test_a_log_dir_may_have_a_home_and_variables(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("SCRATCH", str(tmp_path / "scratch"))
    for text, folder in (("~/runs", tmp_path / "runs"), ("$SCRATCH/runs", tmp_path / "scratch/runs")):
        assert run(["eval", "nothing", f"--log-dir={text}"]) == 5
        assert f"the newest in {folder}: none" in capsys.readouterr().err


def test_a_variable_that_is_not_set_is_a_wrong_command_line(capsys):
    assert run(["eval", "--data-dir", "$NOWHERE_AT_ALL/x"]) == 2
    assert "--data-dir $NOWHERE_AT_ALL/x: the environment variable NOWHERE_AT_ALL is not set" in capsys.readouterr().err
