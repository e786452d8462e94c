"""One C99 file with the weights and the forward pass, for microcontrollers and for learners.

| part | from |
|---|---|
| a comment: how to use the file, what it needs, and its metadata | here |
| `#define CONV1 32` and so on: the widths | here |
| the forward pass | `c/begin.c`, `c/float32.c` or `c/int8.c`, with doubt `c/doubt.c`, `c/end.c`, as they are |
| the numbers, each array's bytes as a string | here |

Bytes in strings, since compilers keep a string as it is, and build a node for each number of a list. For the default
network (3,274,634 float32, -O2 -Wall -Wextra), gcc 12 took 1.6 s of processor time and 199 MB, clang 14 0.6 s and
175 MB. Decimal floats took 943 MB and 1,788 MB, hexadecimal floats 1,225 MB and 1,789 MB, and the same bits as
integers 710 MB and 761 MB. All files have 36 to 47 MB, full hexadecimal floats 71 MB.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import resources
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ..network.model import CLASSES, IMAGE_SIZE, Network, to_input
from .litert_file import calibration_images
from .metadata import Metadata
from .source import Source

Kind = Literal["float32", "int8"]
Arrays = Mapping[str, NDArray[Any]]

_BYTES_PER_LINE = 32
_LARGEST_SUM = 2**30
"""Of products, before weights are rounded. Rounding adds at most 255 / 2 for each of at most 4096 · 49 inputs, and the
limit of an int32 is twice as far away."""

_HEADER = """\
/* A network that recognises handwritten digits, trained by mnistcnn, in {numbers}.

   int mnistcnn_predict(const uint8_t image[784], float probabilities[10]);
       returns the digit, 0 to 9, and fills in the probability of each.
   void mnistcnn_logits(const uint8_t image[784], float logits[10]);
       the same before softmax.{doubt}

   An image is 28 rows of 28 bytes: 0 is background, 255 is ink. Invert black ink on white paper.

   Memory: {ram:,} bytes of RAM in static buffers, {flash:,} bytes of constants, and a few thousand bytes of code.
   Nothing is allocated, nothing is recursive. Because of the buffers, only one thread may call it at a time.
   Compile as C99, and link with -lm (for expf):
       cc -std=c99 -O3 -c {file}
   A program that reads images of 784 bytes from standard input and writes their logits:
       cc -std=c99 -O3 -DMNISTCNN_MAIN {file} -o digits -lm && ./digits < images.bin

   Layers: conv1 and pool1 [14][14][{conv1}], conv2 and pool2 [7][7][{conv2}], fc1 [{fc1}], fc2 [10].

   Where the network comes from, as JSON:
{json}*/

