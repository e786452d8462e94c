"""The confusion matrix and the worst errors, as their sheets show them."""

import numpy as np
import pytest

from mnistcnn.visualize.sheets.mistakes import confusion_sheet, errors_sheet


@pytest.fixture(scope="module")
def result(source):
    return source.survey.result


def texts(sheet):
    return [text.get_text() for text in sheet.canvas.texts]


def test_every_count_of_the_confusion_matrix_stands_in_its_row_and_column(source, result):
    sheet = confusion_sheet(source)
    headings = {text.get_position()[0]: int(text.get_text()) for text in sheet.canvas.texts if heads_column(text)}
    rows = {text.get_position()[1]: int(text.get_text()) for text in sheet.canvas.texts if heads_row(text)}
    assert sorted(headings.values()) == sorted(rows.values()) == list(range(10))
    shown = np.zeros((10, 10), int)
    for text in sheet.canvas.texts:
        x, y = text.get_position()
        if x in headings and y in rows:
            shown[rows[y], headings[x]] = int(text.get_text())
    expected = np.zeros((10, 10), int)
    np.add.at(expected, (result.labels, result.predictions), 1)
    np.testing.assert_array_equal(shown, expected)


def heads_column(text):
    return text.get_text().isdigit() and text.get_ha() == "center" and text.get_position()[1] == column_line(text)


def heads_row(text):
    return text.get_text().isdigit() and text.get_ha() == "right"


def column_line(text):
    """The height of the column headings: that of "it is"."""
    return next(other.get_position()[1] for other in text.axes.texts if other.get_text() == "it is")


def test_the_errors_are_shown_from_the_most_confident_with_label_and_prediction(source, result):
    wrong = [index for index in range(result.examples) if result.labels[index] != result.predictions[index]]
    confidence = np.exp(result.log_probabilities.max(axis=1))
    order = sorted(wrong, key=lambda index: -confidence[index])
    sheet = errors_sheet(source)
    named = [text for text in texts(sheet) if " taken for " in text]
    assert named == [f"{result.labels[i]} taken for {result.predictions[i]}" for i in order[:24]]
    assert sheet.arrays["errors/images"].tolist() == order[:24]
