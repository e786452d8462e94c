"""Starts TensorFlow in a process of its own, so that a crash there is a finding and not the end of the command.

`python -m mnistcnn_cli.doctor.tensorflow_probe` writes what it found as one JSON object.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import asdict, dataclass

_SECONDS = 120.0  # It takes 3 s; 20 s were seen on a machine with much other work.


@dataclass(frozen=True)
class Probe:
    """What TensorFlow reports about itself, or why it cannot."""

    problem: str | None = None
    version: str = ""
    onednn: bool | None = None
    gpus: int = 0
    build: dict[str, object] | None = None
    """`tf.sysconfig.get_build_info`."""


def probe_tensorflow() -> Probe:
    """Ask TensorFlow in a new process."""
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "0"}  # What it says when it crashes is wanted.
    command = [sys.executable, "-P", "-m", __spec__.name]
    try:
        done = subprocess.run(  # noqa: S603 - this module, by this Python
            command, env=environment, capture_output=True, text=True, errors="replace", timeout=_SECONDS
        )
    except subprocess.TimeoutExpired:
        return Probe(f"it did not start within {_SECONDS:g} s")
    except OSError as error:
        return Probe(f"{sys.executable}: {error.strerror or error}")
    if done.returncode == 0:
        return Probe(**json.loads(done.stdout.splitlines()[-1]))
    if done.returncode < 0:
        return Probe(f"it crashed ({signal.Signals(-done.returncode).name})")
    lines = done.stderr.strip().splitlines()
    return Probe(lines[-1] if lines else f"it ended with exit code {done.returncode}")


def _answer() -> Probe:
    from mnistcnn.network.quiet_tensorflow import import_tensorflow
    from mnistcnn.network.startup import onednn_is_on

    import_tensorflow()
    import tensorflow as tf

    gpus = len(tf.config.list_physical_devices("GPU"))
    return Probe(None, tf.__version__, onednn_is_on(), gpus, dict(tf.sysconfig.get_build_info()))


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asdict(_answer()), default=list) + "\n")
