"""`mnistcnn doctor`: whether this machine is ready, and what to do where it is not."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

LogDir = Annotated[Path, typer.Option(help="Folder that will hold the runs.", metavar="DIR")]
Json = Annotated[bool, typer.Option("--json", metavar="", help="Write one JSON object to standard output.")]


def doctor(log_dir: LogDir = Path("runs"), as_json: Json = False) -> None:
    """Examine this machine: software, processor, GPUs, disks, data. Changes and downloads nothing.

    Exit code 0: everything works. 1: something does not, and the table says what to do.
    """
    from ..doctor.examination import examine
    from ..rendering.doctor_view import draw_findings, findings_record
    from ..rendering.runs_view import write_record

    findings = examine(log_dir)
    if as_json:
        write_record(findings_record(findings))
    else:
        draw_findings(findings)
    if any(finding.state == "problem" for finding in findings):
        raise typer.Exit(1)
