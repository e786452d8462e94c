"""Pictures that explain a trained network: `pictures.py` lists them, `style.py` has the rules they all share."""

from .. import network as network  # Prepares the environment before TensorFlow is imported.
