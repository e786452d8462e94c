from __future__ import annotations

import errno
import hashlib
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from mnistcnn.data import download as module
from mnistcnn.data.download import DownloadError, RemoteFile, download

CONTENT = np.random.default_rng(0).bytes(200_000)
FILE = RemoteFile("a-file.gz", len(CONTENT), hashlib.sha256(CONTENT).hexdigest())
OTHER = RemoteFile("another.gz", len(CONTENT), hashlib.sha256(CONTENT).hexdigest())
DEAD = "http://127.0.0.1:9/"


class Mirror(BaseHTTPRequestHandler):
    """Behaves as the first folder of the path says."""

    requests: list[str]
    released: threading.Event

    def do_GET(self) -> None:
        behaviour = self.path.split("/")[1]
        self.requests.append(self.path)
        getattr(self, behaviour)()

    def do_HEAD(self) -> None:
        self.do_GET()

    def begin(self, status: int = 200, length: int | None = len(CONTENT)) -> None:
        self.send_response(status)
        if length is not None:
            self.send_header("Content-Length", str(length))
        self.end_headers()

    def good(self) -> None:
        self.begin()
        self.wfile.write(CONTENT)

    def slow(self) -> None:
        time.sleep(0.5)
        self.good()

    def labelled(self) -> None:
        self.send_response(200)
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(CONTENT)))
        self.end_headers()
        self.wfile.write(CONTENT)

    def not_found(self) -> None:
        self.begin(404, 0)

    def broken(self) -> None:
        self.begin(500, 0)

    def wrong(self) -> None:
        self.begin()
        self.wfile.write(bytes(len(CONTENT)))

    def endless(self) -> None:
        self.begin(length=None)
        while not self.released.is_set():
            self.wfile.write(bytes(100_000))

    def cut(self) -> None:
        self.begin()
        self.wfile.write(CONTENT[:70_000])

    def short(self) -> None:
        self.begin(length=None)
        self.wfile.write(CONTENT[:70_000])

    def silent(self) -> None:
        self.released.wait(30)

    def stalling(self) -> None:
        self.begin()
        self.wfile.write(CONTENT[:70_000])
        self.released.wait(30)

    def trickling(self) -> None:
        self.begin()
        while not self.released.wait(0.05):
            self.wfile.write(b"x")

    def log_message(self, *_: object) -> None:
        pass

    def handle(self) -> None:
        with suppress(ConnectionError):  # The client gave up, as it should.
            super().handle()


@pytest.fixture
def server() -> Iterator[ThreadingHTTPServer]:
    Mirror.requests, Mirror.released = [], threading.Event()
    with ThreadingHTTPServer(("127.0.0.1", 0), Mirror) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,)).start()
        yield server
        Mirror.released.set()
        server.shutdown()


@pytest.fixture
def url(server: ThreadingHTTPServer) -> str:
    return f"http://127.0.0.1:{server.server_port}/"


class Heard:
    """A progress that remembers."""

    def __init__(self) -> None:
        self.files: list[tuple[str, int]] = []
        self.received: list[int] = []

    def start(self, file: str, total: int) -> None:
        self.files.append((file, total))
        self.received.append(0)

    def advance(self, count: int) -> None:
        self.received[-1] += count


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} - {".lock"}


def test_a_file_arrives_whole_in_a_new_folder_and_others_may_read_it(tmp_path: Path, url: str) -> None:
    folder = tmp_path / "new" / "cache"
    download(folder, [FILE], mirrors=[url + "good/"])
    assert (folder / FILE.name).read_bytes() == CONTENT
    assert (folder / FILE.name).stat().st_mode & 0o777 == 0o644
    assert names(folder) == {FILE.name}


def test_progress_hears_the_name_the_size_and_every_byte(tmp_path: Path, url: str) -> None:
    heard = Heard()
    download(tmp_path, [FILE], heard, [url + "good/"])
    assert heard.files == [(FILE.name, len(CONTENT))]
    assert heard.received == [len(CONTENT)]


def test_nothing_is_printed(tmp_path: Path, url: str, capfd: pytest.CaptureFixture[str]) -> None:
    download(tmp_path, [FILE], mirrors=[url + "good/"])
    assert capfd.readouterr() == ("", "")


def test_a_file_that_is_there_and_right_is_not_downloaded_again(tmp_path: Path) -> None:
    (tmp_path / FILE.name).write_bytes(CONTENT)
    download(tmp_path, [FILE], mirrors=[DEAD])


