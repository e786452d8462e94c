"""One training step against Keras, PyTorch (where installed) and the floor of this machine: `make bench-step`.

    python benchmarks/step.py [--rounds N] [--batch N ...]

All contenders train the same network with the same recipe (softmax cross-entropy, dropout 0.5, Adam) on the same
random pixels. They take turns, a few steps each, so that whatever else the machine does slows all of them down; a time
is the median over the rounds, and the ratios are of medians. Beside the time by the wall clock stands the processor
time of all cores, which is what to compare on a machine that has other work as well.

Keras and PyTorch take part twice: as a user gets them, and at their best. For Keras that is oneDNN, which TensorFlow
leaves off on many processors and which is a setting of a process, so every setting has a process of its own.

The floor is what no implementation with these multiplications and this optimizer can beat: the step's floating-point
operations at the rate of a large matrix product, plus the bytes of Adam at the speed of memory, both measured in turn
with the contenders. (It counts a convolution's products with the zeros of its padding, which can be left out.)
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

with contextlib.suppress(ImportError):
    # Before TensorFlow: loaded after it, PyTorch's CUDA builds crash.
    importlib.import_module("torch._dynamo")

import keras
import numpy as np
import tensorflow as tf
from keras_fit import compiled_model, to_inputs
from numpy.typing import NDArray

from mnistcnn.config.schema import Config, SummariesConfig
from mnistcnn.data.dataset import Examples
from mnistcnn.network.model import Network
from mnistcnn.network.precision import Precision, processor_flags, usable_precision
from mnistcnn.network.startup import ONEDNN, needs_switch, onednn_is_on
from mnistcnn.runs.environment import describe_environment
from mnistcnn.training.optimizer import Adam
from mnistcnn.training.steps import TrainingSteps

STOCK, OURS = "stock", "ours"
"""oneDNN as TensorFlow sets it on this processor, and as mnistcnn does."""
STEPS = 10
IMAGES = 2000
MATRIX = 2048
STREAMED = 40_000_000
PARAMETERS = 3_274_634
# Adam reads gradient, weight and two moments, and writes the last three, 4 bytes each.
ADAM_BYTES = 7 * 4 * PARAMETERS

Times = NDArray[np.float64]
"""[2]: milliseconds by the wall clock, and of processor time."""
Contender = Callable[[], Times]
"""Does some steps and returns the times of one."""


def flop(batch: int) -> int:
    """Floating-point operations of forward and backward passes; the images need no gradient."""
    conv1 = 28 * 28 * 5 * 5 * 32
    rest = 14 * 14 * 5 * 5 * 32 * 64 + 3136 * 1024 + 1024 * 10
    return 2 * batch * (2 * conv1 + 3 * rest)


def clocks() -> Times:
    """Both clocks now."""
    return 1e3 * np.array([time.perf_counter(), time.process_time()])


def timed(call: Callable[[], object], count: int) -> Times:
    """The times of one of so many calls."""
    started = clocks()
    for _ in range(count):
        call()
    return (clocks() - started) / count


def ours(batch: int, precision: Precision, examples: Examples) -> Contender:
    """`mnistcnn.training.steps`, in chunks as `mnistcnn train` runs them.

    Args:
        batch: images of a step.
        precision: of the large products.
        examples: what is trained on.
    """
    config = Config(batch_size=batch, summaries=SummariesConfig(enabled=False))
    network = Network(config.network, 0)
    steps = TrainingSteps(network, Adam(network.parameters), config, examples, precision)
    indices = np.random.default_rng(0).integers(0, IMAGES, (STEPS, batch)).astype(np.int32)
    return lambda: timed(lambda: steps(0, indices), 1) / STEPS


def keras_fit(batch: int, examples: Examples) -> Contender:
    """`fit` of the model in `keras_fit.py`."""
    model = compiled_model()
    images, labels = to_inputs(examples.images), examples.labels

    def fit() -> Times:
        stamps: list[Times] = []
        stamp = keras.callbacks.LambdaCallback(on_train_batch_end=lambda *_, **__: stamps.append(clocks()))
        count = batch * (STEPS + 4)  # The first few pay for the start of `fit`.
        model.fit(images[:count], labels[:count], batch, verbose=0, callbacks=[stamp])
        return (stamps[-1] - stamps[3]) / STEPS

    return fit


def torch_loop(batch: int, precision: Precision, examples: Examples, *, best: bool) -> Contender:
    """A usual PyTorch loop; at its best with what makes it fast on a CPU: channels_last and fused Adam.

    Raises:
        ImportError: PyTorch is not installed.
    """
    import torch
    from torch import nn

    model = nn.Sequential(
        *(nn.Conv2d(1, 32, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(32, 64, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Flatten(), nn.Linear(3136, 1024), nn.ReLU(), nn.Dropout(0.5), nn.Linear(1024, 10)),
    )
    layout = torch.channels_last if best else torch.contiguous_format
    model = model.to(memory_format=layout)
    optimizer = torch.optim.Adam(model.parameters(), 1e-4, fused=best)
    images = torch.tensor(examples.images[:batch, np.newaxis] / np.float32(255))
    images = images.contiguous(memory_format=layout)
    labels = torch.tensor(examples.labels[:batch].astype(np.int64))

    def step() -> None:
        with torch.autocast("cpu", torch.bfloat16, enabled=precision == "bfloat16"):
            loss = nn.functional.cross_entropy(model(images), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    return lambda: timed(step, STEPS)


def matrix_product(precision: Precision) -> Contender:
    """A large matrix product: as fast as this machine multiplies."""
    matrix = tf.cast(tf.random.normal([MATRIX, MATRIX]), precision)
    product = tf.function(lambda: tf.matmul(matrix, matrix)[0, 0])
    return lambda: timed(lambda: product().numpy(), 3)


def memory_stream() -> Contender:
    """Two large arrays read and one written, on all cores."""
    variable, gradient = tf.Variable(tf.zeros(STREAMED)), tf.zeros(STREAMED)

    @tf.function
    def stream() -> None:
        tf.raw_ops.ResourceApplyGradientDescent(var=variable.handle, alpha=0.0, delta=gradient)

    return lambda: timed(stream, 3)


def contenders(batch: int, setting: str) -> Iterator[tuple[str, Contender]]:
    """Everything that takes part in a process with this setting of oneDNN, by name."""
    draw = np.random.default_rng(0)
    images = draw.integers(0, 256, (IMAGES, 28, 28), dtype=np.uint8)
    examples = Examples(images, draw.integers(0, 10, IMAGES).astype(np.uint8))
    yield f"Keras fit, {_named(setting)}", keras_fit(batch, examples)
    if setting != OURS:
        return
    precisions: list[Precision] = ["float32"]
    if usable_precision("bfloat16")[0] == "bfloat16":
        precisions.append("bfloat16")
    for precision in precisions:
        yield f"mnistcnn, {precision}", ours(batch, precision, examples)
        yield f"matrix product, {precision}", matrix_product(precision)
        with contextlib.suppress(ImportError):
            if precision == "float32":
                yield "PyTorch as a user gets it, float32", torch_loop(batch, precision, examples, best=False)
            yield f"PyTorch, channels_last, fused, {precision}", torch_loop(batch, precision, examples, best=True)
    yield "memory stream", memory_stream()


def _named(setting: str) -> str:
    is_on = "on" if onednn_is_on() else "off"
    return f"oneDNN {is_on}" if setting == OURS else f"as a user gets it (oneDNN {is_on})"


def serve(batch: int, setting: str) -> None:
    """In a process of its own: name the contenders, and then time whichever standard input names."""
    entered = dict(contenders(batch, setting))
    for contender in entered.values():
        contender()  # Compile, and fill the caches.
    print(json.dumps(list(entered)), flush=True)
    for line in sys.stdin:
        print(json.dumps(entered[line.rstrip("\n")]().tolist()), flush=True)


class Server:
    """A process with one setting of oneDNN: that of a user, or ours."""

    def __init__(self, setting: str, batch: int) -> None:
        environment = {name: value for name, value in os.environ.items() if name != ONEDNN}
        if setting == OURS and needs_switch(platform.machine(), processor_flags()):
            environment[ONEDNN] = "1"
        command = [sys.executable, __file__, "--serve", setting, "--batch", str(batch)]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
        )
        self.names: list[str] = json.loads(self._answer())

    def times(self, name: str) -> Times:
        """The times of one step of a contender."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{name}\n")
        self._process.stdin.flush()
        return np.array(json.loads(self._answer()))

    def close(self) -> None:
        """End the process."""
        self._process.communicate()

    def _answer(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline()


def measure(batch: int, rounds: int) -> dict[str, Times]:
    """The median times of each contender, and of a step at the floor of each precision."""
    servers = [Server(setting, batch) for setting in (STOCK, OURS)]
    entered = {name: server for server in servers for name in server.names}
    times: dict[str, list[Times]] = {name: [] for name in entered}
    for _ in range(rounds):
        for name, server in entered.items():
            times[name].append(server.times(name))
    for server in servers:
        server.close()
    return with_floors({name: np.median(values, axis=0) for name, values in times.items()}, batch)


def with_floors(medians: dict[str, Times], batch: int) -> dict[str, Times]:
    """Replace what measures the machine by the floors that follow from it, and print it."""
    bytes_per_ms = 3 * 4 * STREAMED / medians.pop("memory stream")
    print(f"\nbatch {batch}: memory {bytes_per_ms[0] / 1e6:.0f} GB/s", end="")
    for name in [name for name in medians if name.startswith("matrix product")]:
        flop_per_ms = 2 * MATRIX**3 / medians.pop(name)
        precision = name.rpartition(" ")[2]
        medians[f"floor, {precision}"] = flop(batch) / flop_per_ms + ADAM_BYTES / bytes_per_ms
        print(f", {precision} {flop_per_ms[0] / 1e6:.0f} GFLOP/s", end="")
    print()
    return medians


def main() -> None:
    """Measure, and print a table for each size of batch."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=25)
    parser.add_argument("--batch", type=int, nargs="+", default=[50, 128])
    parser.add_argument("--serve", choices=[STOCK, OURS], help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.serve:
        serve(arguments.batch[0], arguments.serve)
        return
    machine = describe_environment()["machine"]
    assert isinstance(machine, dict)
    print(f"{machine['processor']}, {machine['cores']} cores, {time.strftime('%Y-%m-%d')}; ms per step, medians")
    for batch in arguments.batch:
        medians = measure(batch, arguments.rounds)
        stock = next(name for name in medians if "as a user gets it" in name and name.startswith("Keras"))
        heads = ("wall clock", "of Keras", "of floor", "processor", "of Keras", "of floor")
        print(" " * 46 + "".join(f"{head:>12}" for head in heads))
        for name, times in medians.items():
            ratios = times / medians[stock]
            of_floor = times / medians[f"floor, {'bfloat16' if 'bfloat16' in name else 'float32'}"]
            columns = (f"{times[i]:12.2f}{ratios[i]:12.2f}{of_floor[i]:12.2f}" for i in range(2))
            print(f"{name:46}{''.join(columns)}")


if __name__ == "__main__":
    main()
