"""`mnistcnn doctor`: whether this machine is ready, and what to do where it is not."""

from __future__ import annotations

from pathlib import Path

import typer

from .. import options
from ..help import examples

EXAMPLES = examples(
    ("mnistcnn doctor", "before the first run"),
    ("mnistcnn doctor --log-dir /data/runs", "check the disk that will hold the runs"),
)


def doctor(log_dir: options.LogDir = Path("runs"), as_json: options.Json = False) -> None:
    """Check whether this machine is ready.

    It examines software, processor, GPUs, disks and data, and changes and downloads nothing. Exit code 0: everything
    works. Exit code 1: something does not, and the table says what to do.
    """
    from ..doctor.examination import examine
    from ..doctor.view import draw_findings, findings_record
    from ..rendering.ndjson import write_record

    findings = examine(log_dir)
    if as_json:
        write_record(findings_record(findings))
    else:
        draw_findings(findings)
    if any(finding.state == "problem" for finding in findings):
        raise typer.Exit(1)
