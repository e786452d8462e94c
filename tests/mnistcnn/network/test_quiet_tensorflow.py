"""How TensorFlow is started: quietly, and without Keras."""

import os
import subprocess
import sys

import pytest

from mnistcnn.errors import DataError
from mnistcnn.network.quiet_tensorflow import quiet_stderr

SCRIPT = """
import gc, sys
from mnistcnn.network.quiet_tensorflow import import_tensorflow, quiet_environment
quiet_environment()
import_tensorflow()
from mnistcnn.training import loop
print("keras" in sys.modules, gc.isenabled())
import keras
import tensorflow as tf
tf.function(lambda x: x @ x)(tf.ones([8, 8]))
tf.function(lambda x: x @ x, jit_compile=True)(tf.ones([8, 8]))
square = tf.function(lambda x: x @ x)
for side in range(8, 20):
    square(tf.ones([side, side]))  # Traced again each time.
print(issubclass(tf.keras.optimizers.Adam, keras.Optimizer))
import_tensorflow()  # Once more, as a second command in the same process would.
print("keras.src.optimizers" in sys.modules and sys.modules["keras.src.optimizers"] is not None)
"""


def test_tensorflow_starts_quietly_and_without_keras_which_is_there_for_whoever_imports_it():
    clean = {name: value for name, value in os.environ.items() if not name.startswith("TF_")}
    result = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True, env=clean)
    assert result.stdout.split() == ["False", "True", "True", "True"]
    assert result.stderr == ""


NOWHERE = """
import os, sys, tempfile
tempfile._candidate_tempdir_list = lambda: ["/nowhere"]
if sys.argv[1] == "no memory":
    del os.memfd_create
from mnistcnn.network.quiet_tensorflow import import_tensorflow, quiet_stderr
if sys.argv[1] == "tensorflow":
    import_tensorflow()
with quiet_stderr():
    os.write(2, b"chatter")
print("done")
"""


@pytest.mark.parametrize(
    ("error", "shown"),
    [
        (ImportError("x.so: failed to map segment from shared object"), ""),
        (DataError("a.png is damaged"), ""),
        (ImportError("no module named x"), "chatter"),
    ],
    ids=str,
)
def test_native_messages_are_shown_only_with_a_bug(error, shown, capfd, monkeypatch):
    monkeypatch.delenv("TF_CPP_MIN_LOG_LEVEL", raising=False)

    def fail():
        with quiet_stderr():
            os.write(2, b"chatter")
            raise error

    with pytest.raises(type(error)):
        fail()
    assert capfd.readouterr().err == shown


@pytest.mark.skipif(not hasattr(os, "memfd_create"), reason="needs files in memory")
def test_no_folder_for_temporary_files_is_needed():
    result = subprocess.run([sys.executable, "-c", NOWHERE, "tensorflow"], capture_output=True, text=True, check=True)
    assert (result.stdout, result.stderr) == ("done\n", "")


@pytest.mark.skipif(not hasattr(os, "memfd_create"), reason="needs files in memory")
def test_without_any_place_for_it_the_chatter_is_shown():
    result = subprocess.run([sys.executable, "-c", NOWHERE, "no memory"], capture_output=True, text=True, check=True)
    assert (result.stdout, result.stderr) == ("done\n", "chatter")
