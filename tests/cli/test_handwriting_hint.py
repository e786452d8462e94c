"""The hint that another recipe reads other people's hands better, for networks of the tutorial's."""

from __future__ import annotations

import shutil
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from mnistcnn_cli.app import run
from mnistcnn_cli.loading import hint_at_handwriting
from PIL import Image

from mnistcnn.config.schema import load_config
from mnistcnn.runs.directory import Run

RECIPE = Path(__file__).parents[2] / "configs" / "handwriting.yaml"
HINT = "configs/handwriting.yaml reads other people's handwriting better"


def of(*settings):
    return SimpleNamespace(config=load_config(None, settings), run=Run(Path("runs/one")))


def test_a_network_of_the_tutorials_recipe_gets_it_in_one_line(capsys):
    hint_at_handwriting(of("steps=9", "learning_rate=1e-3"))
    [line] = capsys.readouterr().err.splitlines()
    assert line == f"hint: runs/one: the tutorial's recipe; {HINT}"


@pytest.mark.parametrize(
    "setting", ["network.initializer=he", "augmentation.shift=1", "augmentation.feet=0.1", "data.source=idx"]
)
def test_a_network_of_another_recipe_or_of_own_images_does_not(setting, capsys):
    hint_at_handwriting(of(setting))
    assert capsys.readouterr().err == ""


def test_the_recipe_is_there_and_gets_no_hint_itself(capsys):
    config = load_config(RECIPE)
    hint_at_handwriting(SimpleNamespace(config=config, run=Run(Path("runs/one"))))
    assert capsys.readouterr().err == ""


@pytest.fixture(scope="module")
def tutorials(bars_run, tmp_path_factory):
    """A run whose configuration is the tutorial's, as far as the hint can tell."""
    folder = tmp_path_factory.mktemp("tutorial") / "one"
    shutil.copytree(bars_run, folder, symlinks=True)
    config = (folder / "config.yaml").read_text()
    (folder / "config.yaml").write_text(
        config.replace("initializer: he", "initializer: tutorial").replace("source: idx", "source: auto")
    )
    image = np.zeros((28, 28), np.uint8)
    image[4:24, 13:16] = 255
    for name in ("a.png", "b.png"):
        Image.fromarray(image).save(folder.parent / name)
    return folder


def test_predict_gives_it_once(tutorials, capsys):
    images = [str(tutorials.parent / name) for name in ("a.png", "b.png")]
    assert run(["predict", *images, "--run", str(tutorials)]) == 0
    assert capsys.readouterr().err.count(HINT) == 1
