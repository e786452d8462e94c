"""`mnistcnn visualize`: what it takes, what it refuses, and what it leaves behind."""

import importlib.util
import json
import shutil
import sys
import webbrowser

import numpy as np
import pytest
from mnistcnn_cli.app import run
from PIL import Image

from mnistcnn import Run

SMALL = [
    "--set", "network.conv1=3", "--set", "network.conv2=4", "--set", "network.fc1=12", "--set", "data.source=digits",
    "--steps", "4", "--batch-size", "10", "--quiet",
]  # fmt: skip

needs_predict = pytest.mark.skipif(
    importlib.util.find_spec("mnistcnn.data.digitfiles") is None, reason="needs the reading of image files"
)


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs")
    assert run(["train", *SMALL, "--name", "small", "--log-dir", str(folder)]) == 0
    return folder


@pytest.fixture
def visualize(runs):
    def call(*arguments):
        return run(["visualize", "--log-dir", str(runs), *arguments])

    return call


def test_the_latest_run_is_drawn_into_its_own_folder(visualize, runs, capsys):
    assert visualize("--layer", "pool1") == 0
    captured = capsys.readouterr()
    folder = runs / "small" / "visualize"
    assert captured.out == f"{folder / 'index.html'}\n{folder / '06-pool1-maps.png'}\n"
    assert "pool1-maps" in captured.err
    assert {path.name for path in folder.iterdir()} == {
        "06-pool1-maps.png", "arrays.npz", "index.html", "manifest.json",
    }  # fmt: skip


def test_quiet_says_nothing_and_paths_stay_on_standard_output(visualize, tmp_path, capsys):
    assert visualize("small", "--show", "filters", "--quiet", "--out", str(tmp_path / "deep" / "out")) == 0
    captured = capsys.readouterr()
    names = [line.rsplit("/", 1)[1] for line in captured.out.splitlines()]
    assert names == ["index.html", "13-conv1-filters.png", "14-conv2-filters.png"]
    assert captured.err == ""


def test_augmentation_is_refused_for_a_run_without_it_and_leaves_nothing(visualize, tmp_path, capsys):
    out = tmp_path / "out"
    assert visualize("--augmentation", "--quiet", "--out", str(out)) == 2
    assert "nothing to draw of the kind augmentation: the run did not use it" in capsys.readouterr().err
    assert list(out.iterdir()) == []


def test_augmentation_shows_what_the_run_made_of_training_images(runs, tmp_path, capsys):
    logs, out = str(tmp_path / "runs"), str(tmp_path / "out")
    assert run(["train", *SMALL, "--set", "augmentation.rotation=9", "--log-dir", logs]) == 0
    capsys.readouterr()
    assert run(["visualize", "--augmentation", "--quiet", "--log-dir", logs, "--out", out]) == 0
    assert [line.rsplit("/", 1)[1] for line in capsys.readouterr().out.splitlines()] == [
        "index.html",
        "27-augmented.png",
    ]


def test_json_is_an_object_for_each_picture(visualize, tmp_path, capsys):
    assert visualize("--show", "filters", "--json", "--out", str(tmp_path)) == 0
    records = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [record["event"] for record in records] == ["picture"] * 2 + ["index"]
    listed = {picture["file"]: picture for picture in json.loads((tmp_path / "manifest.json").read_text())["pictures"]}
    assert records.pop() == {"event": "index", "path": str(tmp_path / "index.html")}
    for record in records:
        assert record["path"] == str(tmp_path / record["file"])
        assert listed[record["file"]].items() <= record.items()


def test_theme_format_and_image_are_heeded(visualize, tmp_path):
    assert (
        visualize("--layer", "input", "--show", "maps", "--theme", "dark", "--image", "5", "--out", str(tmp_path)) == 0
    )
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    assert (manifest["theme"], manifest["image"]["name"]) == ("dark", "test image 5 of digits")
    with Image.open(tmp_path / "03-input.png") as image:
        assert max(image.convert("RGB").getpixel((0, 0))) < 64
    assert visualize("--layer", "input", "--show", "maps", "--format", "svg", "--out", str(tmp_path)) == 0
    assert (tmp_path / "03-input.svg").read_text().startswith("<?xml")


