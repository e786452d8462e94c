"""The child process of `train --tensorboard`: serves until its standard input ends, that is, until its parent does."""

from __future__ import annotations

import sys
from collections.abc import Sequence


def main(options: Sequence[str]) -> None:
    """Serve, say where on standard output, and stay.

    Args:
        options: TensorBoard's. Without a port, it takes 6006, or the next one that is free.
    """
    from tensorboard import default, program

    viewer = program.TensorBoard(plugins=default.get_plugins())
    viewer.configure(argv=["tensorboard", *options])
    print(viewer.launch(), flush=True)  # noqa: T201
    sys.stdin.read()


if __name__ == "__main__":
    main(sys.argv[1:])
