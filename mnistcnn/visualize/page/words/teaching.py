"""The words of the section in which the last layer learns."""

WORDS = {
    "teaching-title": "Teach it",
    "teaching-sentence": "If the answer to the digit on the pad is wrong, give the right one: the last layer learns "
    "from this digit until it answers that, and you see what it forgets.",
    "teaching-digit": "The right answer is",
    "teaching-start": "Teach it",
    "teaching-undo": "Undo",
    "teaching-measuring": "Measuring the test digits before the lesson … {share}",
    "teaching-right": "It already answers {label}; there is nothing to learn.",
    "teaching-step": "After one step it answers {label} instead of {prediction}.",
    "teaching-steps": "After {steps} steps it answers {label} instead of {prediction}.",
    "teaching-undone": "The last lesson is undone.",
    "teaching-accuracy": "Of {count} test digits, {before} were right before the lessons and {after} are now: {forgot} "
    "forgotten, {learned} learned.",
    "teaching-forgot": "Test digits that it forgot",
    "teaching-forgotten": "Test image {index}, a {label}, is now taken for a {answer}: put it on the pad",
    "teaching-last": "Only the last layer (fc2) learned, by plain gradient descent on this one digit. Everything "
    "before it is as it was trained, and the file is not changed.",
}
