"""The network and what it needs to run: model, initial weights, evaluation, augmentation, precision, devices."""

from .startup import prepare

prepare()
