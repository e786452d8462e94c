"""A run as a program and a notebook have it."""

from __future__ import annotations

import math
import os
import shutil

import numpy as np
import pytest

import mnistcnn
from mnistcnn.errors import CheckpointError, ConfigError, DataError, RunError, UsageError
from mnistcnn.interface.network import Network
from mnistcnn.network.responder import Responder
from mnistcnn.runs.doubt import FoundDoubt, find_doubt
from mnistcnn.runs.trained import load_trained


def test_it_says_what_became_of_it_in_one_line(finished):
    accuracy = f"{100 * finished.results.test_accuracy:.2f} %"
    assert repr(finished) == f"<mnistcnn.Run {finished.path}, finished, {accuracy} of the test images (bars)>"
    assert (finished.name, finished.state, finished.config.steps) == ("one", "finished", 80)


def test_a_notebook_shows_its_headline_curves_and_what_comes_next(finished):
    shown = finished._repr_html_()
    assert f"one: {100 * finished.results.test_accuracy:.2f} % (bars)" in shown
    assert shown.count("<polyline") == 2
    assert "run.visualize(&#x27;conv1&#x27;)" in shown


def test_what_is_damaged_is_shown_and_not_raised(tmp_path):
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "manifest.json").write_text("{")
    run = mnistcnn.list_runs(tmp_path)[0]
    assert "damaged" in repr(run)
    assert "damaged" in run._repr_html_()
    with pytest.raises(RunError, match="damaged"):
        _ = run.results


def test_runs_are_found_by_path_by_name_and_by_being_the_latest(finished):
    log_dir = finished.path.parent
    for run in (
        mnistcnn.open_run(finished.path),
        mnistcnn.open_run("one", log_dir),
        mnistcnn.open_run(log_dir=log_dir),
    ):
        assert run.path == finished.path
    assert [run.name for run in mnistcnn.list_runs(str(log_dir))] == ["one"]
    assert mnistcnn.list_runs(log_dir / "nowhere") == []
    with pytest.raises(RunError, match=r"no such run; the newest in .*: one"):
        mnistcnn.open_run("two", log_dir)


def test_metrics_are_an_array_with_named_columns(finished):
    rows = finished.metrics()
    test = rows[rows["split"] == "test"]
    assert test["step"].tolist() == [0, 40, 80]
    assert test["accuracy"][-1] == finished.results.test_accuracy
    assert math.isnan(test["learning_rate"][0])
    assert rows[rows["split"] == "train"]["learning_rate"][0] == pytest.approx(3e-3)


def test_metrics_are_a_frame_where_pandas_is_installed(finished):
    pytest.importorskip("pandas")
    frame = finished.metrics(as_frame=True)
    assert frame.columns.tolist() == list(finished.metrics().dtype.names)
    assert frame["step"].max() == 80


def test_damaged_metrics_are_an_error_with_a_place(finished, tmp_path):
    run = mnistcnn.Run(shutil.copytree(finished.path, tmp_path / "run", symlinks=True))
    (run.path / "metrics.csv").write_text("step,split\n1,train\n")
    with pytest.raises(RunError, match=r"metrics\.csv: damaged"):
        run.metrics()
    assert "run.predict" in run._repr_html_()


def test_a_resumed_run_may_not_become_another(finished):
    with pytest.raises(ConfigError, match="a resumed run keeps its seed"):
        finished.resume(seed=5)
    with pytest.raises(ConfigError, match=r"^steps=0: "):
        finished.resume(steps=0)


def test_it_evaluates_its_own_data(finished):
    assessment = finished.evaluate(checkpoint="last")
    assert assessment.accuracy == finished.results.test_accuracy
    assert len(repr(assessment)) < 120
    with pytest.raises(CheckpointError, match="no checkpoint '7'"):
        finished.evaluate(checkpoint=7)


def test_it_predicts_what_the_evaluation_does(finished):
    assessment = finished.evaluate()
    images = assessment.examples.images
    predictions = finished.predict(images)
    assert [prediction.digit for prediction in predictions] == assessment.predictions.tolist()
    assert finished.predict(images[0])[0].digit == predictions[0].digit
    assert finished.predict(images[..., np.newaxis] / 255) == predictions
    assert finished.predict([]) == []


def test_it_doubts_what_the_command_doubts(finished):
    images = np.stack([finished.evaluate().examples.images[0], np.full((28, 28), 255, np.uint8)])
    digit, blank = finished.predict(images)
    assert (digit.is_doubted, blank.is_doubted) == (False, True)
    trained = load_trained(finished._directory, "best")
    expected = find_doubt(trained).doubt(Responder(trained.network)(images))
    assert [digit.doubt, blank.doubt] == expected.tolist()
    assert finished.predict(images[1], doubt=False)[0].doubt is None


def test_a_doubt_that_cannot_be_fitted_is_a_warning(finished, monkeypatch):
    monkeypatch.setattr("mnistcnn.runs.doubt.find_doubt", lambda _: FoundDoubt(lack="no doubt: its images are gone"))
    network = Network(load_trained(finished._directory, "best"))
    with pytest.warns(UserWarning, match="its images are gone; doubt=False does without"):
        (prediction,) = network.predict(np.zeros((28, 28), np.uint8))
    assert (prediction.doubt, prediction.is_doubted) == (None, False)


def test_pictures_are_files_that_a_notebook_shows(finished):
    pictures = finished.visualize("conv1", "filters")
    (picture,) = pictures
    assert picture.path.parent == finished.path / "visualize"
    assert picture.arrays["conv1/weights"].shape == (5, 5, 1, 4)
    assert 'src="data:image/png;base64,' in pictures._repr_html_()
    assert picture.path.name in repr(pictures)


@pytest.mark.parametrize(
    ("arguments", "error", "said"),
    [
        ({"layer": "conv9"}, UsageError, "layer conv9: unknown. Did you mean 'conv"),
        ({"show": "filtres"}, UsageError, "show filtres: unknown. Did you mean 'filters'?"),
        ({"layer": "pool1", "show": "filters"}, UsageError, "layer pool1 has no picture of the kind filters"),
        ({"layer": "input", "image": 60}, DataError, "image 60: the test images of bars are numbered 0 to 59"),
    ],
)
def test_what_cannot_be_drawn_is_one_line_without_options(finished, arguments, error, said):
    with pytest.raises(error) as caught:
        finished.visualize(**arguments)
    assert said in str(caught.value)
    assert "--" not in str(caught.value)


def test_the_page_is_a_path_and_a_frame_in_a_notebook(finished):
    page = finished.page()
    assert os.fspath(page) == str(finished.path / "visualize" / "page.html")
    assert page.size == page.path.stat().st_size
    assert page._repr_html_().startswith('<iframe srcdoc="&lt;!')


def test_exports_are_compared_and_never_replaced_by_accident(finished):
    (exported,) = finished.export("numpy")
    assert (exported.verdict, exported.path) == ("verified", finished.path / "export" / "numpy")
    with pytest.raises(UsageError, match="already there") as caught:
        finished.export("numpy")
    assert "--" not in str(caught.value)
    assert finished.export(["numpy"], verify=False, overwrite=True)[0].verdict == "unverified"
    with pytest.raises(UsageError, match="pickle: no such format"):
        finished.export("pickle")
