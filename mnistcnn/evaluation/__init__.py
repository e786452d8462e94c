"""Measuring a trained network on labelled images: accuracy, confusions, calibration, mistakes."""
