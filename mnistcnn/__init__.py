"""Train, evaluate, see and export the convolutional network of TensorFlow's Deep MNIST tutorial."""

__version__ = "0.1.0"
