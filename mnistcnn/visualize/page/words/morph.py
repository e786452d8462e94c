"""The words of the section in which one digit becomes another."""

WORDS = {
    "morph-title": "Morph",
    "morph-sentence": "Drag from one digit to another: every pixel fades from the first to the second, and somewhere "
    "on the way the answer turns.",
    "morph-from": "From",
    "morph-to": "to",
    "morph-pad": "the digit on the pad",
    "morph-sample": "test image of a {label}",
    "morph-load": "Put this on the pad",
    "morph-name": "a blend, {percent} of the way",
    "morph-image": "The blend of both digits",
    "morph-chart": "The probability of each digit along the way",
    "morph-share": "How far from the first digit to the second",
    "morph-at": "{way} of the way: {digit}, {probability}",
    "morph-turn": "{way} of the way the answer turns from {from} to {to}. The lead of the {to} over the {from} had to "
    "grow by {margin}; of fc1’s units, these {count} raised it most, by {sum} together:",
    "morph-steady": "The answer is the same all the way.",
    "morph-unit": "unit of fc1",
    "morph-before": "before",
    "morph-after": "at the turn",
    "morph-push": "adds",
}
