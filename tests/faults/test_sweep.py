"""Several processes work on one study, and some are killed: every trial is done once, and none is lost.

`make soak` has 30 trials and four processes; see `TRIALS`.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from optuna.trial import TrialState

from mnistcnn.runs.finding import find_runs
from mnistcnn.sweep.results import study_slots
from mnistcnn.sweep.settings import SweepConfig
from mnistcnn.sweep.slots import RETRY_OF
from mnistcnn.sweep.study import load_study
from tests.fork_server import ForkServer

SOAK = "MNISTCNN_SOAK_KILLS" in os.environ
TRIALS, WORKERS = (30, 4) if SOAK else (6, 2)


def run_workers(server: ForkServer, storage: str | None, log_dir: Path, deaths: int) -> list[int]:
    """The exit codes of all workers; the first `deaths` of them kill themselves."""
    order = {"storage": storage, "log_dir": str(log_dir), "trials": TRIALS}
    children = [server.start("tests.faults.sweeper:work", **order, dies=number < deaths) for number in range(WORKERS)]
    statuses = [child.wait() for child in children]
    assert 1 not in statuses, [child.log for child in children]
    return statuses


def assert_all_done_once(storage: str | None, log_dir: Path, deaths: int) -> None:
    study = load_study(SweepConfig.model_construct(study="sweep", storage=storage, log_dir=log_dir, lost_after=5))
    trials = study.get_trials()
    ended = [trial for trial in trials if trial.state in (TrialState.COMPLETE, TrialState.PRUNED)]
    assert len(ended) == TRIALS
    assert len({tuple(trial.params.items()) for trial in ended}) == TRIALS
    assert [trial.number for trial in trials if trial.state == TrialState.RUNNING] == []
    slots = study_slots(study)
    assert len(slots) == TRIALS
    assert all(slot.is_done for slot in slots)
    lost = [trial for trial in trials if trial.state == TrialState.FAIL]
    again = [trial for trial in trials if RETRY_OF in trial.user_attrs]
    assert len(lost) == deaths
    # Two processes may queue a retry in the same instant; the first counts, and the other is never done.
    assert {trial.user_attrs[RETRY_OF] for trial in again} == {trial.number for trial in lost}
    assert all(trial.params == trials[trial.user_attrs[RETRY_OF]].params for trial in again)
    states = [run.manifest()["state"] for run in find_runs(log_dir)]
    assert len(states) == TRIALS + deaths
    assert states.count("running") == deaths  # Which `mnistcnn runs` shows as died.
    if storage is not None:
        study._storage._backend.engine.dispose()  # Connections that Optuna leaves open.


def test_processes_share_a_journal_file_and_a_killed_ones_trial_is_done_by_another(fork_server, tmp_path):
    assert run_workers(fork_server, None, tmp_path, deaths=1) == [-signal.SIGKILL, *[0] * (WORKERS - 1)]
    assert_all_done_once(None, tmp_path, deaths=1)


@pytest.fixture(scope="module")
def postgresql() -> Iterator[str]:
    """The address of a server of this test's own, which is not run as root."""
    pytest.importorskip("psycopg")
    found = [shutil.which("initdb"), *sorted(map(str, Path("/usr/lib/postgresql").glob("*/bin/initdb")))]
    initdb = next((Path(path).resolve() for path in found if path), None)
    if initdb is None:
        pytest.skip("PostgreSQL is not installed")
    user = None
    if os.geteuid() == 0:
        user = next(
            (name for name in ("postgres", "nobody") if name in {each.pw_name for each in pwd.getpwall()}), None
        )
    # Not in pytest's own directory, which other users may not enter.
    with tempfile.TemporaryDirectory(prefix="mnistcnn-postgresql-") as directory:
        if user:
            shutil.chown(directory, user)
        data = Path(directory) / "data"
        subprocess.run(
            [initdb, "-D", data, "-A", "trust", "-U", "sweeper", "--no-sync", "-E", "UTF8"],
            user=user, cwd="/", check=True, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        server = subprocess.Popen(
            [initdb.with_name("postgres"), "-D", data, "-h", "127.0.0.1", "-p", str(port), "-k", directory, "-F"],
            user=user, cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            yield _when_ready(f"postgresql://sweeper@127.0.0.1:{port}/postgres", server)
        finally:
            server.send_signal(signal.SIGINT)  # What PostgreSQL takes as: disconnect everybody and stop.
            server.wait(timeout=30)


def _when_ready(address: str, server: subprocess.Popen[bytes]) -> str:
    import psycopg

    for _ in range(200):
        try:
            psycopg.connect(address).close()
        except psycopg.OperationalError:
            assert server.poll() is None, "PostgreSQL did not start"
            time.sleep(0.1)
        else:
            return address
    raise AssertionError("PostgreSQL did not answer within 20 s")


def test_processes_share_a_postgresql_database_and_a_killed_ones_trial_is_done_by_another(
    fork_server, postgresql, tmp_path
):
    assert run_workers(fork_server, postgresql, tmp_path, deaths=1) == [-signal.SIGKILL, *[0] * (WORKERS - 1)]
    assert_all_done_once(postgresql, tmp_path, deaths=1)
