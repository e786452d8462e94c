"""`mnistcnn` as a shell starts it, in a child of `tests.fork_server`."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Mapping, Sequence

from mnistcnn_cli.app import main

from mnistcnn.training import loop  # noqa: F401  (so that no child has to import it)


def start(
    arguments: Sequence[str], environment: Mapping[str, str], folder: str, out: str, err: str, terminal: str = ""
) -> None:
    """Be `mnistcnn`, and exit as it does.

    SIGHUP is at its default, which whoever started the tests may have changed.

    Args:
        arguments: of the command line.
        environment: variables to set.
        folder: where it is typed.
        out: the file that standard output goes to.
        err: the file that standard error goes to.
        terminal: takes the place of both files and of standard input, as the terminal of a session of its own.
    """
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    os.environ.update(environment)
    os.chdir(folder)
    if terminal:
        os.setsid()
    names = [terminal or name for name in (os.devnull, out, err)]
    for standard, name in enumerate(names):
        handle = os.open(name, os.O_RDWR | os.O_CREAT)
        os.dup2(handle, standard)
        os.close(handle)
    sys.argv[1:] = arguments
    main()
