"""The words of the section with the nearest training images."""

WORDS = {
    "teachers-title": "Who taught you this",
    "teachers-sentence": "The training images that fc1 answers to most like the digit on the pad, nearest first, each "
    "with its label.",
    "teachers-share": "{same} of the {count} nearest, among {all} training images, are labelled {digit}, the network’s "
    "answer.",
    "teachers-blank": "The pad is empty: draw a digit.",
    "teachers-name": "Training image {index}, a {label}, at distance {distance}: put it on the pad",
    "teachers-source": "training image {index}",
}
