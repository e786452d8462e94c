"""What a run tells TensorBoard, read by TensorBoard: every tag of the tutorial, as often, with the right values."""

from __future__ import annotations

import io
import itertools
import shutil

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image
from tensorboard.backend.event_processing.event_file_loader import EventFileLoader

from mnistcnn.config.schema import NetworkConfig
from mnistcnn.data.sampling import batch_indices
from mnistcnn.events import CheckpointSaved, StepsDone
from mnistcnn.network.augmentation import Augmentation
from mnistcnn.network.evaluator import evaluate
from mnistcnn.network.model import Dropout, Network, to_input
from mnistcnn.runs import checkpoint as checkpoints
from mnistcnn.runs.directory import Run
from mnistcnn.runs.resuming import resumed_config
from mnistcnn.runs.trained import load_trained
from mnistcnn.training import chunks
from mnistcnn.training.loop import resume, train
from mnistcnn.training.summaries.observation import Observer, kernels
from mnistcnn.training.summaries.pictures import to_grey, to_signed_grey

VARIABLES = [
    f"{layer}/{kind}"
    for layer in ("1st_layer/conv1_layer", "2nd_layer/conv2_layer", "fc1_layer", "fc2_layer")
    for kind in ("weight", "bias")
]
SCALARS = [
    *(f"{variable}/{statistic}" for variable in VARIABLES for statistic in ("mean", "stddev", "max", "min")),
    "fc1_layer/dropout_keep_probability",
    "cross_entropy/cross_entropy",
    "accuracy/accuracy",
]
HISTOGRAMS = [
    *(f"{variable}/histogram" for variable in VARIABLES),
    "1st_layer/conv1_layer/activations/histogram",
    "2nd_layer/conv2_layer/activations/histogram",
    "fc1_layer/activations/histogram",
    "fc2_layer/preactivations/histogram",
]
PICTURES = {
    "input/preprocess": 10,
    "1st_layer/conv1_layer/weight/filter": 10,
    "1st_layer/conv1_layer/activations/convolved": 10,
    "1st_layer/pool1_layer/pooled": 10,
    "2nd_layer/conv2_layer/weight/filter": 20,
    "2nd_layer/conv2_layer/activations/convolved": 10,
    "2nd_layer/pool2_layer/pooled": 10,
}
EVERY_TENTH = [0, 10, 20, 30]
LAYERS = ("1st_layer/conv1_layer", "2nd_layer/conv2_layer", "fc1_layer", "fc2_layer")


def steps_of(items):
    return [item.step for item in items]


def decoded(tensor_event):
    """The pictures of one step, [n, height, width]."""
    width, height, *contents = tensor_event.tensor_proto.string_val
    pictures = np.stack([np.asarray(Image.open(io.BytesIO(content))) for content in contents])
    assert pictures.shape[1:3] == (int(height), int(width))
    return pictures


def network_at(run, step):
    return load_trained(run, str(step)).network


def test_there_are_35_scalars_12_histograms_and_7_kinds_of_pictures_to_look_for():
    assert (len(SCALARS), len(HISTOGRAMS), len(PICTURES)) == (35, 12, 7)


def test_the_train_writer_has_every_scalar_at_every_step(run, events):
    train_events = events(run, "train")
    for tag in SCALARS:
        assert steps_of(train_events.Scalars(tag)) == list(range(30)), tag


def test_the_test_writer_has_every_scalar_at_every_evaluation(run, events):
    test_events = events(run, "test")
    for tag in SCALARS:
        assert steps_of(test_events.Scalars(tag)) == EVERY_TENTH, tag


@pytest.mark.parametrize("writer", ["train", "test"])
def test_both_writers_have_every_histogram_and_picture(run, events, writer):
    found = events(run, writer)
    for tag in HISTOGRAMS:
        assert steps_of(found.Histograms(tag)) == steps_of(found.CompressedHistograms(tag)) == EVERY_TENTH, tag
    for tag, count in PICTURES.items():
        assert steps_of(found.Tensors(tag)) == EVERY_TENTH, tag
        assert {len(decoded(event)) for event in found.Tensors(tag)} == {count}, tag
        assert found.SummaryMetadata(tag).plugin_data.plugin_name == "images"


