"""How workers keep apart where the file system has no locks."""

from __future__ import annotations

import errno
import fcntl
import os
import time

import pytest

from mnistcnn.events import SweepFinished, Warned
from mnistcnn.sweep import leases
from mnistcnn.sweep.leases import FileLeases, JournalLock, LeaseFiles, missing_locks
from mnistcnn.sweep.running import sweep

FOREIGN = "filelock/2\npid=1\nhost=elsewhere\nmode=lease\ntoken=abc\nduration=0.5\nstart=5\n"
NO_LOCKS = OSError(errno.ENOLCK, "No locks available")


@pytest.fixture
def no_locks(monkeypatch):
    """A file system that has neither kind of locks."""

    def refuse(*arguments):
        raise NO_LOCKS

    monkeypatch.setattr(fcntl, "lockf", refuse)
    monkeypatch.setattr(fcntl, "flock", refuse)


def test_a_file_system_is_asked_for_a_lock_once(tmp_path, no_locks):
    assert missing_locks(tmp_path / "running") is NO_LOCKS


def test_a_file_system_that_has_locks_misses_none(tmp_path):
    assert missing_locks(tmp_path / "running") is None
    assert FileLeases(tmp_path / "running").warning is None


def test_a_trial_is_in_the_hands_of_one_process_at_a_time(tmp_path):
    one, other = LeaseFiles(tmp_path / "running", NO_LOCKS), LeaseFiles(tmp_path / "running", NO_LOCKS)
    assert one.take(3)
    assert not other.take(3)
    assert other.take(4)
    one.drop(3)
    assert other.take(3)


def test_the_trial_of_a_machine_that_gives_no_sign_of_life_can_be_taken(tmp_path, monkeypatch):
    monkeypatch.setattr(leases, "LEASE_SECONDS", 0.5)
    (tmp_path / "running.7").write_text(FOREIGN)
    mine = LeaseFiles(tmp_path / "running", NO_LOCKS)
    assert not mine.take(7)
    deadline = time.monotonic() + 10
    while not mine.take(7):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert f"pid={os.getpid()}" in (tmp_path / "running.7").read_text()


def test_a_journal_that_a_killed_process_left_half_written_is_mended_under_a_lease(tmp_path, no_locks):
    journal = tmp_path / "journal"
    journal.write_bytes(b"whole\nhal")
    lock = JournalLock(journal, has_locks=False)
    lock.acquire()
    assert journal.read_bytes() == b"whole\n"
    assert (tmp_path / "journal.lease").exists()
    lock.release()
    assert not (tmp_path / "journal.lease").exists()


def test_a_sweep_without_locks_says_so_once_and_does_every_trial(
    settings, tiny_dataset, training, no_locks, monkeypatch
):
    monkeypatch.setattr("mnistcnn.sweep.running.draw_plots", lambda study, log_dir: ())
    events = list(sweep(settings(trials=2), tiny_dataset, training, training.stop))
    warnings = [event.message for event in events if isinstance(event, Warned)]
    assert len(warnings) == 1
    assert "offers no locks (No locks available)" in warnings[0]
    (finished,) = (event for event in events if isinstance(event, SweepFinished))
    assert finished.finished + finished.pruned == 2
