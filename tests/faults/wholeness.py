"""Whether everything in a folder that a command left there is whole."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from PIL import Image

from mnistcnn.export.directory import checksums
from mnistcnn.runs.checkpoint import load
from mnistcnn.runs.directory import Run
from mnistcnn.runs.finding import find_runs


def assert_whole(folder: Path) -> None:
    """Check every run, and every file whose kind says how it must end."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert [path for path in folder.rglob("*") if path.name.startswith((".mnistcnn-tmp-", "tmp"))] == []
    for run in find_runs(folder):
        assert_run_whole(run)
    for exports in folder.rglob("export.json"):
        for name, record in json.loads(exports.read_bytes())["files"].items():
            assert checksums(exports.parent / name) == record["files"], exports.parent / name
    for path in files:
        match path.suffix:
            case ".json":
                json.loads(path.read_bytes())
            case ".png":
                Image.open(io.BytesIO(path.read_bytes())).load()
            case ".npz":
                dict(np.load(io.BytesIO(path.read_bytes())))
            case ".gz":
                gzip.decompress(path.read_bytes())
            case ".html":
                assert path.read_text().rstrip().endswith("</html>"), path


def assert_run_whole(run: Run) -> None:
    """Check the checkpoints of a run, and that its evaluation is of the predictions that are there."""
    for step in run.checkpoints().steps():
        load(run.checkpoints().path_of(step))
    evaluation = run.path / "eval-test.json"
    if evaluation.exists():
        of = json.loads(evaluation.read_bytes())["predictions"]
        assert hashlib.sha256((run.path / of["file"]).read_bytes()).hexdigest() == of["sha256"]


def weights_digests(folder: Path) -> set[str]:
    """Of the final weights of all finished runs in a folder."""
    manifests = [run.manifest() for run in find_runs(folder)]
    return {each["results"]["weights_digest"] for each in manifests if each["state"] == "finished"}


def disk_bytes(paths: Iterable[Path], page: int = 4096) -> int:
    """What files take on a tmpfs."""
    return sum(-(-path.stat().st_size // page) * page for path in paths if path.is_file())