def test_there_is_more_than_the_tutorial_had(run, events):
    train_events, test_events = events(run, "train"), events(run, "test")
    for tag in ("train/learning_rate", *(f"{layer}/gradient_norm" for layer in LAYERS)):
        assert steps_of(train_events.Scalars(tag)) == list(range(30))
    for layer in LAYERS:
        assert steps_of(train_events.Scalars(f"{layer}/update_to_weight_ratio")) == [0, 10, 20]
    for layer, found in itertools.product(LAYERS[:3], (train_events, test_events)):
        assert steps_of(found.Scalars(f"{layer}/activations/dead")) == EVERY_TENTH
    assert decoded(test_events.Tensors("accuracy/confusion_matrix")[-1]).shape == (1, 336, 336, 3)
    assert steps_of(events(run, "validation").Scalars("accuracy/accuracy")) == EVERY_TENTH


def test_the_curves_of_a_step_are_of_its_batch_and_the_weights_before_its_update(run, events, dataset):
    train_events = events(run, "train")
    config = load_trained(run, "last").config
    network = Network(config.network, config.seed)
    for (name, values), tag in zip(network.read().items(), VARIABLES, strict=True):
        exact = values.astype(np.float64)
        for statistic, value in (("mean", exact.mean()), ("stddev", exact.std()), ("max", exact.max())):
            found = train_events.Scalars(f"{tag}/{statistic}")[0].value
            assert found == pytest.approx(float(value), rel=1e-4, abs=1e-7), (name, statistic)
    indices = batch_indices(config.seed, 0, 1, config.batch_size, len(dataset.train))[0]
    labels = tf.constant(dataset.train.labels[indices], tf.int32)
    dropout = Dropout(config.keep_prob, config.seed, tf.constant(0))
    with tf.GradientTape() as tape:
        logits = network(to_input(dataset.train.images[indices]), dropout)
        loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits))
    gradients = dict(zip(network.parameters, tape.gradient(loss, list(network.parameters.values())), strict=True))
    norm = np.sqrt(sum(float(tf.reduce_sum(gradients[f"conv1/{kind}"] ** 2)) for kind in ("weights", "biases")))
    accuracy = float(np.mean(logits.numpy().argmax(1) == labels.numpy()))
    assert train_events.Scalars("cross_entropy/cross_entropy")[0].value == pytest.approx(float(loss), rel=1e-5)
    assert train_events.Scalars("accuracy/accuracy")[0].value == pytest.approx(accuracy)
    assert train_events.Scalars("1st_layer/conv1_layer/gradient_norm")[0].value == pytest.approx(norm, rel=1e-4)
    assert train_events.Scalars("train/learning_rate")[0].value == pytest.approx(config.learning_rate)
    assert {event.value for event in train_events.Scalars("fc1_layer/dropout_keep_probability")} == {0.5}


def test_the_curves_of_test_are_the_evaluations(run, events, dataset):
    test_events = events(run, "test")
    network = network_at(run, 30)
    result = evaluate(network, dataset.test)
    assert test_events.Scalars("accuracy/accuracy")[-1].value == pytest.approx(result.accuracy)
    assert test_events.Scalars("cross_entropy/cross_entropy")[-1].value == pytest.approx(result.loss)
    spread = float(network.read()["fc1/weights"].std(dtype=np.float64))
    assert test_events.Scalars("fc1_layer/weight/stddev")[-1].value == pytest.approx(spread, rel=1e-4)
    assert {event.value for event in test_events.Scalars("fc1_layer/dropout_keep_probability")} == {1}


@pytest.mark.parametrize(("writer", "sample"), [("train", 20), ("test", 50)])
def test_histograms_are_of_the_weights_of_that_step_and_of_the_whole_sample(run, events, dataset, writer, sample):
    found = events(run, writer)
    network = network_at(run, 30)
    weights = network.read()["conv2/weights"]
    activations = network.activations(to_input(dataset.splits()[writer].images[:sample]))
    pairs = {"2nd_layer/conv2_layer/weight": weights, "1st_layer/conv1_layer/activations": activations["conv1"].numpy()}
    for tag, values in pairs.items():
        shown = found.Histograms(f"{tag}/histogram")[-1].histogram_value
        edges = [shown.min, *shown.bucket_limit]
        assert shown.bucket == np.histogram(values, edges)[0].tolist()
        assert (shown.num, shown.min, shown.max) == (values.size, values.min(), values.max())