@pytest.fixture
def opened(monkeypatch):
    """What the browser was asked to show, on a machine with a screen."""
    asked = []
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setattr(webbrowser, "open", lambda url: asked.append(url) or True)
    return asked


@pytest.mark.parametrize(
    ("arguments", "terminal", "opens"),
    [([], True, True), ([], False, False), (["--no-open"], True, False), (["--open"], False, True),
     (["--json"], True, False)],
    ids=["in a terminal", "in a pipe", "--no-open", "--open", "--json"],
)  # fmt: skip
def test_the_index_is_opened_where_a_person_can_see_it(arguments, terminal, opens, visualize, tmp_path, opened):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys.stdout, "isatty", lambda: terminal)
        assert visualize("--layer", "input", "--show", "maps", *arguments, "--quiet", "--out", str(tmp_path)) == 0
    assert opened == ([(tmp_path / "index.html").as_uri()] if opens else [])


def test_an_index_that_nothing_can_open_is_named(visualize, tmp_path, opened, monkeypatch, capsys):
    monkeypatch.setattr(webbrowser, "open", lambda _: False)
    assert visualize("--layer", "input", "--show", "maps", "--open", "--quiet", "--out", str(tmp_path)) == 0
    assert f"no browser to open it with: {tmp_path / 'index.html'}" in capsys.readouterr().err


def test_the_digit_that_nobody_chose_is_named_with_its_reason(visualize, tmp_path):
    assert visualize("--layer", "fc2", "--show", "maps", "--quiet", "--out", str(tmp_path)) == 0
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    caption = manifest["pictures"][0]["caption"]
    if manifest["image"]["reason"]:  # A network that gets all of the first images wrong shows the first.
        assert manifest["image"]["name"] in caption
        assert manifest["image"]["reason"] in caption


def test_a_step_is_the_network_of_that_step(visualize, runs, tmp_path):
    assert visualize("--layer", "conv1", "--show", "filters", "--checkpoint", "0", "--out", str(tmp_path)) == 0
    with (
        np.load(tmp_path / "arrays.npz") as arrays,
        np.load(runs / "small/checkpoints/step-0000000/weights.npz") as weights,
    ):
        assert np.array_equal(arrays["conv1/weights"], weights["conv1/weights"])


def test_in_a_pipe_the_terminals_pictures_are_plain_characters_and_no_file_is_written(visualize, runs, capsys):
    before = sorted(runs.rglob("*"))
    assert visualize("--terminal", "--layer", "conv1") == 0
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert "The filters of conv1" in out
    assert sorted(runs.rglob("*")) == before


def test_damaged_snapshots_are_left_out_with_one_warning_that_names_them(runs, tmp_path, capsys):
    copy = shutil.copytree(runs / "small", tmp_path / "small", symlinks=True)
    (copy / "snapshots" / "step-0000000.npz").write_bytes(b"damaged")
    (copy / "snapshots" / "step-0000002.npz").mkdir()
    shown = ["--show", "filters", "--show", "training"]
    assert run(["visualize", str(copy), *shown, "--quiet"]) == 0
    said = capsys.readouterr().err
    assert said.startswith(f"warning: {copy}: 2 damaged snapshots are left out\n")
    assert [name in said for name in ("step-0000000.npz: damaged", "step-0000002.npz: not readable")] == [True, True]
    with pytest.warns(UserWarning, match="a damaged snapshot is left out\n.*step-0000000.npz: damaged") as caught:
        Run(copy).visualize("conv1", "filters")  # Shows the start alone: later snapshots are not read.
    assert caught[0].filename == __file__


def test_damaged_lines_of_the_curves_are_left_out_with_a_warning_that_names_the_first(runs, tmp_path, capsys):
    copy = shutil.copytree(runs / "small", tmp_path / "small", symlinks=True)
    lines = (copy / "metrics.csv").read_text().splitlines(keepends=True)
    (copy / "metrics.csv").write_text("".join([lines[0], "2,train,nonsense\n", *lines[1:]]))
    assert run(["visualize", str(copy), "--show", "training", "--quiet"]) == 0
    assert capsys.readouterr().err.startswith(f"warning: {copy}/metrics.csv:2: ")


