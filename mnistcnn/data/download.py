"""Downloads of MNIST's files: two mirrors, checked, whole or not at all.

Each file goes to a temporary name, is compared with its SHA-256 and only then renamed (by pooch), so nothing
partial is ever under a final name. A lock makes a second process wait for the first instead of downloading
the same files again.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import NamedTuple, Protocol

from ..errors import DataError

MIRRORS = (
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
)
CONNECT_SECONDS = 5.0
PATIENCE_SECONDS = 8.0
"""Without `_CHUNK` more bytes in this time (so also below 2 KB/s), a mirror is given up. It covers looking up
the name and trying every address of a host, which no timeout of a socket does: a machine whose network
swallows packets knows after twice this time, one for each mirror."""
LOCK_SECONDS = 120.0
LEFTOVER_SECONDS = 3600.0
_CHUNK = 16_384
_OF_A_PROXY = {"ProxyError", "InvalidProxyURL", "InvalidURL"}
"""Errors of `requests`. The mirrors' own addresses are valid."""


class RemoteFile(NamedTuple):
    """A file as the mirrors serve it."""

    name: str
    """Such as `train-images-idx3-ubyte.gz`."""
    size: int
    sha256: str
    """Of the compressed file."""


class DownloadProgress(Protocol):
    """Receives the progress of a download."""

    def start(self, file: str, total: int) -> None:
        """`file` of `total` bytes begins; a second call for the same file is a new attempt, from zero."""

    def advance(self, count: int) -> None:
        """`count` more bytes of the file that began last are there."""


class DownloadError(DataError):
    """A file could not be downloaded: every mirror failed, or the folder cannot be written.

    Args:
        headline: what could not be done.
        attempts: what was tried and why it failed, one line each.
    """

    def __init__(self, headline: str, attempts: Sequence[str]) -> None:
        super().__init__(headline, *(f"  {attempt}" for attempt in attempts))
        self.headline = headline
        self.attempts = tuple(attempts)


class _MirrorError(Exception):
    """A mirror does not deliver; the next one may."""


def download(
    folder: Path,
    files: Sequence[RemoteFile],
    progress: DownloadProgress | None = None,
    mirrors: Sequence[str] | None = None,
) -> None:
    """Bring `files` into `folder`, which is created if need be. A file that is there and right is kept.

    Args:
        folder: where to.
        files: what.
        progress: told how it goes.
        mirrors: addresses that end in a slash; `MIRRORS` when None. One that fails is then tried last.

    Raises:
        DownloadError: no mirror delivers a file, or the folder cannot be written.
    """
    remaining = list(MIRRORS if mirrors is None else mirrors)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _one_at_a_time(folder):
            _remove_leftovers(folder)
            for file in files:
                _download_file(folder, file, progress, remaining)
    except OSError as error:
        raise DownloadError(f"{folder} cannot be written:", [error.strerror or str(error)]) from error


def _download_file(folder: Path, file: RemoteFile, progress: DownloadProgress | None, mirrors: list[str]) -> None:
    attempts: list[str] = []
    for mirror in tuple(mirrors):
        try:
            _download_from(mirror, folder, file, progress)
            return
        except _MirrorError as failure:
            attempts.append(f"{mirror}{file.name}: {failure}")
            mirrors.append(mirrors.pop(mirrors.index(mirror)))
    raise DownloadError(f"{file.name} could not be downloaded:", attempts)


def _download_from(mirror: str, folder: Path, file: RemoteFile, progress: DownloadProgress | None) -> None:
    import pooch

    pooch.get_logger().setLevel("WARNING")  # Its reports would go to standard error, past the progress bar.
    transfer = partial(_transfer, size=file.size, progress=progress)
    try:
        pooch.retrieve(mirror + file.name, f"sha256:{file.sha256}", file.name, folder, downloader=transfer)
    except ValueError as error:
        raise _MirrorError("sent something else (its SHA-256 is wrong)") from error


def _transfer(url: str, output: str, _pooch: object, *, size: int, progress: DownloadProgress | None) -> None:
    """Write what `url` serves to `output`; has the signature of a pooch downloader."""
    received = 0
    if progress is not None:
        progress.start(url.rpartition("/")[2], size)
    with Path(output).open("wb") as file, closing(_received(url)) as chunks:
        for chunk in chunks:
            received += len(chunk)
            if received > size:
                raise _MirrorError(f"sent more than the expected {size:,} bytes")
            file.write(chunk)
            if progress is not None:
                progress.advance(len(chunk))
    if received < size:
        raise _MirrorError(f"sent {received:,} of the expected {size:,} bytes")
    Path(output).chmod(0o644)  # A temporary file begins as one that only its owner can read.


