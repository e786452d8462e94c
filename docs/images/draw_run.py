"""Draws docs/images/train.svg, the README's picture of a run, from the events of a real one.

`mnistcnn train --json > events.ndjson`, then
`python docs/images/draw_run.py events.ndjson 1500 60 > docs/images/train.svg`: step 1,500, after 60 seconds.
"""

from __future__ import annotations

import io
import json
import re
import sys
from pathlib import Path

from mnistcnn_cli.rendering.dashboard import Dashboard
from mnistcnn_cli.rendering.displayed_run import Progress
from rich.console import Console

from mnistcnn.events import run as events

# Where the run was stored is of no interest to the reader.
RUN = Path("runs/20261124-100000-8e050c")


def read_until(path: Path, step: int) -> Progress:
    """The state of the display after `step` steps."""
    progress = Progress()
    for line in path.read_text().splitlines():
        fields = json.loads(line)
        kind = getattr(events, fields.pop("event"))
        if kind is events.RunFinished or fields.get("step", 0) > step:
            break
        if "run" in fields:
            fields["run"] = RUN
        progress.absorb(kind(**fields))
    return progress


def main() -> None:
    """Write the picture to standard output."""
    progress = read_until(Path(sys.argv[1]), int(sys.argv[2]))
    seconds = float(sys.argv[3])
    console = Console(record=True, width=100, height=30, file=io.StringIO(), force_terminal=True)
    console.print(Dashboard(progress, lambda: seconds))
    picture = console.export_svg(title="mnistcnn train")
    # The fonts that Rich would fetch from elsewhere; a reader's own monospaced font does as well.
    sys.stdout.write(re.sub(r"@font-face \{.*?\}", "", picture, flags=re.DOTALL))


if __name__ == "__main__":
    main()
