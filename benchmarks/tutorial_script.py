"""The loop of TensorFlow's "Deep MNIST for Experts" with its summaries, as the tutorial's readers run it: our baseline.

    python benchmarks/tutorial_script.py [STEPS]

Written from the description of what the original shows (35 scalars, 12 histograms and seven kinds of pictures on every
step; a test on all 10,000 images and a full trace on every 100th), with its placeholders, its `feed_dict` and its
`merge_all`. Prints the seconds for STEPS steps (3,000 without an argument), the accuracy and the peak of memory.
"""

from __future__ import annotations

import os
import resource
import sys
import tempfile
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
import tensorflow as tf

from mnistcnn.config.schema import DataConfig
from mnistcnn.data.sampling import batch_indices
from mnistcnn.data.sources import load_dataset

v1 = tf.compat.v1
v1.disable_eager_execution()


def variable_summaries(variable: tf.Tensor) -> None:
    """Four scalars and a histogram."""
    mean = tf.reduce_mean(variable)
    v1.summary.scalar("mean", mean)
    v1.summary.scalar("stddev", tf.sqrt(tf.reduce_mean(tf.square(variable - mean))))
    v1.summary.scalar("max", tf.reduce_max(variable))
    v1.summary.scalar("min", tf.reduce_min(variable))
    v1.summary.histogram("histogram", variable)


def parameters(shape: list[int]) -> tuple[tf.Variable, tf.Variable]:
    """Weights and biases with their summaries."""
    with v1.name_scope("weight"):
        weights = tf.Variable(v1.truncated_normal(shape, stddev=0.1))
        variable_summaries(weights)
    with v1.name_scope("bias"):
        biases = tf.Variable(tf.constant(0.1, shape=shape[-1:]))
        variable_summaries(biases)
    return weights, biases


def pictures(name: str, maps: tf.Tensor, count: int = 10) -> None:
    """The first channel-images of the first example, as the original slices them."""
    v1.summary.image(name, tf.transpose(maps[:1], [3, 1, 2, 0])[:count], max_outputs=count)


def convolution(name: str, maps: tf.Tensor, channels: int, filters: int, shown: int) -> tf.Tensor:
    """conv, ReLU, pool, with pictures and a histogram."""
    with v1.name_scope(f"conv{name}_layer"):
        weights, biases = parameters([5, 5, channels, filters])
        kernels = tf.reshape(tf.transpose(weights, [2, 3, 0, 1]), [-1, 5, 5, 1])
        v1.summary.image("filter", kernels, max_outputs=shown)
        active = tf.nn.relu(tf.nn.conv2d(maps, weights, 1, "SAME") + biases)
        pictures("convolved", active)
        v1.summary.histogram("activations", active)
    with v1.name_scope(f"pool{name}_layer"):
        pooled = tf.nn.max_pool2d(active, 2, 2, "SAME")
        pictures("pooled", pooled)
    return pooled


def build(pixels: tf.Tensor, labels: tf.Tensor, keep_prob: tf.Tensor) -> tuple[tf.Operation, tf.Tensor]:
    """The graph: one training step, and the accuracy."""
    with v1.name_scope("input"):
        images = tf.reshape(pixels, [-1, 28, 28, 1])
        v1.summary.image("preprocess", images, 10)
    with v1.name_scope("1st_layer"):
        maps = convolution("1", images, 1, 32, shown=10)
    with v1.name_scope("2nd_layer"):
        maps = convolution("2", maps, 32, 64, shown=20)
    with v1.name_scope("fc1_layer"):
        weights, biases = parameters([7 * 7 * 64, 1024])
        hidden = tf.nn.relu(tf.reshape(maps, [-1, 7 * 7 * 64]) @ weights + biases)
        v1.summary.histogram("activations", hidden)
        v1.summary.scalar("dropout_keep_probability", keep_prob)
        hidden = v1.nn.dropout(hidden, rate=1 - keep_prob)
    with v1.name_scope("fc2_layer"):
        weights, biases = parameters([1024, 10])
        logits = hidden @ weights + biases
        v1.summary.histogram("preactivations", logits)
    with v1.name_scope("cross_entropy"):
        loss = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(labels, logits))
        v1.summary.scalar("cross_entropy", loss)
    with v1.name_scope("train"):
        train = v1.train.AdamOptimizer(1e-4).minimize(loss)
    with v1.name_scope("accuracy"):
        accuracy = tf.reduce_mean(tf.cast(tf.equal(tf.argmax(logits, 1), tf.argmax(labels, 1)), tf.float32))
        v1.summary.scalar("accuracy", accuracy)
    return train, accuracy


def main(steps: int) -> None:
    """Train, and say how long it took."""
    dataset = load_dataset(DataConfig(source="mnist"))
    started = time.monotonic()
    pixels, labels = v1.placeholder(tf.float32, [None, 784]), v1.placeholder(tf.float32, [None, 10])
    keep_prob = v1.placeholder(tf.float32)
    train, accuracy = build(pixels, labels, keep_prob)
    merged = v1.summary.merge_all()

    def feed(split: str, rows: np.ndarray | slice, keep: float) -> dict[tf.Tensor, object]:
        examples = dataset.splits()[split]
        images = examples.images[rows].reshape(-1, 784).astype(np.float32) / 255
        return {pixels: images, labels: np.eye(10, dtype=np.float32)[examples.labels[rows]], keep_prob: keep}

    with tempfile.TemporaryDirectory() as log_dir, v1.Session() as session:
        writers = {name: v1.summary.FileWriter(f"{log_dir}/{name}", session.graph) for name in ("train", "test")}
        session.run(v1.global_variables_initializer())
        reached = 0.0
        for step in range(steps):
            rows = batch_indices(0, step, 1, 50, len(dataset.train))[0]
            if step % 100 == 0:
                summary, reached = session.run([merged, accuracy], feed("test", slice(None), 1.0))
                writers["test"].add_summary(summary, step)
                options, metadata = v1.RunOptions(trace_level=v1.RunOptions.FULL_TRACE), v1.RunMetadata()
                summary, _ = session.run([merged, train], feed("train", rows, 1.0), options, metadata)
                writers["train"].add_run_metadata(metadata, f"step{step:03d}")
                writers["train"].add_summary(summary, step)
            summary, _ = session.run([merged, train], feed("train", rows, 0.5))
            writers["train"].add_summary(summary, step)
        for writer in writers.values():
            writer.close()
    seconds = time.monotonic() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{steps} steps in {seconds:.1f} s, last test accuracy {100 * reached:.2f} % (mnist), peak {peak:,.0f} MB")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3000)
