"""How TensorFlow is started: quietly, and without Keras."""

import subprocess
import sys

SCRIPT = """
import sys
from mnistcnn_cli.quiet_tensorflow import quiet_environment, starting_tensorflow
quiet_environment()
with starting_tensorflow():
    from mnistcnn import training
print("keras" in sys.modules)
import keras
import tensorflow as tf
print(issubclass(tf.keras.optimizers.Adam, keras.Optimizer))
with starting_tensorflow():  # Once more, as a second command in the same process would.
    pass
print("keras.src.optimizers" in sys.modules and sys.modules["keras.src.optimizers"] is not None)
"""


def test_tensorflow_starts_quietly_and_without_keras_which_is_there_for_whoever_imports_it():
    result = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True)
    assert result.stdout.split() == ["False", "True", "True"]
    assert result.stderr == ""