def test_a_file_that_is_there_and_damaged_is_replaced(tmp_path: Path, url: str) -> None:
    (tmp_path / FILE.name).write_bytes(CONTENT[:-1])
    download(tmp_path, [FILE], mirrors=[url + "good/"])
    assert (tmp_path / FILE.name).read_bytes() == CONTENT


def test_a_gzip_file_that_the_server_calls_an_encoding_arrives_packed(tmp_path: Path, url: str) -> None:
    download(tmp_path, [FILE], mirrors=[url + "labelled/"])
    assert (tmp_path / FILE.name).read_bytes() == CONTENT


FAILURES = {
    "not_found": "HTTP 404 Not Found",
    "broken": "HTTP 500 Internal Server Error",
    "wrong": "its SHA-256 is wrong",
    "endless": "more than the expected 200,000 bytes",
    "cut": "IncompleteRead",
    "short": "of the expected 200,000 bytes",
    "silent": "no answer within 1.5 s",
    "stalling": "no answer within 1.5 s",
    "trickling": "no answer within 1.5 s",
}


@pytest.mark.parametrize("behaviour", FAILURES)
def test_a_mirror_that_fails_is_named_with_the_reason_and_leaves_nothing(
    tmp_path: Path, url: str, behaviour: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PATIENCE_SECONDS", 1.5)
    with pytest.raises(DownloadError) as caught:
        download(tmp_path, [FILE], mirrors=[f"{url}{behaviour}/"])
    (attempt,) = caught.value.attempts
    assert attempt.startswith(f"{url}{behaviour}/{FILE.name}: ")
    assert FAILURES[behaviour] in attempt
    assert FILE.name in caught.value.headline
    assert attempt in str(caught.value)
    assert names(tmp_path) == set()


@pytest.mark.parametrize("behaviour", FAILURES)
def test_the_next_mirror_takes_over(tmp_path: Path, url: str, behaviour: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PATIENCE_SECONDS", 1.5)
    heard = Heard()
    download(tmp_path, [FILE], heard, [f"{url}{behaviour}/", url + "good/"])
    assert (tmp_path / FILE.name).read_bytes() == CONTENT
    assert heard.received[-1] == len(CONTENT)


def test_a_mirror_that_was_given_up_is_not_listened_to_any_longer(tmp_path: Path, url: str) -> None:
    before = threading.active_count()
    with pytest.raises(DownloadError):
        download(tmp_path, [FILE], mirrors=[url + "endless/"])
    patience = time.monotonic() + 3
    while threading.active_count() > before and time.monotonic() < patience:
        time.sleep(0.01)
    assert threading.active_count() <= before  # Fewer: those of earlier tests end too.


def test_a_server_that_is_down_is_named_and_the_next_takes_over(tmp_path: Path, url: str) -> None:
    with pytest.raises(DownloadError, match=r"http://127.0.0.1:9/a-file.gz: Connection refused"):
        download(tmp_path, [FILE], mirrors=[DEAD])
    download(tmp_path, [FILE], mirrors=[DEAD, url + "good/"])
    assert (tmp_path / FILE.name).read_bytes() == CONTENT


def test_a_name_that_nobody_knows_is_explained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def look_up(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr("socket.getaddrinfo", look_up)
    with pytest.raises(DownloadError, match=r"http://mirror.invalid/a-file.gz: Name or service not known"):
        download(tmp_path, [FILE], mirrors=["http://mirror.invalid/"])


def test_a_failed_mirror_is_not_asked_first_for_the_next_file(tmp_path: Path, url: str) -> None:
    download(tmp_path, [FILE, OTHER], mirrors=[url + "broken/", url + "good/"])
    assert Mirror.requests == [f"/broken/{FILE.name}", f"/good/{FILE.name}", f"/good/{OTHER.name}"]


def test_the_first_file_that_no_mirror_delivers_ends_it(tmp_path: Path, url: str) -> None:
    with pytest.raises(DownloadError):
        download(tmp_path, [FILE, OTHER], mirrors=[url + "broken/", url + "not_found/"])
    assert len(Mirror.requests) == 2


def test_a_name_lookup_without_an_answer_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PATIENCE_SECONDS", 0.2)
    released, ended = threading.Event(), threading.Event()

    def look_up(*_: object, **__: object) -> list[object]:
        released.wait(30)
        ended.set()
        return []

    monkeypatch.setattr("socket.getaddrinfo", look_up)
    with pytest.raises(DownloadError, match="no answer within"):
        download(tmp_path, [FILE], mirrors=["http://a.invalid/", "http://b.invalid/"])
    assert not ended.is_set()
    released.set()


def test_two_mirrors_without_an_answer_take_well_under_half_a_minute() -> None:
    assert len(module.MIRRORS) == 2
    assert all(mirror.startswith("https://") and mirror.endswith("/") for mirror in module.MIRRORS)
    assert 2 * module.PATIENCE_SECONDS < 20


def test_a_folder_that_cannot_be_made_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(DownloadError, match=r"file/cache cannot be written:\n  Not a directory"):
        download(tmp_path / "file" / "cache", [FILE], mirrors=[DEAD])


def test_a_folder_that_may_not_be_written_is_told_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path, *_: object, **__: object) -> None:
        try:
            raise FileNotFoundError(errno.ENOENT, "No such file or directory")  # As `mkdir` meets a missing parent.
        except FileNotFoundError:
            raise PermissionError(errno.EACCES, "Permission denied", str(path))  # noqa: B904

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(DownloadError, match=r"cache cannot be written:\n  Permission denied"):
        download(tmp_path / "cache", [FILE], mirrors=[DEAD])


@pytest.mark.parametrize("proxy", ["::::", "http://127.0.0.1:9"])
def test_a_proxy_that_does_not_work_is_named_for_what_it_is(
    tmp_path: Path, proxy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", proxy)
    with pytest.raises(DownloadError, match=r"of the proxy, whose address is in https_proxy"):
        download(tmp_path, [FILE], mirrors=["http://mirror.invalid/"])


def test_a_full_disk_is_an_error_and_no_second_mirror_is_bothered(
    tmp_path: Path, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class FullDisk:
        def advance(self, _: int) -> None:
            raise OSError(28, "No space left on device")  # As if the write before had failed.

        def start(self, *_: object) -> None: ...

    with pytest.raises(DownloadError, match=r"cannot be written:\n  No space left on device"):
        download(tmp_path, [FILE], FullDisk(), [url + "good/", url + "slow/"])
    assert names(tmp_path) == set()
    assert Mirror.requests == [f"/good/{FILE.name}"]


def test_an_interruption_leaves_nothing(tmp_path: Path, url: str) -> None:
    class Interrupting:
        def advance(self, _: int) -> None:
            raise KeyboardInterrupt

        def start(self, *_: object) -> None: ...

    with pytest.raises(KeyboardInterrupt):
        download(tmp_path, [FILE], Interrupting(), [url + "good/"])
    assert names(tmp_path) == set()


def test_old_leftovers_of_killed_downloads_are_removed_and_young_ones_are_not(tmp_path: Path) -> None:
    for name, age in (("tmpold", 7200), ("tmpyoung", 60), ("mine", 7200)):
        (tmp_path / name).write_bytes(b"part")
        os.utime(tmp_path / name, (time.time() - age,) * 2)
    download(tmp_path, [])
    assert names(tmp_path) == {"tmpyoung", "mine"}


PROCESS = """
import sys
from pathlib import Path
from mnistcnn.data.download import RemoteFile, download
download(Path(sys.argv[1]), [RemoteFile("a-file.gz", int(sys.argv[3]), sys.argv[4])], mirrors=[sys.argv[2]])
"""


def test_of_two_processes_at_once_the_second_waits_and_downloads_nothing(tmp_path: Path, url: str) -> None:
    arguments = [str(tmp_path), url + "slow/", str(FILE.size), FILE.sha256]
    command = [sys.executable, "-c", PROCESS, *arguments]
    processes = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    for process in processes:
        _, errors = process.communicate(timeout=30)
        assert (process.returncode, errors) == (0, "")
    assert (tmp_path / FILE.name).read_bytes() == CONTENT
    assert len(Mirror.requests) == 1


def test_a_stuck_lock_only_delays(tmp_path: Path, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from filelock import FileLock

    monkeypatch.setattr(module, "LOCK_SECONDS", 0.1)
    with FileLock(tmp_path / ".lock"):
        download(tmp_path, [FILE], mirrors=[url + "good/"])
    assert (tmp_path / FILE.name).read_bytes() == CONTENT


@pytest.mark.parametrize(
    ("behaviour", "problem"),
    [("good", None), ("not_found", "HTTP 404 Not Found"), ("silent", "no answer within 0.5 s")],
)
def test_a_mirror_is_asked_without_a_download(server: ThreadingHTTPServer, behaviour: str, problem: str | None) -> None:
    assert module.mirror_problem(f"http://127.0.0.1:{server.server_port}/{behaviour}/", 0.5) == problem


def test_a_mirror_that_is_not_there_says_why() -> None:
    assert module.mirror_problem(DEAD, 5.0) == "Connection refused"
