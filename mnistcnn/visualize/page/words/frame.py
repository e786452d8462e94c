"""The words around the sections."""

WORDS = {
    "title": "Draw a digit, and watch your network think",
    "lead": "Your own network runs in this page, offline, and every number that it computes can be inspected.",
    "about": "run {run} · step {step} · {accuracy} of the test images of {data} are recognised",
    "skip": "Skip to the drawing pad",
    "theme-dark": "Dark",
    "theme-light": "Light",
    "parity-int8": "This page’s weights (fc1 rounded to 8 bits, conv2 and fc2 to 16) compared with the run’s own in "
    "TensorFlow, measured when the page was made: the same answer on {agree} of {images} test images of {data}; "
    "logits differ by at most {difference}. {parameters} parameters, weights {digest}, mnistcnn {version}.",
    "parity-float32": "This page’s weights compared with the run’s own in TensorFlow, measured when the page was made: "
    "the same answer on {agree} of {images} test images of {data}; logits differ by at most {difference}. "
    "mnistcnn {version}, weights {digest}.",
}
