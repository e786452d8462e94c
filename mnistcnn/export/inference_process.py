"""Runs images through an exported file, in a process of its own: `inference_process.py FORMAT FILE < images > answers`.

Standard input is a .npy file, [n, 28, 28] uint8. Standard output becomes an .npz file with `logits` [n, 10] float32
and, with `--latency`, `milliseconds` [2] for one image and for a hundred. Nothing of mnistcnn is imported here, so
that what works here works for whoever has the file and its runtime. No format may bring code along: Keras loads in safe
mode, NumPy without pickles, a SavedModel, which is a program, only if it does nothing that a network need not do, and C
only if its code is what mnistcnn writes.
"""

import argparse
import io
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]
Answer = Callable[[Array], Array]
"""Images [n, 28, 28, 1] float32 in [0, 1] → logits [n, 10] float32."""

BATCH_SIZE = 100
"""As large as the larger latency's; more is no faster, and NumPy's convolution takes 300 kB for each image."""
THREADS = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1

# fmt: off
NETWORK_OPERATIONS = frozenset({
    "AddV2", "ArgMax", "AssignVariableOp", "Cast", "Const", "Conv2D", "DecodeImage", "DisableCopyOnRead",
    "ExpandDims", "Identity", "Less", "LogicalAnd", "MatMul", "Max", "MaxPool", "Maximum", "MergeV2Checkpoints", "Mul",
    "NoOp", "Pack", "Placeholder", "ReadVariableOp", "RealDiv", "Relu", "Reshape", "ResizeArea", "RestoreV2", "SaveV2",
    "Select", "Shape", "ShardedFilename", "Softmax", "Sqrt", "Square", "Squeeze", "StatefulPartitionedCall",
    "StatelessWhile", "StaticRegexFullMatch", "StridedSlice", "StringJoin", "Sub", "Sum", "TensorListFromTensor",
    "TensorListGetItem", "TensorListReserve", "TensorListSetItem", "TensorListStack", "VarHandleOp",
})
# fmt: on

C_OPTIONS = ("-std=c99", "-O3", "-DMNISTCNN_MAIN")
"""-O3, since gcc 12 vectorises the inner loop only then: 2.2 ms an image instead of 7.6 ms with -O2."""
# What may stand in a C file besides our code. Without an asterisk, a backslash before anything but three digits or a
# question mark (of a trigraph), neither a comment nor a string can end early.
C_COMMENT = r"/\*[^*]*\*/\n"
C_WIDTH = r"#define (?:CONV1|CONV2|FC1|DOUBT_AXES) [0-9]+\n"
C_ARRAY = r'static const union \w+ \w+ = \{\n(?:"(?:[ !#->@-\[\]-~]|\\[0-7]{3})*+"\n)*+\};\n'


def load_saved_model(file: str) -> Answer:
    """TensorFlow, through the signature that TensorFlow Serving calls."""
    import tensorflow as tf
    from google.protobuf.message import DecodeError

    try:
        refuse_other_programs(Path(file))
        serve = tf.saved_model.load(file).signatures["serving_default"]
    except (DecodeError, OSError, LookupError, ValueError, tf.errors.OpError) as error:
        raise SystemExit("damaged; export it again") from error
    return lambda images: serve(images=tf.constant(images))["logits"].numpy()


def refuse_other_programs(directory: Path) -> None:
    """Stop where a SavedModel has operations that a network of this kind has no use for, such as writing files."""
    from tensorflow.core.protobuf import saved_model_pb2

    saved_model = saved_model_pb2.SavedModel()
    saved_model.ParseFromString((directory / "saved_model.pb").read_bytes())
    graphs = [meta_graph.graph_def for meta_graph in saved_model.meta_graphs]
    nodes = [node for graph in graphs for node in graph.node]
    nodes += [node for graph in graphs for function in graph.library.function for node in function.node_def]
    if strange := {node.op for node in nodes} - NETWORK_OPERATIONS:
        raise SystemExit(f"not loaded: operations that an exported network does not have: {', '.join(sorted(strange))}")


def load_keras(file: str) -> Answer:
    """Keras; safe mode refuses layers that bring Python code along."""
    import keras

    predict: Answer = keras.saving.load_model(file, safe_mode=True, compile=False).predict_on_batch
    return predict


def load_onnx(file: str) -> Answer:
    """The runtime for ONNX."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = THREADS
    session = onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])
    return lambda images: session.run(["logits"], {"images": images})[0]


def load_litert(file: str) -> Answer:
    """LiteRT; with integers, scaled to and from them as the file says."""
    from ai_edge_litert.interpreter import Interpreter

    run = Interpreter(file, num_threads=THREADS).get_signature_runner("serving_default")
    into, out = run.get_input_details()["images"], run.get_output_details()["logits"]

    def answer(images: Array) -> Array:
        if into["dtype"] != np.float32:
            (scale, zero), limits = into["quantization"], np.iinfo(into["dtype"])
            images = np.clip(np.rint(images / scale) + zero, limits.min, limits.max).astype(into["dtype"])
        logits: Array = run(images=images)["logits"]
        if out["dtype"] != np.float32:
            scale, zero = out["quantization"]
            logits = (logits.astype(np.float32) - zero) * np.float32(scale)
        return logits

    return answer


def load_numpy(file: str) -> Answer:
    """NumPy alone: the README's forward pass."""
    path = Path(file)
    weights = np.load(path / "weights.npz" if path.is_dir() else path, allow_pickle=False)
    arrays = {name: weights[name] for name in weights.files if "/" in name}

    def layer(name: str, values: Array) -> Array:
        kernel = arrays[f"{name}/weights"]
        weighted: Array = np.matmul(values, kernel.reshape(-1, kernel.shape[-1]))
        weighted += arrays[f"{name}/biases"]
        return weighted

    def answer(images: Array) -> Array:
        maps = images
        for name in ("conv1", "conv2"):
            maps = largest_of_four(np.maximum(layer(name, windows(maps)), 0))
        return layer("fc2", np.maximum(layer("fc1", maps.reshape(len(maps), -1)), 0))

    return answer


