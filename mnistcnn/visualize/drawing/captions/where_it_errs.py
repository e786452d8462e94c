"""Chapter 4: the test images that the network gets wrong."""

from __future__ import annotations

from .caption import Caption

CAPTIONS: dict[str, Caption] = {
    "confusion": Caption(
        "Which digits are taken for which",
        "Rows: true digit. Columns: prediction. Only errors have colour. {worst}",
        "A confusion matrix of ten by ten counts.",
    ),
    "errors": Caption(
        "Most confident mistakes",
        "Above each image: the true digit, the prediction, and the probability that the network gave it. Some would "
        "mislead a person as well.",
        "{count} misclassified digits, the most confident mistake first.",
    ),
}
