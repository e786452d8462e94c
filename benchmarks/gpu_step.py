"""The time of one training step on this machine's GPU, of one contender: `benchmarks/gpu.py` runs it for each.

    python benchmarks/gpu_step.py CONTENDER STEPS BATCH…

A process of its own, because determinism, TF32 and the GPU's memory are settings of a process. Writes one JSON object a
batch size: the median milliseconds of a step over five rounds of STEPS steps, the seconds of the first call (which
compiles), and the most memory in MB that the framework took on the GPU so far (null without one).
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

ROUNDS = 5
IMAGES = 10_000

Result = dict[str, float | None]


def pixels() -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Random images and labels: what they show makes no difference to the time."""
    draw = np.random.default_rng(0)
    return draw.integers(0, 256, (IMAGES, 28, 28), dtype=np.uint8), draw.integers(0, 10, IMAGES).astype(np.uint8)


def measured(first: Callable[[], object], call: Callable[[], object], steps: int) -> Result:
    """The times of `call`, which does `steps` steps and waits for them; `first` compiles."""
    started = time.perf_counter()
    first()
    compile_seconds = time.perf_counter() - started
    call()
    times = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        call()
        times.append(1e3 * (time.perf_counter() - started) / steps)
    return {"ms": statistics.median(times), "compile_seconds": compile_seconds}


def ours(batch: int, steps: int, *, xla: bool, exact: bool, tf32: bool, precision: str) -> Result:
    """`TrainingSteps`, in chunks as the loop runs them between two reports."""
    from mnistcnn.network import startup

    startup.prepare()  # As a run does, before TensorFlow is imported.
    import tensorflow as tf

    from mnistcnn.config.schema import Config, SummariesConfig
    from mnistcnn.data.dataset import Examples
    from mnistcnn.network.gpu import prepare_gpus, visible_gpus
    from mnistcnn.network.model import Network
    from mnistcnn.training.optimizer import Adam
    from mnistcnn.training.steps import TrainingSteps

    gpus = visible_gpus()
    prepare_gpus(gpus, deterministic=exact)
    tf.config.experimental.enable_tensor_float_32_execution(tf32)
    config = Config(batch_size=batch, deterministic=exact, summaries=SummariesConfig(enabled=False))
    network = Network(config.network, 0)
    length = steps if xla else None
    trained = TrainingSteps(
        network, Adam(network.parameters), config, Examples(*pixels()), precision, compiled_length=length
    )
    indices = np.random.default_rng(0).integers(0, IMAGES, (steps, batch)).astype(np.int32)

    def first() -> None:
        if problem := trained.prepare():
            raise SystemExit(f"XLA cannot be used: {problem}")
        trained(0, indices[:1])

    result = measured(first, lambda: trained(0, indices), steps)
    return {**result, "memory_mb": _tensorflow_memory(tf) if gpus else None}


def _tensorflow_memory(tf: Any) -> float:
    return float(tf.config.experimental.get_memory_info("GPU:0")["peak"]) / 1e6


def keras_fit(batch: int, steps: int, *, jit: bool) -> Result:
    """`fit` of the model in `keras_fit.py`, as a user writes it, or with `jit_compile=True`."""
    import tensorflow as tf
    from keras_fit import compiled_model, to_inputs

    for gpu in tf.config.list_physical_devices("GPU"):
        tf.config.experimental.set_memory_growth(gpu, True)
    model = compiled_model(jit_compile=jit)
    images, labels = pixels()
    inputs = to_inputs(images[: steps * batch])
    taken = np.resize(np.arange(len(inputs)), steps * batch)

    def fit() -> None:
        model.fit(inputs[taken], labels[taken], batch, verbose=0, shuffle=False)

    result = measured(lambda: model.fit(inputs[:batch], labels[:batch], batch, verbose=0), fit, steps)
    return {**result, "memory_mb": _tensorflow_memory(tf) if tf.config.list_physical_devices("GPU") else None}


def torch_loop(batch: int, steps: int, *, graph: bool) -> Result:
    """A usual PyTorch loop with channels_last and fused Adam, on data in the GPU's memory; replayed from a CUDA graph.

    Raises:
        ImportError: PyTorch is not installed.
    """
    import torch
    from torch import nn

    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    if graph and device.type == "cpu":
        raise ImportError("a CUDA graph needs a GPU")
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = True
    torch.backends.cudnn.benchmark = True
    layers = (
        *(nn.Conv2d(1, 32, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(32, 64, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Flatten(), nn.Linear(3136, 1024), nn.ReLU(), nn.Dropout(0.5), nn.Linear(1024, 10)),
    )
    model = nn.Sequential(*layers).to(device, memory_format=torch.channels_last)
    optimizer = torch.optim.Adam(model.parameters(), 1e-4, fused=True, capturable=graph)
    images, labels = pixels()
    all_images = torch.tensor(images, device=device)
    all_labels = torch.tensor(labels.astype(np.int64), device=device)
    places = torch.zeros(batch, dtype=torch.int64, device=device)

    def step() -> None:
        chosen = all_images[places].float().unsqueeze(1).div(255).contiguous(memory_format=torch.channels_last)
        loss = nn.functional.cross_entropy(model(chosen), all_labels[places])
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()

    run: Callable[[], object] = step
    if graph:
        stream = torch.cuda.Stream()
        stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(stream):
            for _ in range(3):
                step()
        torch.cuda.current_stream().wait_stream(stream)
        captured = torch.cuda.CUDAGraph()
        with torch.cuda.graph(captured):
            step()
        run = captured.replay

    def call() -> None:
        for _ in range(steps):
            run()
        if device.type == "cuda":
            torch.cuda.synchronize()

    result = measured(run, call, steps)
    memory = torch.cuda.max_memory_allocated() / 1e6 if device.type == "cuda" else None
    return {**result, "memory_mb": memory}


def _ours(**settings: Any) -> Callable[[int, int], Result]:
    usual = {"xla": True, "exact": True, "tf32": True, "precision": "float32"}
    return lambda batch, steps: ours(batch, steps, **{**usual, **settings})


# What the promises are about comes first, in case the time runs out.
CONTENDERS: dict[str, Callable[[int, int], Result]] = {
    "mnistcnn": _ours(),
    "PyTorch, CUDA graph": lambda batch, steps: torch_loop(batch, steps, graph=True),
    "mnistcnn, not deterministic": _ours(exact=False),
    "Keras fit": lambda batch, steps: keras_fit(batch, steps, jit=False),
    "Keras fit, jit_compile": lambda batch, steps: keras_fit(batch, steps, jit=True),
    "PyTorch": lambda batch, steps: torch_loop(batch, steps, graph=False),
    "mnistcnn, bfloat16": _ours(precision="bfloat16"),
    "mnistcnn, without TF32": _ours(tf32=False),
    "mnistcnn, without XLA": _ours(xla=False),
}


def main() -> None:
    """Measure one contender."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("contender", choices=list(CONTENDERS))
    parser.add_argument("steps", type=int)
    parser.add_argument("batches", type=int, nargs="+")
    arguments = parser.parse_args()
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    # Compiling is measured, so that no kept program may spare it.
    os.environ["TF_XLA_FLAGS"] = "--tf_xla_persistent_cache_directory="
    try:
        for batch in arguments.batches:
            result = CONTENDERS[arguments.contender](batch, arguments.steps)
            print(json.dumps({"batch": batch, **result}), flush=True)
    except ImportError as error:
        print(json.dumps({"left_out": str(error)}))


if __name__ == "__main__":
    main()