@pytest.mark.parametrize("writer", ["train", "test"])
def test_pictures_decode_to_the_exact_pixels_on_the_scale_of_the_initial_network(run, events, dataset, writer):
    found = events(run, writer)
    images = dataset.splits()[writer].images
    config = load_trained(run, "last").config
    initial, last = Network(config.network, config.seed), network_at(run, 30)
    assert np.array_equal(decoded(found.Tensors("input/preprocess")[-1]), images[:10])
    first = initial.activations(to_input(dataset.train.images[:1]))
    now = last.activations(to_input(images[:1]))
    tags = {"conv1": "1st_layer/conv1_layer/activations/convolved", "pool2": "2nd_layer/pool2_layer/pooled"}
    for layer, tag in tags.items():
        white = float(first[layer].numpy()[..., :10].max())
        maps = np.moveaxis(now[layer].numpy()[0, :, :, :10], -1, 0)
        assert np.abs(decoded(found.Tensors(tag)[-1]).astype(int) - to_grey(maps, white)).max() <= 1
        assert f"white {white:.3g}" in found.SummaryMetadata(tag).summary_description
    for layer, tag in (("conv1", "1st_layer/conv1_layer"), ("conv2", "2nd_layer/conv2_layer")):
        white = 3 * float(initial.read()[f"{layer}/weights"].std())
        expected = to_signed_grey(kernels(layer, last.read()[f"{layer}/weights"]), white)
        assert np.array_equal(decoded(found.Tensors(f"{tag}/weight/filter")[-1]), expected)


def test_a_kernel_is_one_input_and_one_output_channel():
    weights = np.arange(5 * 5 * 3 * 12, dtype=np.float32).reshape(5, 5, 3, 12)
    found = kernels("conv2", weights)
    assert found.shape == (20, 5, 5)
    assert np.array_equal(found[1], weights[:, :, 1, 0])
    assert np.array_equal(found[3], weights[:, :, 0, 1])


def test_the_update_ratio_is_how_far_the_step_moved_the_weights(run, events, make_config, dataset):
    short = Run(list(train(make_config("steps=11", "checkpoints.every=1", "checkpoints.keep=20"), dataset))[-1].run)
    before, after = (network_at(short, step).read()["fc1/weights"] for step in (10, 11))
    ratio = events(short, "train").Scalars("fc1_layer/update_to_weight_ratio")[-1]
    assert ratio.step == 10
    assert ratio.value == pytest.approx(float(np.linalg.norm(after - before) / np.linalg.norm(before)), rel=1e-4)


def test_moderate_settings_write_less_but_every_loss(make_config, dataset, events):
    config = make_config("summaries.scalars_every=7", "summaries.every=15", "summaries.embeddings=0")
    run = Run(list(train(config, dataset))[-1].run)
    train_events = events(run, "train")
    assert steps_of(train_events.Scalars("cross_entropy/cross_entropy")) == list(range(30))
    assert steps_of(train_events.Scalars("fc1_layer/weight/mean")) == [0, 7, 14, 21, 28]
    assert steps_of(train_events.Scalars("fc1_layer/gradient_norm")) == [0, 7, 14, 21, 28]
    assert all(event.value > 0 for event in train_events.Scalars("fc1_layer/weight/stddev"))
    assert steps_of(train_events.Tensors("input/preprocess")) == [0, 15, 30]
    assert steps_of(events(run, "test").Tensors("input/preprocess")) == [0, 20, 30]
    assert train_events.Tags()["run_metadata"] == []
    assert not (run.tensorboard_path / "projector_config.pbtxt").exists()


