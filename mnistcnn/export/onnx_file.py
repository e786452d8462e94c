"""ONNX, for onnxruntime in Python, C++, C#, Java and browsers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from .metadata import PROPERTY
from .saved_model_file import IMAGES, Servable
from .source import Source

if TYPE_CHECKING:
    import onnx

OPSET = 17
"""Of 2022: old enough for every runtime that is about, and it has every operation of the network."""


def write(source: Source, path: Path) -> None:
    """Write an ONNX file: `images` → `logits`, `probabilities`, `classes`, and `doubt` if it is known."""
    import onnx
    import tf2onnx

    metadata, servable = source.metadata, Servable(source.network, source.doubt)
    model, _ = tf2onnx.convert.from_function(servable.answer, input_signature=[IMAGES], opset=OPSET)
    _name_batch(model)
    model.doc_string = f"The digits' network of mnistcnn, run {metadata.run}, step {metadata.step}"
    onnx.helper.set_model_props(model, {PROPERTY: metadata.to_json().decode()})
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, path)


def _name_batch(model: onnx.ModelProto) -> None:
    """Call the batch `batch` everywhere: the converter gives every input and output a name of its own."""
    graph = model.graph
    ends = [*graph.input, *graph.output]
    names = {value.type.tensor_type.shape.dim[0].dim_param for value in ends} - {""}
    for value in (*ends, *graph.value_info):
        for size in value.type.tensor_type.shape.dim:
            if size.dim_param in names:
                size.dim_param = "batch"
