"""The words of the section about the kept checkpoints."""

WORDS = {
    "training-title": "How it learned",
    "training-sentence": "Go back to a checkpoint that the run kept: its filters, and their maps of the digit on the "
    "pad. Step 0 is before any learning, with random filters.",
    "moment-label": "Checkpoint",
    "moment": "Step {step}: {accuracy} of the test images of {data} are recognised",
    "moment-unknown": "Step {step}: not evaluated by the run",
    "then-filters": "conv1’s filters at that step",
    "then-conv1": "conv1 for your digit",
    "then-conv2": "conv2 for your digit",
}