def test_cadences_that_do_not_coincide_drop_nothing_and_survive_a_resume(make_config, dataset, events):
    cadence = ["eval_every=4", "summaries.every=5", "summaries.trace_every=3", "summaries.embeddings=0"]
    whole = Run(list(train(make_config("steps=14", *cadence), dataset))[-1].run)
    asked = itertools.count()
    part = Run(list(train(make_config("steps=14", *cadence), dataset, stop=lambda: next(asked) > 12))[-1].run)
    assert 0 < part.manifest()["results"]["step"] < 14
    list(resume(part, resumed_config(part), dataset))
    for run in (whole, part):
        train_events, test_events = events(run, "train"), events(run, "test")
        # The first evaluation from each multiple of 5 on, and the last.
        for tag in ("input/preprocess", "accuracy/confusion_matrix"):
            assert steps_of(test_events.Tensors(tag)) == [0, 8, 12, 14]
        assert steps_of(test_events.Histograms("fc1_layer/weight/histogram")) == [0, 8, 12, 14]
        assert steps_of(train_events.Tensors("input/preprocess")) == [0, 5, 10, 14]
        assert steps_of(train_events.Scalars("fc1_layer/update_to_weight_ratio")) == [0, 5, 10]
        assert train_events.Tags()["run_metadata"] == [f"step{step:03d}" for step in range(0, 14, 3)]


def test_the_viewer_keeps_every_set_of_pictures_also_of_a_run_whose_cadence_changed(make_config, dataset, events):
    def picture_sets(started):
        run = Run(started.run)
        return started.picture_sets, max(
            len(events(run, name).Tensors("input/preprocess")) for name in ("train", "test")
        )

    config = make_config("steps=9", "summaries.every=2", "summaries.embeddings=0", "eval_every=1")
    started = next(iter(whole := list(train(config, dataset))))
    assert picture_sets(started) == (6, 6)
    run = Run(whole[-1].run)
    changed = list(resume(run, resumed_config(run, ["steps=12", "summaries.every=100"]), dataset))
    assert picture_sets(changed[0]) == (8, 7)
    unchanged = list(resume(run, resumed_config(run), dataset))
    assert picture_sets(unchanged[0]) == (8, 7)
    off = make_config("steps=1", "summaries.enabled=false")
    assert next(iter(list(train(off, dataset)))).picture_sets == 0


def test_with_augmentation_the_sample_of_train_is_what_the_network_learns_from(make_config, dataset, events):
    config = make_config("steps=5", "summaries.every=5", "summaries.embeddings=0", "augmentation.rotation=40")
    run = Run(list(train(config, dataset))[-1].run)
    found = events(run, "train")
    batch = dataset.train.images[: config.batch_size]
    changed = Augmentation(config.augmentation, config.seed)(to_input(batch), tf.constant(0))
    shown = [decoded(event) for event in found.Tensors("input/preprocess")]
    assert len(shown) == 2
    for pictures in shown:
        assert np.array_equal(pictures, np.rint(255 * changed[:10, ..., 0]))
    assert not np.array_equal(shown[0], batch[:10])
    activations = network_at(run, 5).activations(changed)["fc1"].numpy()
    histogram = found.Histograms("fc1_layer/activations/histogram")[-1].histogram_value
    assert histogram.max == pytest.approx(activations.max(), rel=1e-2)
    assert np.array_equal(decoded(events(run, "test").Tensors("input/preprocess")[-1]), dataset.test.images[:10])


def test_a_unit_is_dead_if_it_is_zero_for_every_image_of_the_sample(run, events, dataset):
    network = Network(NetworkConfig(conv1=4, conv2=5, fc1=8), 0)
    network.biases["conv1"].assign([-100, 1, 1, -100])
    network.biases["fc1"].assign([-1e3] * 8)
    assert Observer(network)(dataset.test.images).dead == {"conv1": 0.5, "conv2": 0, "fc1": 1}
    activations = network_at(run, 30).activations(to_input(dataset.test.images[:50]))["fc1"].numpy()
    expected = float(np.mean(activations.max(axis=0) == 0))
    assert events(run, "test").Scalars("fc1_layer/activations/dead")[-1].value == pytest.approx(expected)


