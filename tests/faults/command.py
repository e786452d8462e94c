"""`mnistcnn` with faults, for a child of `tests.fork_server`."""

from __future__ import annotations

import gzip
import hashlib
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mnistcnn_cli.app import main

from mnistcnn.data import download, mnist

# What commands import late, so that no child has to.
from mnistcnn.evaluation import assessment  # noqa: F401
from mnistcnn.export import exporting  # noqa: F401
from mnistcnn.sweep import running  # noqa: F401
from mnistcnn.training import loop  # noqa: F401
from mnistcnn.visualize import pictures  # noqa: F401
from tests.faults.injection import injected


def command(
    arguments: Sequence[str],
    environment: Mapping[str, str] | None = None,
    results: str | None = None,
    mirror: tuple[str, str] | None = None,
    **faults: Any,
) -> None:
    """Be `mnistcnn`, and exit as it does.

    Args:
        arguments: of the command line.
        environment: variables to set.
        results: the file that standard output goes to.
        mirror: see `use_mirror`.
        faults: see `tests.faults.injection.injected`.
    """
    os.environ.update(environment or {})
    if mirror:
        use_mirror(*mirror)
    if results is not None:
        os.dup2(os.open(results, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), 1)
    sys.argv[1:] = arguments
    with injected(**faults):
        main()


def use_mirror(address: str, folder: str) -> None:
    """Let MNIST be what a server has in a folder."""
    download.MIRRORS = (address,)
    for path in Path(folder).glob("*.gz"):
        content = path.read_bytes()
        mnist.REMOTE[path.stem] = download.RemoteFile(path.name, len(content), hashlib.sha256(content).hexdigest())
        mnist.SHA256[path.stem] = hashlib.sha256(gzip.decompress(content)).hexdigest()
