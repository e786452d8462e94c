"""What exceptions look like when memory ends: in Python, in the loader of libraries, in TensorFlow and in oneDNN."""

from __future__ import annotations

import errno
import re
import resource
from collections.abc import Iterator
from typing import Literal

_OF_LOADER = re.compile("cannot allocate memory|failed to map segment", re.IGNORECASE)
"""The loader of libraries has no kind of error of its own."""
_OF_ONEDNN = re.compile("exception: ?Status: 1, message")
"""oneDNN's status 1 is `dnnl_out_of_memory`, which TensorFlow passes on as an AbortedError."""
_NEEDED = {"NumPy": 180_000_000, "TensorFlow": 2_150_000_000}
"""Bytes of addresses: with less, native code ends the process as soon as it gets no memory; with more, commands end
well or with an exception (NumPy 2.4, TensorFlow 2.21, 2 cores, 2026-11)."""


def check_address_space(library: Literal["NumPy", "TensorFlow"]) -> None:
    """Find out before a library is imported whether it can be.

    Raises:
        MemoryError: `ulimit -v` is too low.
    """
    limit, needed = resource.getrlimit(resource.RLIMIT_AS)[0], _NEEDED[library]
    if limit != resource.RLIM_INFINITY and limit < needed:
        allowed = f"`ulimit -v` allows this process {limit / 1e6:,.0f} MB of addresses"
        raise MemoryError(f"{allowed}; {library} needs {needed / 1e6:,.0f} MB")


def is_out_of_memory(error: BaseException) -> bool:
    """Whether Python, NumPy, the system or TensorFlow had no memory left, on the processor or on a GPU.

    An exception that was raised while such a one was handled, as by a library that suspects a missing module, counts.
    """
    return any(_shows_no_memory(each) for each in _chain(error))


def memory_line(error: BaseException) -> str:
    """The line of the exceptions' messages that says the most about the memory; empty if none says anything."""
    lines = [line.strip() for each in _chain(error) for line in str(each).splitlines() if line.strip()]
    telling = (line for line in lines if _OF_LOADER.search(line) or _OF_ONEDNN.search(line))
    return next(telling, lines[0] if lines else "")


def _chain(error: BaseException) -> Iterator[BaseException]:
    """An exception, and those that it came from."""
    each: BaseException | None = error
    while each is not None:
        yield each
        each = each.__cause__ or each.__context__


def _shows_no_memory(error: BaseException) -> bool:
    if isinstance(error, OSError):
        return error.errno == errno.ENOMEM
    if isinstance(error, ImportError):
        return _OF_LOADER.search(str(error)) is not None
    if isinstance(error, SystemError):  # Python's own code for imports, when memory ends in the middle of it.
        return resource.getrlimit(resource.RLIMIT_AS)[0] != resource.RLIM_INFINITY
    # By their names, so that commands without TensorFlow need not import it.
    name = type(error).__name__
    if name == "AbortedError":
        return _OF_ONEDNN.search(str(error)) is not None
    return isinstance(error, MemoryError) or name == "ResourceExhaustedError"
