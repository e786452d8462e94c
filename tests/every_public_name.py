"""A program that uses every public name and method; `make lint` checks its types with mypy --strict. It never runs."""

from __future__ import annotations

from pathlib import Path
from typing import assert_type

import numpy as np
from numpy.typing import NDArray

import mnistcnn

config = mnistcnn.load_config("configs/smoke.yaml", steps=100, data={"source": "digits"})
assert_type(config, mnistcnn.Config)
assert_type(config.data.validation_size, int)


def watch(event: mnistcnn.events.Event) -> None:
    """Receive an event."""
    if isinstance(event, mnistcnn.events.Evaluated):
        assert_type(event.accuracy, float)


run = mnistcnn.train(config, on_event=watch, progress=False, seed=3)
assert_type(run, mnistcnn.Run)
for event in mnistcnn.training_events({"steps": 5}, stop=lambda: False, seed=1):
    watch(event)
try:
    run = mnistcnn.open_run(Path("runs/one"), log_dir="runs")
except mnistcnn.errors.RunError as error:
    raise SystemExit(str(error)) from error
for each in mnistcnn.list_runs(Path("runs")):
    assert_type(each.path, Path)
    assert_type(each.name, str)

if run.results is not None:
    assert_type(run.results.test_accuracy, float | None)
assert_type(run.state == "finished", bool)
assert_type(run.config.steps, int)
assert_type(run.summary.can_be_resumed, bool)
assert_type(run.metrics(), NDArray[np.void])
run.metrics(as_frame=True)
assert_type(run.resume(steps=200, progress=False), mnistcnn.Run)

digit = mnistcnn.read_digit("seven.png")
assert_type(digit, NDArray[np.uint8])
assert_type(run.predict([Path("seven.png"), digit])[0].digit, int)
network = run.network("last")
assert_type(network, mnistcnn.Network)
assert_type(network(digit), NDArray[np.float32])
assert_type(network.activations(digit), dict[str, NDArray[np.float32]])
assert_type(network.parameters, dict[str, NDArray[np.float32]])
assert_type(network.predict(digit, doubt=False)[0].probability, float)
assert_type(run.predict(digit)[0].doubt, float | None)
assert_type(run.predict(digit)[0].is_doubted, bool)
assert_type((network.step, network.digest), tuple[int, str])

assert_type(run.evaluate("validation", data="digits").accuracy, float)
assert_type(run.visualize("conv1", show=["filters"], image=3, theme="dark")[0].path, Path)
assert_type(run.page("page.html", weights="float32").path, Path)
assert_type(run.export("onnx", verify=False, overwrite=True)[0].verdict != "differs", bool)
