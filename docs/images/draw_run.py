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
from typing import get_args

from mnistcnn_cli.rendering.dashboard import Dashboard
from mnistcnn_cli.rendering.ndjson import event_name
from rich.console import Console

from mnistcnn.events import Event, RunFinished
from mnistcnn.events.displayed_run import DisplayedRun

# Where the run was stored is of no interest to the reader.
RUN = Path("runs/20261124-100000-8e050c")
KINDS = {event_name(kind): kind for kind in get_args(Event)}


def read_until(path: Path, step: int) -> DisplayedRun:
    """The state of the display after `step` steps."""
    run = DisplayedRun()
    for line in path.read_text().splitlines():
        fields = json.loads(line)
        kind = KINDS[fields.pop("event")]
        if kind is RunFinished or fields.get("step", 0) > step:
            break
        if "run" in fields:
            fields["run"] = RUN
        run.update(kind(**fields))
    return run


def main() -> None:
    """Write the picture to standard output."""
    run = read_until(Path(sys.argv[1]), int(sys.argv[2]))
    seconds = float(sys.argv[3])
    console = Console(record=True, width=100, height=30, file=io.StringIO(), force_terminal=True)
    console.print(Dashboard(run, lambda: seconds))
    picture = console.export_svg(title="mnistcnn train")
    # The fonts that Rich would fetch from elsewhere; a reader's own monospaced font does as well.
    sys.stdout.write(re.sub(r"@font-face \{.*?\}", "", picture, flags=re.DOTALL))


if __name__ == "__main__":
    main()
