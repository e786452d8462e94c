"""The words of the section for practitioners."""

from ...drawing.captions import CAPTIONS

WORDS = {
    "practice-title": "For practitioners",
    "confusion-title": CAPTIONS["confusion"].title,
    "confusion-sentence": "Rows: true digit. Columns: prediction. Only errors have colour.",
    "confusion-rows": "true digit",
    "confusion-columns": "prediction",
    "projection-title": "Your digit among the test images",
    "projection-sentence": "Each point is a test image by its activations in fc1, projected by PCA. The cross-hair is "
    "the digit on the pad, and moves as you draw.",
    "projection-near": "On this map, the digit on the pad lies nearest to the middle of the {digit}s.",
    "projection-blank": "The pad is empty.",
    "gradient-title": "Gradient × input",
    "gradient-sentence": "Orange pixels raise the logit, blue pixels lower it, to first order.",
    "gradient-choice": "for the output",
    "gradient-answer": "that wins",
    "gradient-label": "Gradient times input for the output {digit}, pixel by pixel",
    "dead-title": "Dead units",
    "dead-sentence": "No test image activates a dead unit.",
    "dead-none": "{layer}: none of {units}",
    "dead-some": "{layer}: {count} of {units} ({list})",
    "save-title": "Download",
    "save-digit": "Digit as PNG",
    "save-activations": "All activations as JSON",
}