def windows(maps: Array) -> Array:
    """What a 5×5 kernel sees at each place of [n, h, w, c], zeros outside: [n, h, w, 25c]."""
    padded = np.pad(maps, ((0, 0), (2, 2), (2, 2), (0, 0)))
    seen = np.lib.stride_tricks.sliding_window_view(padded, (5, 5), axis=(1, 2))
    return seen.transpose(0, 1, 2, 4, 5, 3).reshape(*maps.shape[:3], -1)


def largest_of_four(maps: Array) -> Array:
    """2×2 maximum with stride 2."""
    rows = np.maximum(maps[:, ::2], maps[:, 1::2])
    return np.maximum(rows[:, :, ::2], rows[:, :, 1::2])


def load_c(file: str) -> Answer:
    """The compiler that CC names, and the program that the file is with -DMNISTCNN_MAIN, fed through pipes."""
    refuse_other_code(Path(file))
    with tempfile.TemporaryDirectory() as scratch:
        program = compiled(file, Path(scratch) / "digits")
        try:
            # What was just compiled, from code that was compared with ours; it goes on when its file is removed.
            process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # noqa: S603
        except OSError as error:  # There is none, or it is another machine's.
            raise not_compiled("what it made does not run here") from error
    into, out = process.stdin, process.stdout
    if into is None or out is None:
        raise SystemExit("no pipes")

    def answer(images: Array) -> Array:
        # A hundred answers fit into a pipe, so that the program never waits for this one to read them.
        into.write(np.rint(images * 255).astype(np.uint8).tobytes())
        into.flush()
        return np.array([out.readline().split() for _ in images], np.float32)

    return answer


def compiled(file: str, program: Path) -> Path:
    """Compile a C file into a program."""
    command = [*c_compiler().split(), *C_OPTIONS, file, "-o", str(program), "-lm"]
    # The command is from the user's own environment.
    result = subprocess.run(command, stderr=subprocess.PIPE, text=True, check=False)  # noqa: S603
    if result.returncode:
        raise not_compiled(result.stderr.strip().partition("\n")[0])
    return program


def c_compiler() -> str:
    """The command of the C compiler."""
    return os.environ.get("CC", "cc")


def not_compiled(reason: str) -> SystemExit:
    """What ends this process if there is no program that runs here."""
    because = f" ({reason})" if reason else ""
    return SystemExit(f"`{c_compiler()}` could not compile it{because}; set CC to another compiler")


def refuse_other_code(file: Path) -> None:
    """Stop where C code is other than what mnistcnn writes, but for comments, widths and numbers."""
    begin, float32, int8, doubt, end = (
        re.escape((Path(__file__).parent / "c" / f"{part}.c").read_text("utf-8"))
        for part in ("begin", "float32", "int8", "doubt", "end")
    )
    ours = rf"{C_COMMENT}\n(?:{C_WIDTH})*{begin}(?:{float32}(?:{doubt})?|{int8}){end}(?:\n{C_COMMENT}{C_ARRAY})*"
    try:
        text = file.read_bytes().decode()
    except UnicodeDecodeError:
        text = ""
    if not re.fullmatch(ours, text):
        raise SystemExit("not compiled: its code is not what this version of mnistcnn writes; export the run again")


LOADERS = {
    "saved_model": load_saved_model,
    "keras": load_keras,
    "onnx": load_onnx,
    "litert": load_litert,
    "litert-int8": load_litert,
    "numpy": load_numpy,
    "c": load_c,
    "c-int8": load_c,
}


def milliseconds(answer: Answer, images: Array, count: int, repeats: int) -> float:
    """The median time for `count` images, after one call that does not count."""
    batch = np.resize(images, (count, *images.shape[1:]))
    times = []
    for _ in range(1 + repeats):
        start = time.perf_counter()
        answer(batch)
        times.append(1000 * (time.perf_counter() - start))
    return statistics.median(times[1:])


def main() -> None:
    """Read, answer, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("format", choices=LOADERS)
    parser.add_argument("file")
    parser.add_argument("--latency", action="store_true")
    options = parser.parse_args()
    # What a runtime prints must not come between the answers.
    output = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    answer = LOADERS[options.format](options.file)
    pixels = np.load(io.BytesIO(sys.stdin.buffer.read()), allow_pickle=False)
    images = pixels[..., np.newaxis].astype(np.float32) / np.float32(255)
    starts = range(0, len(images), BATCH_SIZE)
    answers = {"logits": np.concatenate([answer(images[start : start + BATCH_SIZE]) for start in starts])}
    if options.latency:
        answers["milliseconds"] = np.array([milliseconds(answer, images, 1, 50), milliseconds(answer, images, 100, 5)])
    content = io.BytesIO()  # A zip archive is not written front to back, as a pipe is.
    np.savez(content, **answers)  # type: ignore[arg-type]
    with output:
        output.write(content.getvalue())


if __name__ == "__main__":
    main()
