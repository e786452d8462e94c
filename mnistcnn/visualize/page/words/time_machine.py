"""The words of the time machine."""

WORDS = {
    "machine-title": "Time machine",
    "machine-sentence": "Go back to the random network that training began with, and follow the digit on the pad from "
    "there. Step by step, the filters, the maps and the answer become those of the trained network.",
    "machine-play": "▶ Play",
    "machine-pause": "Pause",
    "machine-next": "Next step",
    "machine-slider": "Steps of training",
    "machine-axis": "steps of training (logarithmic)",
    "machine-now": "Step {step}: {digit}, {probability}",
    "machine-now-blank": "Step {step}",
    "machine-accuracy": "{accuracy} of {images} validation images recognised",
    "machine-shown": "the network of this page",
    "machine-curve": "Probability of {digit} (orange) and of the other digits",
    "machine-curve-blank": "Draw a digit to see its probabilities",
    "machine-curve-label": "Probability of {digit} over the steps of training: {points}",
    "machine-point": "{probability} at step {step}",
    "machine-answer": "The answer at that step",
    "machine-filters": "conv1’s filters at that step",
    "machine-conv1": "conv1 for your digit",
    "machine-conv2": "conv2 for your digit",
    "machine-parity": "To keep this page small, the networks of earlier steps are approximations: weights are rounded, "
    "and the changes of conv2 and fc1 are reduced to their main directions. Compared with the run’s snapshots on "
    "{images} test images, they give the same answer for at least {least} (step {step}). For the first test image of "
    "each digit, probabilities differ by at most {difference} percentage points from those recorded in training.",
}
