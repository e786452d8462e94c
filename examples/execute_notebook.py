"""Runs a notebook from top to bottom, and keeps what it shows.

    python examples/execute_notebook.py examples/deep_mnist.ipynb
    python examples/execute_notebook.py examples/deep_mnist.ipynb --set STEPS=20 --set DATA='"digits"' --out a.ipynb

Without --out the notebook is replaced. Runs go into an empty folder, which is removed. Outputs are cleaned of times and
of this machine's paths; the page, which is some megabytes large, is left out. Needs `pip install '.[test]'`.
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
from pathlib import Path

import nbformat
from nbclient import NotebookClient

MOST_BYTES = 1_000_000
SECONDS = 1800  # Of one cell.


def main() -> None:
    """Run, clean, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("notebook", type=Path)
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="Change a parameter.")
    parser.add_argument("--out", type=Path, help="Where to write it.")
    arguments = parser.parse_args()
    notebook = nbformat.read(arguments.notebook, as_version=4)
    kept = {cell.id: cell.source for cell in notebook.cells}
    set_parameters(notebook, arguments.set)
    with tempfile.TemporaryDirectory() as folder:
        NotebookClient(notebook, timeout=SECONDS, resources={"metadata": {"path": folder}}).execute()
    clean(notebook)
    for cell in notebook.cells:
        cell.source = kept[cell.id]
    content = nbformat.writes(notebook) + "\n"
    if len(content.encode()) > MOST_BYTES:
        sys.exit(f"{arguments.notebook}: {len(content.encode()):,} bytes with its outputs, more than {MOST_BYTES:,}")
    (arguments.out or arguments.notebook).write_text(content, encoding="utf-8")


def set_parameters(notebook: nbformat.NotebookNode, changes: list[str]) -> None:
    """Replace lines `NAME = …` of the cell that is tagged `parameters`."""
    cell = next(cell for cell in notebook.cells if "parameters" in cell.metadata.get("tags", []))
    for change in changes:
        name, _, value = change.partition("=")
        cell.source, count = re.subn(rf"^{name} = .*$", f"{name} = {value}", cell.source, flags=re.MULTILINE)
        if count != 1:
            sys.exit(f"--set {change}: the notebook has no such parameter")


def clean(notebook: nbformat.NotebookNode) -> None:
    """Keep what is the same on every machine, and small."""
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)  # When it began and ended.
        for output in cell.get("outputs", []):
            if "page" in cell.metadata.get("tags", []):
                output.get("data", {}).pop("text/html", None)
            if output.output_type == "stream":
                output.text = of_no_machine(output.text)
            for kind in ("text/plain", "text/html"):
                if kind in output.get("data", {}):
                    output.data[kind] = of_no_machine(output.data[kind])


def of_no_machine(text: str) -> str:
    """Leave out how long a run took, and shorten absolute paths to their last part; embedded pictures stay."""
    parts = re.split(r"(base64,[\w+/=]*)", text)
    return "".join(part if part.startswith("base64,") else _without_times_and_paths(part) for part in parts)


def _without_times_and_paths(text: str) -> str:
    text = re.sub(r"(· |>)\d+:\d\d(?::\d\d)?\b", r"\1…", text)
    return re.sub(r"(?<![\w.:/<])/(?:[\w.-]+/)+(?=[\w.-]+)", "…/", text)


if __name__ == "__main__":
    main()