def test_with_averaging_test_shows_the_averaged_network_and_train_the_one_that_is_trained(make_config, dataset, events):
    run = Run(list(train(make_config("averaging.decay=0.9"), dataset))[-1].run)
    averaged = network_at(run, 30).read()["conv1/biases"]
    trained = checkpoints.load(run.checkpoints().path_of(30)).weights["conv1/biases"]
    assert not np.allclose(averaged.max(), trained.max(), rtol=1e-4)
    tag = "1st_layer/conv1_layer/bias"
    test_events, train_events = events(run, "test"), events(run, "train")
    assert test_events.Scalars(f"{tag}/max")[-1].value == averaged.max()
    assert test_events.Histograms(f"{tag}/histogram")[-1].histogram_value.max == averaged.max()
    assert train_events.Histograms(f"{tag}/histogram")[-1].histogram_value.max == trained.max()


def test_summaries_and_traces_change_no_bit_and_can_be_off(run, make_config, dataset):
    off = Run(list(train(make_config("summaries.enabled=false"), dataset))[-1].run)
    assert off.manifest()["results"]["weights_digest"] == run.manifest()["results"]["weights_digest"]
    assert off.metrics_path.read_bytes() == run.metrics_path.read_bytes()
    assert not off.tensorboard_path.exists()


@pytest.mark.parametrize(("killed_at", "goes_on_from"), [(10, 10), (14, 12), (24, 20)])
def test_a_run_that_was_killed_and_resumed_has_the_same_curves(
    run, events, make_config, dataset, monkeypatch, killed_at, goes_on_from
):
    monkeypatch.setattr(chunks, "_SECONDS_PER_CHUNK", 1e-9)
    session = train(make_config("summaries.trace_every=10"), dataset)
    killed = Run(next(session).run)
    while not (isinstance(event := next(session), CheckpointSaved | StepsDone) and event.step >= killed_at):
        pass
    session.close()
    while (newest := killed.checkpoints().steps()[-1]) > goes_on_from:
        shutil.rmtree(killed.checkpoints().path_of(newest))
    assert steps_of(events(killed, "train").Scalars("cross_entropy/cross_entropy"))[-1] == killed_at - 1
    list(resume(killed, resumed_config(killed), dataset))
    for writer in ("train", "test", "validation"):
        assert_same_curves(events(killed, writer), events(run, writer))


def assert_same_curves(found, expected):
    tags = found.Tags()
    assert tags == expected.Tags()
    assert tags["scalars"]
    for tag in tags["scalars"]:
        points, whole = ([(e.step, e.value) for e in events.Scalars(tag)] for events in (found, expected))
        assert points == whole, tag
    for tag in tags["histograms"]:
        shown, whole = ([(e.step, e.histogram_value) for e in events.Histograms(tag)] for events in (found, expected))
        assert shown == whole, tag
    for tag in tags["tensors"]:
        shown, whole = ([(e.step, e.tensor_proto) for e in events.Tensors(tag)] for events in (found, expected))
        assert shown == whole, tag


def test_a_run_that_is_given_summaries_only_when_it_goes_on_has_a_graph_and_one_that_had_it_keeps_the_only_one(
    make_config, dataset, events
):
    for enabled in ("true", "false"):
        config = make_config("steps=4", f"summaries.enabled={enabled}", "summaries.embeddings=0")
        run = Run(list(train(config, dataset))[-1].run)
        list(resume(run, resumed_config(run, ["steps=8", "summaries.enabled=true"]), dataset))
        list(resume(run, resumed_config(run, ["steps=10"]), dataset))
        assert len(events(run, "train").Graph().node) > 100
        files = run.tensorboard_path.glob("train/events.out.tfevents.*")
        found = [event for path in files for event in EventFileLoader(str(path)).Load() if event.HasField("graph_def")]
        assert len(found) == 1


def test_a_run_that_diverges_is_told_apart_in_the_table(make_config, dataset, events):
    config = make_config("learning_rate=1e12", "name=bad")
    with pytest.raises(Exception, match="learning_rate than 1e"):
        list(train(config, dataset))
    assert "_hparams_/session_end_info" in events(Run(config.log_dir / "bad"), "hparams").Tags()["tensors"]
    assert checkpoints.load(Run(config.log_dir / "bad").checkpoints().find("last")).step == 0
