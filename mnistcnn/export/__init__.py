"""A trained network in the formats of other programs, each proven to answer as the network does."""

from .. import network as network  # Prepares the environment before TensorFlow is imported.