"""

_DOUBT = """
   float mnistcnn_doubt(const uint8_t image[784]);
       above 0 if the image is unlike any digit that the network learned from: do not trust the answer then."""


def write_float(source: Source, path: Path) -> None:
    """Write a C file of float32."""
    arrays = {name.replace("/", "_"): values for name, values in source.network.read().items()}
    if (doubt := source.doubt) is not None:
        line = np.array([doubt.slope, doubt.weight, doubt.offset], np.float32)
        arrays |= {"doubt_mean": doubt.mean, "doubt_components": doubt.components, "doubt_line": line}
    _write("float32", arrays, source.metadata, path)


def write_int8(source: Source, path: Path) -> None:
    """Write a C file whose weights are 8-bit integers, and so are all values but the logits.

    Raises:
        ValueError: the source has no images to calibrate with.
    """
    if source.calibration is None:
        raise ValueError("8-bit integers need images to take their ranges from")
    _write("int8", quantize(source.network, source.calibration), source.metadata, path)


def quantize(network: Network, calibration: NDArray[np.uint8]) -> dict[str, NDArray[Any]]:
    """Weights in 8-bit integers with a scale for each output, and values between layers in 8 bits from 0.

    As in Jacob et al., "Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-Only Inference"
    (2018), equation 4 with zero points of 0: weights are symmetric, and nothing is negative after ReLU. Its integer
    multiplier and integer biases are float32 here: one multiplication for each output is nothing beside its sum.

    Args:
        network: in float32.
        calibration: training images [n, 28, 28].

    Returns:
        For each layer `<layer>_weights` int8 of the same shape, `<layer>_scales` and `<layer>_biases` float32, both in
        integer units of the next layer (of fc2: in logits).
    """
    seen = network.activations(to_input(calibration_images(calibration)))
    arrays: dict[str, NDArray[Any]] = {}
    scale_in = 1 / 255
    for layer, output in (("conv1", "pool1"), ("conv2", "pool2"), ("fc1", "fc1"), ("fc2", "")):
        weights = network.weights[layer].numpy().astype(np.float64)
        scales = _weight_scales(weights)
        scale_out = (float(np.max(seen[output])) or 1.0) / 255 if output else 1.0
        arrays[f"{layer}_weights"] = np.rint(weights / scales).astype(np.int8)
        arrays[f"{layer}_scales"] = (scales * scale_in / scale_out).astype(np.float32)
        arrays[f"{layer}_biases"] = (network.biases[layer].numpy() / scale_out).astype(np.float32)
        scale_in = scale_out
    return arrays


def _weight_scales(weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """For each output: its largest weight becomes 127, or less where inputs of 255 could overflow its sum."""
    inputs = tuple(range(weights.ndim - 1))
    scales = np.maximum(np.abs(weights).max(axis=inputs) / 127, 255 * np.abs(weights).sum(axis=inputs) / _LARGEST_SUM)
    return np.where(scales > 0, scales, 1.0)


def _write(kind: Kind, arrays: Arrays, metadata: Metadata, path: Path) -> None:
    conv1, conv2, fc1 = (arrays[f"{layer}_biases"].size for layer in ("conv1", "conv2", "fc1"))
    widths = {"conv1": conv1, "conv2": conv2, "fc1": fc1}
    parts: tuple[str, ...] = ("begin", kind, "end")
    defines = dict(widths)
    if "doubt_components" in arrays:
        parts = ("begin", kind, "doubt", "end")
        defines["doubt_axes"] = arrays["doubt_components"].shape[1]
    code = resources.files(__package__) / "c"
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(
            _HEADER.format(
                numbers="8-bit integers" if kind == "int8" else "float32",
                file=path.name,
                doubt=_DOUBT if "doubt" in parts else "",
                ram=_ram(kind, **widths),
                flash=sum(array.nbytes for array in arrays.values()),
                # No asterisk inside the comment: nothing in it can end it.
                json=metadata.to_json().decode().replace("*", r"\u002a"),
                **widths,
            )
        )
        file.writelines(f"#define {layer.upper()} {width}\n" for layer, width in defines.items())
        file.writelines((code / f"{part}.c").read_text("utf-8") for part in parts)
        for name, array in arrays.items():
            file.writelines(_definition(name, array))


def _ram(kind: Kind, conv1: int, conv2: int, fc1: int) -> int:
    """Bytes of the static buffers in `c/float32.c` or `c/int8.c`."""
    values = (IMAGE_SIZE // 2) ** 2 * conv1 + (IMAGE_SIZE // 4) ** 2 * conv2 + fc1
    if kind == "int8":
        return values + 4 * max(conv1, conv2, fc1, CLASSES) + 4 * max(conv1, conv2)
    return 4 * (IMAGE_SIZE**2 + values + max(conv1, conv2))


def _definition(name: str, array: NDArray[Any]) -> Iterator[str]:
    """An array as C: its bytes, little-endian, in strings that the compiler joins."""
    content = np.ascontiguousarray(array, array.dtype.newbyteorder("<")).tobytes()
    yield f"\n/* {list(array.shape)}, from {array.min():.9g} to {array.max():.9g} */\n"
    yield f"static const union {name} {name} = {{\n"
    for start in range(0, len(content), _BYTES_PER_LINE):
        yield f'"{"".join(map(_ESCAPED.__getitem__, content[start : start + _BYTES_PER_LINE]))}"\n'
    yield "};\n"


def _escaped(byte: int) -> str:
    """A byte in a C string; no question marks, two of which could begin a trigraph."""
    character = chr(byte)
    return character if " " <= character <= "~" and character not in '"\\?' else f"\\{byte:03o}"


_ESCAPED = [_escaped(byte) for byte in range(256)]
