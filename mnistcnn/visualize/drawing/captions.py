"""Every caption, in one place, so that they can be read in one go, improved, and one day translated.

Each picture has a title, one sentence for a beginner, and a text for those who cannot see it.
`{…}` are filled in by the picture.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Caption:
    """The words of one picture."""

    title: str
    sentence: str
    alt: str


CAPTIONS: dict[str, Caption] = {
    "contact-sheet": Caption(
        "All pictures at a glance",
        "Read them from the top left on, as their numbers do: each opens with one sentence that says what you see.",
        "A contact sheet with a small version of each of the {count} pictures in this folder.",
    ),
    "overview": Caption(
        "One digit’s way through the network",
        "Each convolution looks for small patterns, each pooling keeps the strongest answer of every 2 × 2, and the "
        "dense layers weigh everything into ten probabilities: the network says {prediction}.",
        "Flow chart from left to right: the digit, the maps of conv1, pool1, conv2 and pool2, the units of fc1, and "
        "the ten probabilities, of which {prediction} is the largest at {probability}.",
    ),
    "input": Caption(
        "The input",
        "The network sees nothing but these numbers: 28 × 28 pixels, each between 0 (paper) and 1 (full ink).",
        "The digit, enlarged, with every pixel’s ink in percent written into its square.",
    ),
    "conv1-filters": Caption(
        "The filters of conv1",
        "Each filter is slid over the digit, and answers the more strongly the more ink lies under orange and the less "
        "under blue.",
        "{count} filters of 5 × 5 weights in blue (negative) and orange (positive).",
    ),
    "conv1-convolved": Caption(
        "conv1 before ReLU: the digit under each filter",
        "A pixel is orange where the filter’s pattern is, and blue where its opposite is; around the digit stands the "
        "filter’s answer to blank paper, its bias.",
        "{count} maps of 28 × 28 values, signed, one for each filter of conv1.",
    ),
    "conv1-relu": Caption(
        "conv1 after ReLU",
        "ReLU sets everything negative to zero: of the picture before, the blue is gone, and what is left says where "
        "each pattern was found.",
        "{count} maps of 28 × 28 activations, one for each filter of conv1; {dead} units are dead.",
    ),
    "pool1-maps": Caption(
        "pool1: the strongest of every 2 × 2",
        "Pooling keeps the largest of four neighbours: a quarter of the numbers, and still where each pattern was, to "
        "within two pixels.",
        "{count} maps of 14 × 14 activations: conv1’s maps at half the height and width.",
    ),
    "conv2-filters": Caption(
        "The {count} kernels of conv2",
        "A row is a unit of conv2, a column one of the maps that it reads; a unit adds up what its kernels find in "
        "all of them, so that it sees combinations of conv1’s patterns.",
        "A matrix of {rows} rows and {columns} columns of 5 × 5 kernels in blue and orange.",
    ),
    "conv2-convolved": Caption(
        "conv2 before ReLU: combinations of patterns",
        "A pixel is orange where a unit’s combination of conv1’s patterns is there, and blue where something speaks "
        "against it.",
        "{count} maps of 14 × 14 values, signed, one for each unit of conv2.",
    ),
    "conv2-relu": Caption(
        "conv2 after ReLU",
        "What is left after ReLU: each unit lights up only where its part of a digit is, such as a corner, a bow or "
        "the end of a stroke.",
        "{count} maps of 14 × 14 activations, one for each unit of conv2; {dead} units are dead.",
    ),
    "pool2-maps": Caption(
        "pool2: what the dense layers get to see",
        "Once more the strongest of every 2 × 2: {count} maps of 7 × 7, which fc1 reads as one long list of numbers.",
        "{count} maps of 7 × 7 activations: conv2’s maps at half the height and width.",
    ),
    "fc1-units": Caption(
        "fc1: {count} units in rows",
        "Each square is a unit that weighs all of pool2; their places mean nothing, but each digit lights up a "
        "pattern of its own.",
        "A grid of {columns} columns with the activation of each of the {count} units of fc1; {dead} are dead.",
    ),
    "prediction": Caption(
        "The answer: {prediction}",
        "The largest logit wins; softmax turns the ten logits into probabilities that add up to 1.",
        "Two bar charts of the ten classes: logits and probabilities; {prediction} leads with {probability}.",
    ),
    "conv1-patches": Caption(
        "What excites the units of conv1",
        "For each unit, the nine pieces of test images that it answers to most strongly, each from another image; the "
        "number is its strongest answer.",
        "For each unit a square of nine patches of {size} × {size} pixels.",
    ),
    "conv2-patches": Caption(
        "What excites the units of conv2",
        "For each unit, the nine pieces of test images that it answers to most strongly, cut at what it sees; hatched "
        "is beyond the image’s border. Units of conv2 look for parts of digits.",
        "For each unit a square of nine patches of {size} × {size} pixels.",
    ),
    "conv1-maximised": Caption(
        "What would excite the units of conv1 most",
        "A filter answers most strongly to full ink under each positive weight and paper under each negative one; the "
        "number is that answer.",
        "{count} small images, one for each unit.",
    ),
    "conv2-maximised": Caption(
        "What would excite the units of conv2 most",
        "Found by changing pixels until a unit’s answer, the number, stops rising. Compare it with the patches that "
        "really excite the unit.",
        "{count} small images, one for each unit.",
    ),
    "fc1-maximised": Caption(
        "What would excite the busiest units of fc1 most",
        "The {count} units that this digit excites most, and for each an image found by changing pixels until its "
        "answer stops rising: patterns spread over the whole image.",
        "{count} images of 28 × 28 pixels, one for each unit.",
    ),
    "fc2-maximised": Caption(
        "The network’s ideal of each digit",
        "Found by changing pixels until the digit’s logit, the number, stops rising: the network is sure of these, and "
        "we are not, because it learned what tells digits apart and not what they look like.",
        "{count} images of 28 × 28 pixels, one for each digit; few look like digits.",
    ),
    "conv2-cards": Caption(
        "Cards of conv2: units {first} to {last}",
        "What a unit reads (the strongest of its kernels), what excites it in the test images, what would excite it "
        "most, and where it finds that in this digit.",
        "A card for each unit with five kernels, nine patches, its maximised input and its map.",
    ),
    "attribution": Caption(
        "Why {winner}, and why not {second}",
        "Orange pixels speak for the class, blue ones against it: integrated gradients share the logit out among the "
        "pixels, occlusion wipes out {window} × {window} pixels at a time and looks how far the logit falls.",
        "The digit, and for the classes {winner} and {second} two attributions each.",
    ),
    "architecture": Caption(
        "The network",
        "Layers that learn are blue; {most}. Convolutions see little pieces of the digit with few parameters, because "
        "they use the same filter everywhere; the dense layers see all of it.",
        "Diagram of seven layers from the input to ten outputs, with their shapes; {total} parameters in all.",
    ),
    "correlation": Caption(
        "Dead and near-duplicate units",
        "A square is orange where two units light up together, and blue where one does when the other does not; a dead "
        "unit answers to no test image, and of two near-duplicates (framed) one would do.",
        "Two matrices of correlations, one for conv1 and one for conv2, and a list of what they show.",
    ),
    "curves": Caption(
        "How the network learned",
        "The training loss is with dropout and so often above the others; if it falls while they rise, the network "
        "learns its images by heart. The dotted line is step {step}, shown here.",
        "Two charts over the steps: loss and errors in percent, each for training, validation and test.",
    ),
    "animation": Caption(
        "Filters, maps and answer while the network learned",
        "The filters began as random numbers; those of the first and the last frame correlate at {correlation}, "
        "where 1 is no change at all. Watch how far such changes take the maps and the answer.",
        "Animation of {count} frames, one for each kept checkpoint: filters and maps of conv1, maps of conv2, and the "
        "ten probabilities.",
    ),
    "histograms-parameters": Caption(
        "What the network learned, as histograms",
        "Each ridge shows how often which value occurs after that many steps, scaled to its own peak (orange: the "
        "network shown here); a ridge that moves or widens has learned.",
        "Eight charts, one each for the weights and the biases of conv1, conv2, fc1 and fc2, with {count} ridges each.",
    ),
    "histograms-activations": Caption(
        "What the layers answer, as histograms",
        "The answers to the same {images} test images after so many steps; ReLU will set everything left of the line "
        "to zero.",
        "Four charts, for conv1, conv2 and fc1 before ReLU and for the logits, with {count} ridges each.",
    ),
    "confusion": Caption(
        "Which digits are taken for which",
        "A row is what an image is, a column what the network says; only errors have colour. {worst}",
        "A matrix of ten by ten counts.",
    ),
    "errors": Caption(
        "The errors that the network was surest of",
        "Above each image stands what it is, what the network took it for, and how sure it was of that; some would "
        "mislead you as well.",
        "{count} wrongly classified digits, the surest first.",
    ),
    "augmented": Caption(
        "How training changes its images",
        "Each training image is turned, scaled, moved or bent a little, differently every time, so that the network "
        "never sees the same image twice and has to learn what all of these have in common.",
        "Rows of a training image and seven changed versions of it.",
    ),
    "embedding": Caption(
        "The test images as fc1 sees them",
        "Each point is an image, and near points are images that fc1 answers to alike. PCA is a flat shadow of the "
        "{count} dimensions, with {share} of the variance; t-SNE keeps neighbours together, but its distances between "
        "groups mean nothing.",
        "Two scatter plots of test images, coloured by digit, in which the ten digits form groups.",
    ),
}

PAGE: dict[str, str] = {
    "title": "Draw a digit, and watch your network think",
    "lead": "This page holds a whole neural network, the very one that you trained. It runs here, without the "
    "internet, and every number that it computes is there to be seen.",
    "about": "run {run} · step {step} · right on {accuracy} of the test images of {data}",
    "skip": "To the drawing pad",
    "theme-dark": "Dark",
    "theme-light": "Light",
    # Drawing.
    "draw-title": "The digit",
    "pad-title": "Draw here",
    "pad-label": "Drawing pad",
    "pad-hint": "Draw a digit, 0 to 9",
    "pad-help-title": "Drawing with the keyboard",
    "pad-help": "On the pad, the arrow keys move a cursor; Home, Page Up, End and Page Down move it diagonally; "
    "Shift makes its steps larger. Space puts the pen down and lifts it. Backspace undoes, Delete clears. Pictures "
    "can be dropped on the pad as well.",
    "pen-down": "Pen down",
    "pen-up": "Pen up",
    "clear": "Clear",
    "undo": "Undo",
    "load": "Picture …",
    "file-error": "{name} cannot be read as a picture. PNG, JPEG, WebP and GIF files can.",
    "sees-title": "The network sees",
    "sees-label": "The digit as the network sees it, 28 × 28 pixels",
    "centred": "fit and centre",
    "centred-help": "It learned from digits that fill the dashed box, their centre of mass in the middle. Switch "
    "this off, draw in a corner, and see it fail.",
    "says-title": "It says",
    "second": "or else {digit}, {probability}",
    "summary": "predicts {digit}, {probability}",
    "summary-blank": "The pad is empty: draw a digit.",
    "summary-label": "{name} is a {label}",
    "samples-title": "Ten test images",
    "sample-label": "Put a {label} on the pad: test image {index}",
    "mistakes-title": "Ten of its own mistakes",
    "mistake-label": "Put test image {index} on the pad: a {label} that it takes for a {prediction}, {confidence} sure",
    "test-image": "test image {index}",
    # The network.
    "network-title": "From ink to answer",
    "play": "▶ Play: six steps",
    "answer-label": "The ten outputs and their probabilities",
    "input-operation": "the ink",
    "conv1-operation": "5 × 5, ReLU",
    "pool1-operation": "2 × 2 max",
    "conv2-operation": "5 × 5, ReLU",
    "pool2-operation": "2 × 2 max",
    "fc1-operation": "dense, ReLU",
    "fc2-operation": "dense, softmax",
    "input-map-label": "input: 28 × 28 pixels",
    "conv1-map-label": "conv1: {units} maps of 28 × 28",
    "pool1-map-label": "pool1: {units} maps of 14 × 14",
    "conv2-map-label": "conv2: {units} maps of 14 × 14",
    "pool2-map-label": "pool2: {units} maps of 7 × 7",
    "fc1-map-label": "fc1: {units} units",
    "legend-ink": "paper to ink",
    "legend-activation": "activation, 0 to much",
    "legend-signed": "against and for",
    "legend-hatched": "dead, or switched off",
    "explore-help": "Point at any square to see its arithmetic; a click keeps it. By keyboard: arrow keys move from "
    "value to value, with Shift from unit to unit, Home and End to the first and the last; Enter leads to the "
    "arithmetic, Escape lets go, and x switches the unit off or on.",
    "sort-title": "Order of units",
    "sort-number": "by number",
    "sort-activity": "by activity, the busiest first",
    "off-title": "Switch units off",
    "off-layer": "Layer",
    "off-busiest": "The {count} busiest",
    "off-all": "All of it",
    "on-all": "All on again",
    "off-none": "All units are on. How many can it do without?",
    "off-one": "Without one unit it says {now} ({probability}); with all, {whole} ({wholeProbability}).",
    "off-some": "Without {count} units it says {now} ({probability}); with all, {whole} ({wholeProbability}).",
    "dropout-title": "Dropout in fc1",
    "dropout": "Show a training step",
    "dropout-again": "Another step",
    "dropout-explained": "In training only: each step left out {share} of these units by chance, so that none can "
    "rely on another. When the network answers, all take part.",
    "dropout-shown": "{count} of {all} units are left out, as in one step of training; the others alone say {digit} "
    "({probability}). The answer above is by all of them.",
    # The inspector.
    "inspector-title": "The arithmetic of one value",
    "unpin": "Let go",
    "name-pixel": "pixel in row {y}, column {x}",
    "name-map": "{layer}, unit {unit}, row {y}, column {x}",
    "name-unit": "{layer}, unit {unit}",
    "name-output": "the output for {unit}",
    "value-ink": "ink",
    "value-activation": "activation",
    "value-logit": "logit",
    "input-explained": CAPTIONS["input"].sentence,
    "conv1-explained": "The 25 pixels under the filter, each times its weight, added up: much ink under orange and "
    "little under blue make a strong answer.",
    "pool1-explained": CAPTIONS["pool1-maps"].sentence,
    "conv2-explained": "A unit has a kernel of 25 weights for each map of pool1; what each of them finds is a "
    "subtotal. Open one to see its 25 products.",
    "pool2-explained": "Once more the strongest of every 2 × 2, and what fc1 gets to read.",
    "fc1-explained": "A unit of fc1 weighs every value of pool2. Here are those that count most for it now.",
    "fc2-explained": "An output weighs every unit of fc1; orange speaks for this digit, blue against it.",
    "field-all": "It sees all of the digit.",
    "field-one": "One pixel.",
    "field-part": "Framed: the {rows} × {columns} pixels that it sees.",
    "switch-off": "Switch unit {unit} off",
    "switch-on": "Switch unit {unit} on",
    "conv1-products": "ink × weight, and the product; coloured as the filter’s weights",
    "conv2-products": "Map {channel} of pool1: activation × weight, and the product",
    "padding": "outside",
    "open-subtotal": "Map {channel} of pool1 adds {subtotal}: show its products",
    "subtotals": "What each of the {count} maps of pool1 adds:",
    "subtotal-opened": "The products of map {channel} add up to {subtotal}.",
    "sum-products": "{count} products",
    "sum-subtotals": "{count} subtotals",
    "sum-contributions": "{count} contributions that are not 0",
    "sum-bias": "bias",
    "sum": "sum",
    "sum-relu": "ReLU keeps it",
    "sum-relu-zero": "ReLU makes it 0",
    "sum-off": "switched off: 0",
    "four": "The four values",
    "largest": "the largest",
    "pool-winner": "row {y}, column {x}: {value}, the largest; show its arithmetic",
    "pool-other": "row {y}, column {x}: {value}; show its arithmetic",
    "strongest": "The {count} strongest contributions",
    "head-from": "from",
    "head-times": "value × weight",
    "head-adds": "adds",
    "rest": "{count} more",
    "softmax": "Softmax: exp(logit) = {power}, divided by {total}, the sum over all ten, is {probability}.",
    # The walk.
    "walk-step": "Step {step} of {steps}",
    "walk-back": "Back",
    "walk-next": "Next",
    "walk-finish": "Done",
    "walk-pause": "Pause",
    "walk-play": "Play on",
    "walk-end": "Leave",
    "walk-1": CAPTIONS["input"].sentence,
    "walk-2": "Each filter of conv1 is slid over the digit, and answers the more strongly the more ink lies under "
    "orange and the less under blue; ReLU then sets everything negative to zero.",
    "walk-3": CAPTIONS["pool1-maps"].sentence,
    "walk-4": "A unit of conv2 adds up what its kernels find in all of pool1’s maps, so that it lights up only where "
    "its part of a digit is, such as a corner, a bow or the end of a stroke.",
    "walk-5": "Each unit of fc1 weighs all of pool2; in training, and only then, dropout left out {share} of them by "
    "chance at every step (hatched), so that the network learned not to rely on any one.",
    "walk-5-without": CAPTIONS["fc1-units"].sentence,
    "walk-6": "Each output weighs all of fc1, the largest logit wins, and softmax turns the ten into probabilities "
    "that add up to 1: {digit}, {probability}.",
    # Training.
    "training-title": "How it learned to see",
    "training-sentence": "Go back to a checkpoint that the run kept: its filters, and what they make of the digit on "
    "the pad. Step 0 is before any learning, with filters of random numbers.",
    "moment-label": "Checkpoint",
    "moment": "Step {step}: {accuracy} right on the test images of {data}",
    "moment-unknown": "Step {step}: not evaluated by the run",
    "then-filters": "conv1’s filters at that step",
    "then-conv1": "conv1 for your digit",
    "then-conv2": "conv2 for your digit",
    # For practitioners.
    "practice-title": "For practitioners",
    "confusion-title": CAPTIONS["confusion"].title,
    "confusion-sentence": "A row is what an image is, a column what the network says; only errors have colour.",
    "projection-title": "Your digit among the test images",
    "projection-sentence": "Each point is a test image as fc1 sees it, flattened by PCA; the cross-hair is the digit "
    "on the pad, and moves as you draw.",
    "projection-near": "On this map, the digit on the pad lies nearest to the middle of the {digit}s.",
    "gradient-title": "Gradient × input",
    "gradient-sentence": "Orange pixels raise the logit, blue ones lower it, to first order.",
    "gradient-choice": "for the output",
    "gradient-answer": "that wins",
    "gradient-label": "Gradient times input for the output {digit}, pixel by pixel",
    "dead-title": "Dead units",
    "dead-sentence": "A dead unit answers to none of the test images.",
    "dead-none": "{layer}: none of {units}",
    "dead-some": "{layer}: {count} of {units} ({list})",
    "save-title": "Take it with you",
    "save-digit": "Digit as PNG",
    "save-activations": "All activations as JSON",
    "parity-int8": "This page’s weights (fc1 rounded to 8 bits) against the run’s own in TensorFlow, measured when "
    "it was made: the same answer on {agree} of {images} test images of {data}; logits differ by at most "
    "{difference}. {parameters} parameters, weights {digest}, mnistcnn {version}.",
    "parity-float32": "This page’s weights against the run’s own in TensorFlow, measured when it was made: the same "
    "answer on {agree} of {images} test images of {data}; logits differ by at most {difference}. mnistcnn {version}, "
    "weights {digest}.",
}
"""The words of the page in which a digit is drawn; where a sheet says the same, it is the sheet's sentence."""
