"""Long output: in pages in a terminal, as it is anywhere else."""

from __future__ import annotations

import os
import termios

import pytest
from mnistcnn_cli.rendering.pager import write_in_pages

LINES = [f"line {number}" for number in range(30)]


@pytest.fixture
def pager(tmp_path, monkeypatch):
    """A pager that notes what it gets, with its options."""
    program = tmp_path / "page"
    program.write_text(f'#!/bin/sh\n{{ echo "$1 $LESS"; cat; }} > {tmp_path}/seen\n')
    program.chmod(0o755)
    monkeypatch.setenv("PAGER", f"{program} -x")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("LESS", raising=False)
    return tmp_path / "seen"


@pytest.fixture
def terminal():
    leader, follower = os.openpty()
    termios.tcsetwinsize(follower, (24, 80))
    with os.fdopen(follower, "w", encoding="utf-8") as stream:
        yield stream, leader
    os.close(leader)


def shown(terminal):
    terminal[0].flush()
    os.set_blocking(terminal[1], False)
    try:
        return os.read(terminal[1], 10_000).decode().splitlines()
    except BlockingIOError:
        return []


def test_what_is_longer_than_the_screen_goes_to_the_users_pager(pager, terminal):
    write_in_pages(LINES, terminal[0])
    assert pager.read_text().splitlines() == ["-x -RS", *LINES]
    assert shown(terminal) == []


def test_what_fits_the_screen_is_written_at_once(pager, terminal):
    write_in_pages(LINES[:20], terminal[0])
    assert not pager.exists()
    assert shown(terminal) == LINES[:20]


@pytest.mark.parametrize("command", ["cat", "no-such-pager", " ", "less '"])
def test_without_a_pager_everything_is_written(pager, terminal, monkeypatch, command):
    monkeypatch.setenv("PAGER", command)
    write_in_pages(LINES, terminal[0])
    assert shown(terminal) == LINES


def test_a_pager_that_is_no_program_is_done_without(pager, terminal, tmp_path, monkeypatch):
    (tmp_path / "page").write_bytes(b"\x7fELF, but not really")
    write_in_pages(LINES, terminal[0])
    assert shown(terminal) == LINES


def test_a_terminal_without_a_size_has_no_pages(pager, terminal):
    termios.tcsetwinsize(terminal[0].fileno(), (0, 0))
    write_in_pages(LINES, terminal[0])
    assert not pager.exists()
    assert shown(terminal) == LINES


def test_a_file_has_no_pages(pager, tmp_path):
    with (tmp_path / "file").open("w") as stream:
        write_in_pages(LINES, stream)
    assert not pager.exists()
    assert (tmp_path / "file").read_text().splitlines() == LINES
