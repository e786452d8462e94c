"""The survey of the test images goes as far as it is asked for, and computes nothing twice."""

import numpy as np

from mnistcnn.network.evaluator import evaluate
from mnistcnn.network.model import to_input
from mnistcnn.visualize import picture_source
from mnistcnn.visualize.analysis import survey
from mnistcnn.visualize.sheets.units import patches_sheet


def test_the_survey_of_the_first_images_is_the_beginning_of_that_of_all(source, dataset, monkeypatch):
    monkeypatch.setattr(survey, "BATCH_SIZE", 8)
    surveyor = survey.Surveyor(source.network, dataset.test)
    few, whole = surveyor.first(10), surveyor.first(40)
    expected = source.network.activations(to_input(dataset.test.images))
    np.testing.assert_allclose(whole.peaks["conv2"], expected["conv2"].numpy().max(axis=(1, 2)), atol=1e-5)
    np.testing.assert_allclose(whole.peaks["fc1"], expected["fc1"], atol=1e-4)
    np.testing.assert_array_equal(few.peaks["conv1"], whole.peaks["conv1"][:10])
    np.testing.assert_array_equal(few.result.labels, dataset.test.labels[:10])
    np.testing.assert_allclose(whole.result.logits, evaluate(source.network, dataset.test).logits, atol=1e-4)


def test_images_that_were_surveyed_are_not_surveyed_again(source, dataset, monkeypatch):
    monkeypatch.setattr(survey, "BATCH_SIZE", 8)
    surveyor = survey.Surveyor(source.network, dataset.test)
    sizes, compute = [], surveyor._summary
    surveyor._summary = lambda images: sizes.append(len(images)) or compute(images)
    surveyor.first(10)
    surveyor.first(40)
    assert sizes == [8] * 5


def test_patches_are_of_the_sample_and_say_so(make_subject, monkeypatch):
    monkeypatch.setattr(picture_source, "SAMPLE_IMAGES", 16)
    monkeypatch.setattr("mnistcnn.visualize.sheets.words.SAMPLE_IMAGES", 16)
    subject = make_subject()
    sheet = patches_sheet(subject, "conv1")
    assert subject.patches("conv1").images.max() < 16
    assert sheet.words.shape.endswith("out of the first 16 test images")
    assert "pieces of the first 16 test images" in sheet.words.sentence
