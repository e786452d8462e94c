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
    written = [(text.get_text(), *text.get_position(), text) for text in confusion_sheet(source).canvas.texts]
    line = next(y for word, _, y, _ in written if word == "it is")  # That of the headings of the columns.
    columns = {x: int(word) for word, x, y, _ in written if y == line and word.isdigit()}
    rows = {y: int(word) for word, _, y, text in written if is_bold(text) and text.get_ha() == "right"}
    assert sorted(columns.values()) == sorted(rows.values()) == list(range(10))
    shown = np.zeros((10, 10), int)
    for word, x, y, _ in written:
        if x in columns and y in rows:
            shown[rows[y], columns[x]] = int(word)
    expected = np.zeros((10, 10), int)
    np.add.at(expected, (result.labels, result.predictions), 1)
    np.testing.assert_array_equal(shown, expected)


def is_bold(text):
    return text.get_fontweight() == "bold"


def test_the_errors_are_shown_from_the_most_confident_with_label_and_prediction(source, result):
    wrong = [index for index in range(result.examples) if result.labels[index] != result.predictions[index]]
    confidence = np.exp(result.log_probabilities.max(axis=1))
    order = sorted(wrong, key=lambda index: -confidence[index])
    sheet = errors_sheet(source)
    named = [text for text in texts(sheet) if " taken for " in text]
    assert named == [f"{result.labels[i]} taken for {result.predictions[i]}" for i in order[:24]]
    assert sheet.arrays["errors/images"].tolist() == order[:24]
