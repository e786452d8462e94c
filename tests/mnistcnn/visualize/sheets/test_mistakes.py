"""The confusion matrix and the worst errors, as their sheets show them."""

import numpy as np
import pytest

from mnistcnn.visualize.drawing.marks import Text
from mnistcnn.visualize.sheets.mistakes import confusion_sheet, errors_sheet, worst_confusions


@pytest.fixture(scope="module")
def result(source):
    return source.survey.result


def texts(sheet):
    return [mark.text for mark in sheet.marks if isinstance(mark, Text)]


def test_every_count_of_the_confusion_matrix_stands_in_its_row_and_column(source, result):
    marks = confusion_sheet(source).marks
    written = [(mark.text, mark.x, mark.y, mark) for mark in marks if isinstance(mark, Text)]
    line = next(y for word, _, y, _ in written if word == "true")  # That of the headings of the columns.
    columns = {x: int(word) for word, x, y, _ in written if y == line and word.isdigit()}
    rows = {y: int(word) for word, _, y, text in written if text.bold and text.align == "right"}
    assert sorted(columns.values()) == sorted(rows.values()) == list(range(10))
    shown = np.zeros((10, 10), int)
    for word, x, y, _ in written:
        if x in columns and y in rows:
            shown[rows[y], columns[x]] = int(word)
    expected = np.zeros((10, 10), int)
    np.add.at(expected, (result.labels, result.predictions), 1)
    np.testing.assert_array_equal(shown, expected)


@pytest.mark.parametrize(
    ("confusions", "sentence"),
    [
        ({}, "There are none."),
        ({(7, 2): 12, (3, 5): 9}, "The most frequent one: 7 taken for 2, 12 times."),
        ({(3, 5): 9, (9, 7): 9}, "The most frequent ones: 3 taken for 5 and 9 taken for 7, 9 times each."),
        ({(1, 2): 1, (2, 3): 1, (3, 4): 1, (4, 5): 1}, "4 of them are equally frequent: once each."),
    ],
    ids=["none", "one", "a tie", "many"],
)
def test_no_confusion_is_named_alone_that_is_as_frequent_as_another(confusions, sentence):
    errors = np.zeros((10, 10), int)
    for place, count in confusions.items():
        errors[place] = count
    assert worst_confusions(errors) == sentence


def test_the_errors_are_shown_from_the_most_confident_with_label_and_prediction(source, result):
    wrong = [index for index in range(result.examples) if result.labels[index] != result.predictions[index]]
    confidence = np.exp(result.log_probabilities.max(axis=1))
    order = sorted(wrong, key=lambda index: -confidence[index])
    sheet = errors_sheet(source)
    named = [text for text in texts(sheet) if " taken for " in text]
    assert named == [f"{result.labels[i]} taken for {result.predictions[i]}" for i in order[:24]]
    assert sheet.arrays["errors/images"].tolist() == order[:24]
