"""The drawing of receptive fields agrees with the network's."""

import pytest

from mnistcnn.visualize.analysis.receptive_fields import RECEPTIVE_FIELDS
from mnistcnn.visualize.drawing.marks import Box
from mnistcnn.visualize.drawing.sheet import Sheet, Words
from mnistcnn.visualize.drawing.style import LIGHT
from mnistcnn.visualize.sheets.field_drawing import FIELD_HEIGHT, FIELD_WIDTH, draw_field

WORDS = Words("title", "shape", "sentence", "alt", "small")


@pytest.mark.parametrize("layer", ["conv1", "pool1", "conv2", "pool2"])
def test_the_boxes_are_the_fields_of_a_corner_and_of_the_middle(layer, source):
    sheet = Sheet(FIELD_WIDTH, FIELD_HEIGHT, WORDS, LIGHT)
    draw_field(sheet, layer, source.digit.image)
    field = RECEPTIVE_FIELDS[layer]
    middle = 28 // field.stride // 2
    # In pixels of the image, which has six of padding around it and is three times enlarged.
    found = [
        ((box.x - sheet._left) / 3 - 6, box.width / 3) for box in sheet.marks if isinstance(box, Box) and box.line == 2
    ]
    assert found == [(field.start(0), field.size), (field.start(middle), field.size)]