def test_a_run_is_not_drawn_into_and_stays_a_run(visualize, runs, capsys):
    before = (runs / "small/manifest.json").read_bytes()
    assert visualize("--layer", "conv1", "--out", str(runs / "small")) == 2
    assert "small/manifest.json: not written by visualize" in capsys.readouterr().err
    assert (runs / "small/manifest.json").read_bytes() == before


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--layer", "conv3"], 2, "Did you mean 'conv2'?"),
        (["--show", "filtres"], 2, "Did you mean 'filters'?"),
        (["--layer", "pool1", "--show", "filters"], 2, "layer pool1 has no picture of the kind filters"),
        (["--terminal", "--json"], 2, "--terminal writes no files"),
        (["--terminal", "--open"], 2, "--terminal writes no files"),
        (["--unit", "1"], 2, "add --terminal"),
        (["--terminal", "--layer", "conv1", "--unit", "3"], 2, "conv1 has units 0 to 2"),
        (["--terminal", "--layer", "input", "--unit", "0"], 2, "input has no units"),
        (["--format", "bmp"], 2, "--format"),
        (["--image", "99999"], 4, "numbered 0 to"),
        (["--image", "-1"], 4, "numbered 0 to"),
        (["--checkpoint", "77"], 5, "no checkpoint '77'; there are: 0, "),
        (["nothing"], 5, "nothing: no such run"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_bad_input_is_one_message_and_an_exit_code(arguments, code, said, visualize, capsys):
    assert visualize(*arguments) == code
    captured = capsys.readouterr()
    assert said in captured.err
    assert "Traceback" not in captured.err


@needs_predict
@pytest.mark.parametrize(("name", "content"), [("missing.png", None), ("text.png", b"no image")])
def test_what_is_no_image_is_an_error_in_the_data(name, content, visualize, tmp_path, capsys):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    assert visualize("--image", str(tmp_path / name)) == 4
    assert name in capsys.readouterr().err


@needs_predict
def test_an_image_file_is_followed_through_the_network(visualize, tmp_path):
    pixels = np.zeros((28, 28), np.uint8)
    pixels[4:24, 12:16] = 255
    Image.fromarray(pixels).save(tmp_path / "one.png")
    assert (
        visualize("--layer", "input", "--show", "maps", "--image", str(tmp_path / "one.png"), "--out", str(tmp_path))
        == 0
    )
    assert json.loads((tmp_path / "manifest.json").read_text())["image"] == {
        "name": "one.png", "label": None, "reason": "",
    }  # fmt: skip


def test_a_run_without_a_checkpoint_is_an_error_of_the_run(runs, visualize, tmp_path, capsys):
    bare = tmp_path / "bare"
    bare.mkdir()
    for name in ("manifest.json", "config.yaml"):
        (bare / name).write_bytes((runs / "small" / name).read_bytes())
    assert visualize(str(bare)) == 5
    assert "there are: none" in capsys.readouterr().err


def test_a_folder_that_cannot_be_written_is_told(visualize, tmp_path, capsys):
    (tmp_path / "file").write_text("in the way")
    assert visualize("--layer", "input", "--out", str(tmp_path / "file")) == 5
    assert str(tmp_path / "file") in capsys.readouterr().err


def test_pictures_are_not_drawn_of_other_data_than_the_run_learned_from(runs, visualize, tmp_path, capsys):
    other = tmp_path / "other"
    (other / "checkpoints").mkdir(parents=True)
    manifest = json.loads((runs / "small" / "manifest.json").read_text())
    learned = {**manifest["data"], "sha256": dict.fromkeys(manifest["data"]["sha256"], "0" * 64)}
    (other / "manifest.json").write_text(json.dumps({**manifest, "data": learned}))
    (other / "config.yaml").write_bytes((runs / "small" / "config.yaml").read_bytes())
    (other / "checkpoints").rmdir()
    (other / "checkpoints").symlink_to(runs / "small" / "checkpoints")
    assert visualize(str(other), "--layer", "input") == 4
    assert f"{other}: learned from digits (scikit-learn" in (err := capsys.readouterr().err)
    assert "has other checksums" in err
    assert "--data-dir DIR" in err
