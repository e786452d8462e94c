"""LiteRT (once TensorFlow Lite), for phones and microcontrollers: in float32, or in 8-bit integers throughout."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import flatbuffers
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from .. import files
from ..network.model import to_input
from .metadata import append_to_zip
from .saved_model_file import OUTPUTS, SIGNATURE, Servable
from .source import Source

CALIBRATION_IMAGES = 500
"""100 and 2,000 are no better: of 10,000 test images, four checkpoints of a default run got -4 to +5 more wrong (mean
+0.7, standard deviation 2.5) with any of the three. Two thirds of the difference is the rounding of the ten outputs."""

_IDENTIFIER, _ALIGNMENT = b"TFL3", 16
"""Of a LiteRT file, and in bytes: `schema.fbs` of TensorFlow has both."""


def write_float(source: Source, path: Path) -> None:
    """Write a `.tflite` file of float32 and built-in operations: `images` → `logits`, `probabilities`, `classes`."""
    servable = Servable(source.network)
    _convert(servable.answer, servable, source, path)


def write_int8(source: Source, path: Path) -> None:
    """Write the same in integers throughout: `images` → `logits`, `probabilities`, all int8.

    Without `classes`: the converter takes the largest of floats, and the file is for chips that have none.

    Raises:
        ValueError: the source has no images to calibrate with.
    """
    calibration = source.calibration
    if calibration is None:
        raise ValueError("8-bit integers need images to take their ranges from")
    servable = Servable(source.network)
    _convert(servable.score, servable, source, path, calibration_images(calibration))


def _convert(
    signature: tf.types.experimental.GenericFunction,
    servable: Servable,
    source: Source,
    path: Path,
    calibration: NDArray[np.uint8] | None = None,
) -> None:
    # Beside the file: that folder can be written, and one for temporary files need not exist.
    with files.directory_beside(path.parent) as scratch:
        tf.saved_model.save(servable, str(scratch), signatures={SIGNATURE: signature})
        converter = tf.lite.TFLiteConverter.from_saved_model(str(scratch), signature_keys=[SIGNATURE])
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS]
        if calibration is not None:
            _quantize(converter, calibration)
        with warnings.catch_warnings():
            # The converter calibrates with TensorFlow's own interpreter, and TensorFlow warns of that.
            warnings.filterwarnings("ignore", message=r"\s*Warning: tf.lite.Interpreter is deprecated")
            path.write_bytes(_named(converter.convert()))
    append_to_zip(path, source.metadata)


def _named(content: bytes) -> bytes:
    """Put the outputs in order, and call every input's and output's tensor what the signature calls it.

    The converter names them `StatefulPartitionedCall:0` and so on, in the order of the alphabet; runtimes without
    signatures know nothing else of them.
    """
    from tensorflow.lite.python import schema_py_generated as schema

    model = schema.ModelT.InitFromPackedBuf(bytearray(content))
    signature = next(one for one in model.signatureDefs if one.signatureKey.decode() == SIGNATURE)
    subgraph = model.subgraphs[signature.subgraphIndex]
    signature.outputs.sort(key=lambda output: OUTPUTS.index(output.name.decode()))
    for end in (*signature.inputs, *signature.outputs):
        subgraph.tensors[end.tensorIndex].name = end.name
    subgraph.outputs = [output.tensorIndex for output in signature.outputs]
    builder = _AligningBuilder(len(content))
    builder.Finish(model.Pack(builder), file_identifier=_IDENTIFIER)
    return bytes(builder.Output())


class _AligningBuilder(flatbuffers.Builder):
    """Begins every array at a multiple of 16 bytes, as the schema asks of weights and as this builder does not."""

    def CreateNumpyVector(self, values: NDArray[Any]) -> int:  # noqa: N802 (the name is FlatBuffers')
        self.Prep(_ALIGNMENT, values.nbytes)
        return int(super().CreateNumpyVector(values))


def _quantize(converter: tf.lite.TFLiteConverter, calibration: NDArray[np.uint8]) -> None:
    def samples() -> Iterator[dict[str, tf.Tensor]]:
        for number in range(len(calibration)):
            yield {"images": to_input(calibration[number : number + 1])}

    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = samples
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    converter.inference_input_type = tf.int8
    converter.inference_output_type = tf.int8


def calibration_images(images: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """At most `CALIBRATION_IMAGES` of [n, 28, 28], evenly spaced: sorted data has every class in them as well."""
    places = np.linspace(0, len(images) - 1, min(CALIBRATION_IMAGES, len(images))).round().astype(np.int64)
    return images[places]
