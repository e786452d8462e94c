"""`mnistcnn train --from`: a new run that starts from another run's weights."""

from __future__ import annotations

import json
import shutil
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from mnistcnn_cli.app import run

from mnistcnn.config.schema import load_config
from mnistcnn.data.sources import load_dataset
from mnistcnn.errors import CheckpointError
from mnistcnn.runs import checkpoint as checkpoints
from mnistcnn.runs.creating import create_run
from mnistcnn.runs.directory import Run
from mnistcnn.runs.listing import summarize
from mnistcnn.runs.metrics_file import read_metrics
from mnistcnn.runs.reproduction import starting_weights_to_repeat
from mnistcnn.runs.resuming import resumed_config
from mnistcnn.runs.starting import load_starting_weights
from mnistcnn.training.loop import resume

SHAPE = ("network.conv1=4", "network.conv2=6", "network.fc1=32")
RECIPE = ("steps=4", "eval_every=2", "batch_size=20", "learning_rate=1e-3", "averaging.decay=0.5", "seed=9")


def settings(source: Path, *pairs: str) -> list[str]:
    """A recipe on the data of the run that is started from."""
    data = ("data.source=idx", f"data.dir={source.parent.parent / 'bars'}", "data.validation_size=40")
    return [*pairs, *RECIPE, *data, "summaries.enabled=false"]


def command(source: Path, log_dir: Path, *pairs: str) -> list[str]:
    options = [word for pair in settings(source, *pairs) for word in ("--set", pair)]
    return ["train", "--from", str(source), *options, "--log-dir", str(log_dir), "--name", "tuned"]


@pytest.fixture(scope="module")
def tuned(bars_run, tmp_path_factory):
    log_dir = tmp_path_factory.mktemp("tuned")
    assert run([*command(bars_run, log_dir, *SHAPE), "--quiet"]) == 0
    return Run(log_dir / "tuned")


def test_a_run_starts_with_the_weights_that_the_other_stands_by(bars_run, tuned):
    best = checkpoints.load(Run(bars_run).checkpoints().find("best"))
    first = checkpoints.load(tuned.checkpoints().path_of(0))
    assert first.evaluated_weights.keys() == best.weights.keys()
    for name, weights in best.weights.items():
        np.testing.assert_array_equal(first.evaluated_weights[name], weights)
    accuracies = {row["step"]: row["accuracy"] for row in read_metrics(tuned.metrics_path) if row["split"] == "test"}
    assert float(accuracies["0"]) == summarize(Run(bars_run)).best_test_accuracy
    last = checkpoints.load(tuned.checkpoints().path_of(4)).weights
    assert any((last[name] != weights).any() for name, weights in best.weights.items())


def test_the_manifest_and_runs_show_name_the_run_with_its_digest(bars_run, tuned, capsys):
    source = tuned.manifest()["from"]
    best = checkpoints.load(Run(bars_run).checkpoints().find("best"))
    digest = load_starting_weights(
        bars_run, Run(bars_run).checkpoints(), "best", load_config(None, SHAPE).network
    ).digest
    assert source == {"run": str(bars_run), "step": best.step, "weights_digest": digest}
    assert run(["runs", "show", str(tuned.path)]) == 0
    [line] = [line for line in capsys.readouterr().out.splitlines() if "started from" in line]
    assert f"{bars_run}, step {best.step}, weights {digest[:12]}" in line


def test_a_network_of_another_shape_is_refused_with_the_settings_that_fit(bars_run, tmp_path, capsys):
    assert run(command(bars_run, tmp_path)) == 3
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith(f"error: network: {bars_run} has a network of another shape")
    assert line.endswith("--set network.conv1=4 --set network.conv2=6 --set network.fc1=32")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("other", [["--resume", "latest"], ["--seeds", "0-1"]])
def test_what_has_weights_of_its_own_excludes_from(other, capsys):
    assert run(["train", "--from", "latest", *other]) == 2
    assert "cannot be used with --from" in capsys.readouterr().err


def test_a_run_that_is_not_there_is_named(tmp_path, capsys):
    assert run(["train", "--from", "nobody", "--log-dir", str(tmp_path)]) == 5
    assert "nobody: no such run" in capsys.readouterr().err


def test_a_run_of_a_newer_version_is_refused_by_name(bars_run, tmp_path, capsys):
    newer = tmp_path / "newer"
    shutil.copytree(bars_run, newer, symlinks=True)
    Run(newer).update_manifest({"format": 99})
    assert run(command(newer, tmp_path, *SHAPE)) == 5
    assert f"error: {newer / 'manifest.json'}: format 99, of a newer version of mnistcnn" in capsys.readouterr().err
    assert not (tmp_path / "tuned").exists()


def test_a_run_that_was_killed_before_it_logged_anything_still_starts_from_them(bars_run, tuned, tmp_path):
    config = load_config(None, [*settings(bars_run, *SHAPE), f"log_dir={tmp_path}", "name=killed"])
    dataset = load_dataset(config.data)
    start = load_starting_weights(bars_run, Run(bars_run).checkpoints(), "best", config.network)
    killed = create_run(config, dataset, datetime.now(), start)
    list(resume(killed, resumed_config(killed), dataset))
    assert killed.manifest()["results"]["weights_digest"] == tuned.manifest()["results"]["weights_digest"]
    assert killed.metrics_path.read_bytes() == tuned.metrics_path.read_bytes()


def test_a_run_that_started_from_another_can_be_reproduced(tuned, capsys):
    assert run(["runs", "reproduce", str(tuned.path), "--json", "--quiet"]) == 0
    verdict = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert verdict["same"]
    assert Run(Path(verdict["repeated"])).manifest()["from"] == tuned.manifest()["from"]


def test_without_its_first_checkpoint_it_cannot(tuned, tmp_path):
    bare = Run(tmp_path)
    bare.manifest_path.write_bytes(tuned.manifest_path.read_bytes())
    with pytest.raises(CheckpointError, match="no checkpoint '0'"):
        starting_weights_to_repeat(bare, load_config(None, SHAPE))
