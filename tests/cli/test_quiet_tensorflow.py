"""How TensorFlow is started: quietly, and without Keras."""

import subprocess
import sys

SCRIPT = """
import sys
from mnistcnn_cli.quiet_tensorflow import import_tensorflow, quiet_environment
quiet_environment()
import_tensorflow()
from mnistcnn.training import loop
print("keras" in sys.modules)
import keras
import tensorflow as tf
print(issubclass(tf.keras.optimizers.Adam, keras.Optimizer))
import_tensorflow()  # Once more, as a second command in the same process would.
print("keras.src.optimizers" in sys.modules and sys.modules["keras.src.optimizers"] is not None)
"""


def test_tensorflow_starts_quietly_and_without_keras_which_is_there_for_whoever_imports_it():
    result = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True)
    assert result.stdout.split() == ["False", "True", "True"]
    assert result.stderr == ""
