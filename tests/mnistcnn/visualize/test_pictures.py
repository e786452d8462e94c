"""All pictures of a run: their files, what is said of them, and what they do without."""

import json

import numpy as np
import pytest
from PIL import Image

from mnistcnn.errors import RunError, UsageError
from mnistcnn.runs.directory import Run
from mnistcnn.visualize.drawing.captions import CAPTIONS, CHAPTERS
from mnistcnn.visualize.drawing.marks import Text
from mnistcnn.visualize.drawing.style import DARK, LIGHT
from mnistcnn.visualize.names import ALL, KINDS, LAYERS
from mnistcnn.visualize.pictures import PICTURES, draw_pictures, select
from mnistcnn.visualize.sheets.correlation import correlation, duplicates


def test_every_picture_is_drawn_and_the_chapters_follow_each_other(drawn):
    folder, pictures = drawn
    files = {path.name for path in folder.iterdir()}
    made = [picture for picture in pictures if picture is not None]
    assert files == {picture.path.name for picture in made} | {"arrays.npz", "manifest.json", "index.html"}
    assert [picture.path.name for picture in made] == sorted(picture.path.name for picture in made)
    assert [picture.chapter for picture in made] == sorted(picture.chapter for picture in made)
    assert {picture.chapter for picture in made} == set(range(1, len(CHAPTERS) + 1))
    # This network's six units of conv2 need one sheet of cards.
    assert len(pictures) - len(made) == 3


def test_every_picture_opens_and_is_as_large_as_is_said(drawn):
    for picture in filter(None, drawn[1]):
        with Image.open(picture.path) as image:
            image.load()
            assert image.size == picture.size


def test_every_picture_says_what_it_shows_and_where_from(drawn, source):
    for picture in filter(None, drawn[1]):
        assert picture.words.title
        assert picture.words.sentence.endswith(".")
        assert "{" not in picture.words.alt + picture.words.sentence
        for part in ("run small", "step 30", "data crosses", source.trained.digest[:12]):
            assert part in picture.words.small_print
        with Image.open(picture.path) as image:
            text = image.info.get("Description") or image.info["comment"].decode()
        assert text == picture.words.alt


def test_the_manifest_lists_pictures_scales_units_and_the_checkpoint(drawn, source):
    folder, pictures = drawn
    manifest = json.loads((folder / "manifest.json").read_text())
    listed = {picture["file"]: picture for picture in manifest["pictures"]}
    assert set(listed) == {picture.path.name for picture in pictures if picture is not None}
    assert manifest["checkpoint"] == {"asked": "last", "step": 30, "weights_digest": source.trained.digest}
    assert manifest["image"] == {"name": "test image 3 of crosses", "label": 3, "reason": ""}
    assert {picture["chapter"] for picture in listed.values()} == {title for title, _ in CHAPTERS}
    filters = next(picture for name, picture in listed.items() if "conv1-filters" in name)
    weights = source.weights["conv1/weights"]
    assert filters["units"] == [0, 1, 2, 3]
    assert filters["scales"][0]["limit"] == pytest.approx(np.percentile(np.abs(weights), 99.5))
    assert filters["scales"][0]["low"] == -filters["scales"][0]["limit"]
    maps = next(picture for name, picture in listed.items() if "conv2-relu" in name)
    reference = source.reference["conv2"]
    assert maps["scales"][0]["limit"] == pytest.approx(np.percentile(reference, 99.9))


def test_the_animation_has_a_frame_for_each_snapshot(drawn, run):
    path = next(drawn[0].glob("*.gif"))
    with Image.open(path) as image:
        assert image.n_frames == len(run.snapshots().steps())
        assert image.convert("RGB").getpixel((0, 0)) == LIGHT.background


def test_two_digits_are_drawn_in_the_same_colours(make_subject):
    scales = [
        picture.draw(make_subject(image)).scales
        for image in ("0", "7")
        for picture in PICTURES
        if picture.name == "conv1-relu"
    ]
    assert scales[0] == scales[1]


def test_autoscale_says_so_on_the_picture(make_subject):
    picture = next(picture for picture in PICTURES if picture.name == "conv2-relu")
    assert "AUTOSCALE" in picture.draw(make_subject(autoscale=True)).scales[0].rule


def test_dead_units_are_hatched_and_named(make_subject):
    source = make_subject()
    source.network.biases["conv2"].assign([-1000.0] + [0.1] * 5)
    picture = next(picture for picture in PICTURES if picture.name == "conv2-relu")
    sheet = picture.draw(source)
    assert any(isinstance(mark, Text) and mark.text == "0 dead" for mark in sheet.marks)
    assert source.dead("conv2").tolist()[0]


@pytest.mark.parametrize("kind", ["svg", "pdf"])
def test_other_formats(kind, make_subject, tmp_path):
    pictures = select("pool1", [])
    drawn = list(draw_pictures(make_subject(theme=DARK), pictures, tmp_path, kind))
    assert [picture.path.name for picture in drawn] == [f"06-pool1-maps.{kind}"]
    assert drawn[0].path.read_bytes()[:5] in (b"<?xml", b"%PDF-")


def test_a_layer_and_a_kind_select():
    assert [picture.name for picture in select("conv1", ["filters"])] == ["conv1-filters"]
    assert select(ALL, []) == list(PICTURES)
    assert all("conv2" in picture.layers for picture in select("conv2", []))
    assert {picture.name for picture in select("conv2", [])} >= {"conv2-filters", "conv2-relu", "conv2-cards-1"}


def test_every_layer_and_every_kind_has_a_picture_and_every_picture_a_caption():
    assert {layer for picture in PICTURES for layer in picture.layers} == set(LAYERS)
    assert {picture.show for picture in PICTURES} == set(KINDS)
    captions = {picture.name if "cards" not in picture.name else "conv2-cards" for picture in PICTURES}
    assert captions == set(CAPTIONS)


def test_a_run_with_one_checkpoint_and_no_metrics_has_no_curves_and_no_animation(make_subject, tmp_path, monkeypatch):
    source = make_subject()
    source.snapshots, source.history = [], source.history[-1:]
    monkeypatch.setattr(Run, "metrics_path", tmp_path / "metrics.csv")
    pictures = [picture for picture in PICTURES if picture.show == "training"]
    drawn = draw_pictures(source, pictures, tmp_path / "out", "png")
    assert [next(drawn), next(drawn)] == [None, None]
    with pytest.raises(UsageError, match="nothing to draw of the kind training"):
        next(drawn)


def test_a_folder_that_cannot_be_written_is_an_error_that_names_it(make_subject, tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(RunError, match="file"):
        next(draw_pictures(make_subject(), select("input", []), tmp_path / "file", "png"))


def test_units_that_do_the_same_are_near_duplicates():
    random = np.random.default_rng(0)
    units = random.random((200, 4), np.float32)
    units[:, 2] = 3 * units[:, 0] + 1
    units[:, 3] = 0.5
    matrix = correlation(units)
    assert duplicates(matrix) == [(0, 2)]
    assert np.isnan(matrix[3]).all()
    np.testing.assert_allclose(matrix[:3, :3], np.corrcoef(units[:, :3].T), atol=1e-4)
