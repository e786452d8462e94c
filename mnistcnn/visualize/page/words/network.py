"""The words of the network's layers and of the walk through them."""

from ...drawing.captions import CAPTIONS

WORDS = {
    "network-title": "From ink to answer",
    "play": "▶ Play: six steps",
    "layers-label": "Layers",
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
    "legend-activation": "activation, from 0",
    "legend-signed": "negative to positive",
    "legend-hatched": "dead, or switched off",
    "legend-lines": "from and to a value: raises, lowers",
    "walk-step": "Step {step} of {steps}",
    "walk-back": "Back",
    "walk-next": "Next",
    "walk-finish": "Done",
    "walk-pause": "Pause",
    "walk-play": "Continue",
    "walk-end": "Close",
    "walk-1": CAPTIONS["input"].sentence,
    "walk-2": "Each filter of conv1 slides over the digit: ink under orange raises its response, ink under blue lowers "
    "it. ReLU then sets everything negative to zero.",
    "walk-3": CAPTIONS["pool1-maps"].sentence,
    "walk-4": "A unit of conv2 adds up what its kernels find in all of pool1’s maps, so it responds only where its "
    "part of a digit is, such as a corner, a bow or the end of a stroke.",
    "walk-5": "Each unit of fc1 weighs all of pool2. In training, and only then, dropout leaves out {share} of the "
    "units at random in every step (hatched), so the network does not come to rely on any one of them.",
    "walk-5-without": CAPTIONS["fc1-units"].sentence,
    "walk-6": "Each output weighs all of fc1. The largest logit wins, and softmax turns the ten logits into "
    "probabilities that add up to 1: {digit}, {probability}.",
    "walk-6-blank": "Each output weighs all of fc1. The largest logit wins, and softmax turns the ten logits into "
    "probabilities that add up to 1. Draw a digit to get an answer.",
}
