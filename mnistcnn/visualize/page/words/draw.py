"""The words of the drawing pad, the answer beside it, and the digits to begin with."""

WORDS = {
    "draw-title": "The digit",
    "pad-title": "Draw here",
    "pad-label": "Drawing pad",
    "pad-hint": "Draw a digit, 0 to 9",
    "pad-help-title": "Drawing with the keyboard",
    "pad-help": "On the pad, the arrow keys move a cursor; Home, Page Up, End and Page Down move it diagonally; "
    "Shift makes its steps larger. Space puts the pen down and lifts it. Backspace undoes, Delete clears. Images "
    "can be dropped on the pad.",
    "pen-down": "Pen down",
    "pen-up": "Pen up",
    "clear": "Clear",
    "undo": "Undo",
    "load": "Open image…",
    "file-error": "{name} cannot be read as an image. Open a PNG, JPEG, WebP or GIF file.",
    "no-digit": "No digit was found in {name}: the ink is missing, too faint, or too little.",
    "found-title": "{count} digits found in {name}",
    "found-choose": "Show digit {number} of {count}",
    "found-name": "{name}, digit {number} of {count}",
    "sees-title": "The network’s input",
    "sees-label": "The digit as the network gets it, 28 × 28 pixels",
    "centred": "fit and centre",
    "centred-help": "The network learned from digits that fill the dashed box, with their centre of mass in the "
    "middle. Switch this off, draw in a corner, and it fails.",
    "says-title": "Its answer",
    "second": "or else {digit}, {probability}",
    "summary": "predicts {digit}, {probability}",
    "summary-blank": "The pad is empty: draw a digit.",
    "summary-label": "{name} is a {label}",
    "bar-label": "Answer",
    "bar-to-pad": "To the pad",
    "samples-title": "Ten test images",
    "sample-label": "Put a {label} on the pad: test image {index}",
    "mistakes-title": "Its most confident mistakes",
    "mistake-label": "Put test image {index} on the pad: a {label} that it takes for a {prediction}, at {confidence}",
    "test-image": "test image {index}",
}
