"""A file without a name, for output that is read back in the same process."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO


@contextmanager
def scratch_file() -> Iterator[BinaryIO | None]:
    """Open one: in memory on Linux, since a container may have no folder for temporary files, else on the disk.

    Yields:
        The file; None where there is neither.
    """
    file = _open()
    try:
        yield file
    finally:
        if file is not None:
            file.close()


def _open() -> BinaryIO | None:
    try:
        if hasattr(os, "memfd_create"):
            return os.fdopen(os.memfd_create("mnistcnn"), "w+b", buffering=0)
        return tempfile.TemporaryFile(buffering=0)
    except OSError:
        return None
