"""Training: the loop, the compiled steps, optimizer, seeds, TensorBoard's summaries, several processes or devices."""

from .. import network as network  # Prepares the environment before TensorFlow is imported.
