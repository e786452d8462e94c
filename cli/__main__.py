"""The console script, and `python -m mnistcnn_cli`."""

import sys


def main() -> None:
    """Import the command line and carry it out; Ctrl-C during the import ends it in a word as well."""
    try:
        from .app import main as carry_out

        carry_out()
    except KeyboardInterrupt:
        sys.stderr.write("interrupted\n")
        sys.exit(130)


if __name__ == "__main__":
    main()