def _received(url: str) -> Generator[bytes, None, None]:
    """Yield the content of `url` in pieces, and wait for none longer than `PATIENCE_SECONDS`."""
    pieces: queue.SimpleQueue[bytes | Exception | None] = queue.SimpleQueue()
    given_up = threading.Event()
    # A thread, as nothing else puts a limit to a name lookup; a daemon, so as not to hold up the exit.
    threading.Thread(target=_receive, args=(url, pieces, given_up), daemon=True).start()
    try:
        while (piece := pieces.get(timeout=PATIENCE_SECONDS)) is not None:
            if isinstance(piece, Exception):
                raise _MirrorError(_readable(piece)) from piece
            yield piece
    except queue.Empty:
        raise _MirrorError(f"no answer within {PATIENCE_SECONDS:g} s") from None
    finally:
        given_up.set()


def _receive(url: str, pieces: queue.SimpleQueue[bytes | Exception | None], given_up: threading.Event) -> None:
    """Put the content of `url` into `pieces`: bytes, then None, or else the exception that ended it."""
    import requests

    # The files are .gz and are to arrive as they are: no second compression, no unpacking on the way.
    headers = {"Accept-Encoding": "identity"}
    timeout = (CONNECT_SECONDS, 2 * PATIENCE_SECONDS)  # Whoever waits has given up by then, and says so.
    try:
        with requests.get(url, stream=True, timeout=timeout, headers=headers) as response:
            response.raise_for_status()
            for piece in response.raw.stream(_CHUNK, decode_content=False):
                if given_up.is_set():
                    return
                pieces.put(piece)
        pieces.put(None)
    except Exception as error:
        pieces.put(error)


def mirror_problem(mirror: str, patience: float) -> str | None:
    """Why a mirror cannot be reached, or None if it answers; nothing is downloaded.

    Args:
        mirror: one of `MIRRORS`.
        patience: seconds after which it is given up.
    """
    answers: queue.SimpleQueue[str | None] = queue.SimpleQueue()
    # A thread for the reason given in `_received`.
    threading.Thread(target=_ask, args=(mirror, patience, answers), daemon=True).start()
    try:
        return answers.get(timeout=patience)
    except queue.Empty:
        return f"no answer within {patience:g} s"


def _ask(mirror: str, patience: float, answers: queue.SimpleQueue[str | None]) -> None:
    import requests

    try:
        # Whoever waits has given up by then, and says so.
        requests.head(f"{mirror}train-labels-idx1-ubyte.gz", timeout=2 * patience).raise_for_status()
        answers.put(None)
    except Exception as error:
        answers.put(_readable(error))


def _readable(error: Exception) -> str:
    """Give the reason that a person understands: of a chain of errors, the innermost that the system gave."""
    response = getattr(error, "response", None)
    if response is not None:
        return f"HTTP {response.status_code} {response.reason}"
    reason, cause = "", error  # type: str, BaseException | None
    while cause is not None:
        if isinstance(cause, OSError) and cause.strerror:
            reason = cause.strerror
        elif isinstance(cause, TimeoutError):
            reason = "timed out"
        cause = cause.__cause__ or cause.__context__
    reason = reason or f"{type(error).__name__}: {error}"
    if type(error).__name__ in _OF_A_PROXY:
        reason += " (of the proxy, whose address is in https_proxy, HTTPS_PROXY or all_proxy)"
    return reason


@contextmanager
def _one_at_a_time(folder: Path) -> Iterator[None]:
    import filelock

    lock = filelock.FileLock(folder / ".lock", timeout=LOCK_SECONDS, fallback_to_soft=False)
    # Go on without it if whoever holds it is stuck, or if this file system has no locks: unique temporary
    # names and atomic renames keep two downloads apart all the same; the lock only saves the second one.
    with suppress(filelock.Timeout, OSError):
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


def _remove_leftovers(folder: Path) -> None:
    """Remove the temporary files of downloads that were killed; pooch calls them `tmp` and something."""
    for path in folder.glob("tmp*"):
        if path.is_file() and time.time() - path.stat().st_mtime > LEFTOVER_SECONDS:
            path.unlink(missing_ok=True)
