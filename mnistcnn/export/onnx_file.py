"""ONNX, for onnxruntime in Python, C++, C#, Java and browsers."""

from __future__ import annotations

from pathlib import Path

from .metadata import PROPERTY
from .saved_model_file import IMAGES, Servable
from .source import Source

OPSET = 17
"""Of 2022: old enough for every runtime that is about, and it has every operation of the network."""


def write(source: Source, path: Path) -> None:
    """Write an ONNX file: `images` → `logits`, `probabilities`, `classes`."""
    import onnx
    import tf2onnx

    metadata = source.metadata
    model, _ = tf2onnx.convert.from_function(Servable(source.network).answer, input_signature=[IMAGES], opset=OPSET)
    model.doc_string = f"The digits' network of mnistcnn, run {metadata.run}, step {metadata.step}"
    onnx.helper.set_model_props(model, {PROPERTY: metadata.to_json().decode()})
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, path)
