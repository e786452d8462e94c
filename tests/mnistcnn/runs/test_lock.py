"""The lock of a directory, also where the file system has none."""

from __future__ import annotations

import errno
import fcntl
import os
import subprocess
import sys
import time

import pytest

from mnistcnn.runs import lock

HOLD = """
import fcntl, os, pathlib, sys
def refuse(*arguments): raise OSError(int(sys.argv[2]), "no locks")
fcntl.flock = refuse
from mnistcnn.runs import lock
hold = lock.held(pathlib.Path(sys.argv[1]))
hold.__enter__()
os._exit(9)
"""
FOREIGN = "filelock/2\npid=1\nhost=elsewhere\nmode=lease\ntoken=abc\nduration={}\nstart=5\n"


@pytest.fixture(params=["ENOLCK", "EOPNOTSUPP", "EBADF", "ENOSYS"])
def no_locks(request, monkeypatch):
    """A file system that has no locks."""
    number = getattr(errno, request.param)

    def refuse(handle, operation):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(fcntl, "flock", refuse)
    return number


def test_one_holds_it_at_a_time_and_nothing_is_said(tmp_path):
    with lock.held(tmp_path) as warning:
        assert warning is None
        assert lock.is_held(tmp_path)
        with pytest.raises(lock.InUseError), lock.held(tmp_path):
            pass
    assert not lock.is_held(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [".lock"]


def test_without_locks_it_is_a_lease_with_a_warning(tmp_path, no_locks):
    with lock.held(tmp_path) as warning:
        assert f"{tmp_path.parent}: its file system offers no locks ({os.strerror(no_locks)})" in warning
        assert lock.is_held(tmp_path)
        assert f"pid={os.getpid()}" in (tmp_path / ".lease").read_text()
        with pytest.raises(lock.InUseError), lock.held(tmp_path):
            pass
    assert not lock.is_held(tmp_path)
    assert not (tmp_path / ".lease").exists()


def test_a_lease_keeps_out_processes_for_which_the_file_system_has_locks(tmp_path, no_locks, monkeypatch):
    with lock.held(tmp_path):
        monkeypatch.setattr(fcntl, "flock", lambda handle, operation: None)
        with pytest.raises(lock.InUseError), lock.held(tmp_path):
            pass


def test_the_lease_of_a_killed_process_is_taken_over_at_once(tmp_path, no_locks):
    assert subprocess.run([sys.executable, "-c", HOLD, tmp_path, str(no_locks)], check=False).returncode == 9
    assert (tmp_path / ".lease").exists()
    assert not lock.is_held(tmp_path)
    assert subprocess.run([sys.executable, "-c", HOLD, tmp_path, str(no_locks)], check=False).returncode == 9
    with lock.held(tmp_path):
        assert lock.is_held(tmp_path)


@pytest.fixture
def foreign(tmp_path, monkeypatch):
    """Leaves a lease of a process on another machine, renewed so many seconds ago."""
    monkeypatch.setattr(lock, "LEASE_SECONDS", 0.4)
    monkeypatch.setattr(fcntl, "flock", lambda handle, operation: os.close(-1))

    def leave(age):
        path = tmp_path / ".lease"
        path.write_text(FOREIGN.format(0.4))
        os.utime(path, (time.time() - age, time.time() - age))

    return leave


def test_a_lease_of_another_machine_counts_while_it_is_renewed(tmp_path, foreign):
    foreign(age=0)
    assert lock.is_held(tmp_path)
    with pytest.raises(lock.InUseError), lock.held(tmp_path):
        pass


def test_a_lease_of_another_machine_that_nobody_renews_is_taken_over(tmp_path, foreign):
    foreign(age=100)
    assert not lock.is_held(tmp_path)
    with lock.held(tmp_path):
        assert f"pid={os.getpid()}" in (tmp_path / ".lease").read_text()


def test_a_look_needs_no_right_to_write(tmp_path, monkeypatch):
    with lock.held(tmp_path):
        opens = os.open

        def only_reading(path, flags, *arguments, **options):
            assert not flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
            return opens(path, flags, *arguments, **options)

        monkeypatch.setattr(os, "open", only_reading)
        assert lock.is_held(tmp_path)
