"""What every command does with the network of a run: the run's own threads, and the run's own data."""

import shutil

import numpy as np
import pytest
from mnistcnn_cli.app import run
from PIL import Image


@pytest.fixture
def moved_run(bars_run, tmp_path):
    """A copy of a run that was trained on two threads, and whose data is elsewhere now."""
    copy = tmp_path / "copy"
    shutil.copytree(bars_run, copy, ignore=shutil.ignore_patterns("export", "visualize", "tensorboard"))
    data = tmp_path / "moved"
    shutil.copytree(bars_run.parents[1] / "bars", data)
    config = copy / "config.yaml"
    text = config.read_text().replace("threads: null", "threads: 2")
    config.write_text(text.replace(str(bars_run.parents[1] / "bars"), str(tmp_path / "gone")))
    return copy, data


@pytest.fixture
def image(tmp_path):
    """A bar, as an image file."""
    pixels = np.zeros((28, 28), np.uint8)
    pixels[4:24, 12:16] = 255
    Image.fromarray(pixels).save(tmp_path / "one.png")
    return tmp_path / "one.png"


COMMANDS = {
    "eval": ["RUN", "--quiet", "--data-dir", "DATA"],
    "export": ["RUN", "--quiet", "--format", "numpy", "--no-verify"],
    "predict": ["IMAGE", "--run", "RUN"],
    "visualize": ["RUN", "--quiet", "--layer", "input", "--data-dir", "DATA"],
    "page": ["RUN", "--quiet", "--data-dir", "DATA"],
}


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_uses_the_runs_own_number_of_threads(command, moved_run, image, monkeypatch):
    asked = []
    monkeypatch.setattr("mnistcnn.runs.trained.limit_threads", asked.append)
    places = dict(zip(("RUN", "DATA", "IMAGE"), map(str, (*moved_run, image)), strict=True))
    assert run([command, *(places.get(argument, argument) for argument in COMMANDS[command])]) == 0
    assert asked == [2]


@pytest.mark.parametrize("command", ["eval", "export", "visualize", "page"])
def test_where_the_data_is_gone_the_message_names_the_option_and_not_a_file_to_edit(command, moved_run, capsys):
    assert run([command, str(moved_run[0]), "--quiet"]) == 4
    err = capsys.readouterr().err
    assert "elsewhere now: --data-dir DIR" in err
    assert "config.yaml" not in err
