"""Training: its events, its files, and that the same seed gives the same bits."""

from __future__ import annotations

import csv
import dataclasses
import gc
import itertools
import json

import numpy as np
import pytest
import tensorflow as tf

from mnistcnn.config.schema import load_config
from mnistcnn.data.dataset import Examples
from mnistcnn.data.sampling import batch_indices
from mnistcnn.errors import ConfigError, DivergedError, RunError
from mnistcnn.events import CheckpointSaved, Evaluated, RunFinished, RunStarted, StepsDone, Warned
from mnistcnn.network import precision
from mnistcnn.network.evaluator import evaluate
from mnistcnn.network.model import Network
from mnistcnn.network.precision import usable_precision
from mnistcnn.runs import checkpoint as checkpoints
from mnistcnn.runs.directory import Run
from mnistcnn.training import chunks, loop
from mnistcnn.training.loop import train
from mnistcnn.training.steps import TrainingSteps


@pytest.fixture
def config(tmp_path):
    def make(*overrides):
        small = [
            "network.conv1=3",
            "network.conv2=4",
            "network.fc1=16",
            "summaries.enabled=false",
            "batch_size=20",
            "learning_rate=3e-3",
        ]
        cadence = ["steps=12", "report_every=4", "eval_every=6", "checkpoints.every=5"]
        return load_config(None, [f"log_dir={tmp_path / 'runs'}", *small, *cadence, *overrides])

    return make


def of(kind, events):
    return [event for event in events if isinstance(event, kind)]


def run_of(events):
    return Run(of(RunStarted, events)[0].run)


def test_a_run_reports_evaluates_and_saves_when_it_should(config, tiny_dataset):
    events = list(train(config(), tiny_dataset))
    assert [event.step for event in of(StepsDone, events)] == [4, 8, 12]
    assert [(event.step, event.split) for event in of(Evaluated, events)] == [
        (step, split) for step in (0, 6, 12) for split in ("validation", "test")
    ]
    assert {0, 5, 10, 12} <= {event.step for event in of(CheckpointSaved, events)}
    assert isinstance(events[0], RunStarted)
    assert isinstance(events[-1], RunFinished)


def test_the_last_step_is_reported_evaluated_and_saved_off_the_beat(config, tiny_dataset):
    events = list(train(config("steps=7"), tiny_dataset))
    assert of(StepsDone, events)[-1].step == 7
    assert of(Evaluated, events)[-1].step == 7
    assert of(CheckpointSaved, events)[-1].step == 7


def test_a_run_keeps_to_its_number_of_threads(config, tiny_dataset, monkeypatch):
    asked = []
    monkeypatch.setattr(loop, "limit_threads", asked.append)
    run = run_of([next(train(config("threads=3"), tiny_dataset))])
    assert asked == [3]
    monkeypatch.setattr(loop, "check_resumable", lambda *_: None)
    loop.resume(run, config("threads=2"), tiny_dataset)
    assert asked == [3, 2]


def test_every_event_that_has_an_accuracy_names_the_data(config, tiny_dataset):
    events = list(train(config(), tiny_dataset))
    assert {event.data for event in events if hasattr(event, "accuracy")} == {"tiny"}
    assert events[-1].data == "tiny"


def test_a_network_learns(config, tiny_dataset):
    events = list(train(config("steps=100"), tiny_dataset))
    assert events[-1].test_accuracy > 0.9
    assert of(StepsDone, events)[-1].loss < of(StepsDone, events)[0].loss / 2


def test_metrics_manifest_and_events_agree_to_the_last_digit(config, tiny_dataset):
    events = list(train(config(), tiny_dataset))
    run = run_of(events)
    with run.metrics_path.open(newline="") as file:
        rows = [(int(r["step"]), r["split"], float(r["loss"]), float(r["accuracy"])) for r in csv.DictReader(file)]
    told = [(e.step, getattr(e, "split", "train"), e.loss, e.accuracy) for e in of((StepsDone, Evaluated), events)]
    assert rows == told
    finished = json.loads(json.dumps(dataclasses.asdict(events[-1]), default=str))
    results = run.manifest()["results"]
    assert results == {key: finished[key] for key in results}
    assert results["test_accuracy"] == told[-1][3]


def test_the_digest_in_the_manifest_is_of_the_weights_in_the_last_checkpoint(config, tiny_dataset):
    run = run_of(list(train(config(), tiny_dataset)))
    last = checkpoints.load(run.checkpoints().find("last"))
    assert checkpoints.weights_digest(last.weights) == run.manifest()["results"]["weights_digest"]


def test_the_same_seed_gives_the_same_weights_and_metrics_and_another_gives_others(config, tiny_dataset):
    one, same, other = (run_of(list(train(config(f"seed={s}"), tiny_dataset))) for s in (1, 1, 2))
    digests = [run.manifest()["results"]["weights_digest"] for run in (one, same, other)]
    assert digests[0] == digests[1] != digests[2]
    assert one.metrics_path.read_bytes() == same.metrics_path.read_bytes() != other.metrics_path.read_bytes()


@pytest.mark.parametrize(
    "recipe",
    [
        [],
        [
            "precision=bfloat16",
            "label_smoothing=0.1",
            "weight_decay=0.1",
            "schedule={kind: cosine, warmup: 2}",
            "averaging.decay=0.9",
            "augmentation={rotation: 10, scale: 0.1, shift: 1, shear: 0.1, elastic: 0.5}",
        ],
    ],
    ids=["plain", "everything"],
)
def test_how_many_steps_one_compiled_call_does_changes_no_bit(config, tiny_dataset, monkeypatch, recipe):
    one = run_of(list(train(config(*recipe), tiny_dataset)))
    monkeypatch.setattr(chunks, "_SECONDS_PER_CHUNK", 1e-9)
    other = run_of(list(train(config(*recipe), tiny_dataset)))
    assert one.manifest()["results"]["weights_digest"] == other.manifest()["results"]["weights_digest"]
    assert one.metrics_path.read_bytes() == other.metrics_path.read_bytes()


def test_the_reported_learning_rate_is_that_of_the_step_that_was_done_last(config, tiny_dataset):
    schedule = "schedule={kind: triangular, warmup: 3}"
    events = list(train(config("learning_rate=1", "eval_every=100", schedule), tiny_dataset))
    assert [e.learning_rate for e in of(StepsDone, events)] == pytest.approx([1, 1 - 4 / 9, 1 - 8 / 9])


def test_a_step_is_as_long_as_its_learning_rate(config, tiny_dataset):
    def moved_by_the_first_step(warmup):
        recipe = ["learning_rate=1e-3", "steps=2", "checkpoints.every=1", f"schedule.warmup={warmup}"]
        directory = run_of(list(train(config(*recipe), tiny_dataset))).checkpoints()
        before, after = (checkpoints.load(directory.path_of(step)).weights["fc2/biases"] for step in (0, 1))
        return np.abs(after - before).max()

    # The first step of Adam moves a weight by the learning rate, whatever the gradient.
    assert moved_by_the_first_step(warmup=0) == pytest.approx(1e-3, rel=1e-2)
    assert moved_by_the_first_step(warmup=1) == pytest.approx(5e-4, rel=1e-2)


def test_a_processor_without_bfloat16_trains_in_float32_with_a_warning(config, tiny_dataset, monkeypatch):
    monkeypatch.setattr(precision, "processor_flags", frozenset)
    plain = list(train(config(), tiny_dataset))
    events = list(train(config("precision=bfloat16"), tiny_dataset))
    (warning,) = of(Warned, events)
    assert "no bfloat16 arithmetic" in warning.message
    assert run_of(events).manifest()["precision"] == "float32"
    assert events[-1].weights_digest == plain[-1].weights_digest


@pytest.mark.skipif(usable_precision("bfloat16")[0] == "float32", reason="this processor has no bfloat16")
def test_bfloat16_trains_to_other_bits_and_learns_as_well(config, tiny_dataset):
    plain, rough = (list(train(config("steps=100", f"precision={p}"), tiny_dataset)) for p in ("float32", "bfloat16"))
    assert run_of(rough).manifest()["precision"] == "bfloat16"
    assert rough[-1].weights_digest != plain[-1].weights_digest
    assert rough[-1].test_accuracy > 0.9


def test_label_smoothing_keeps_the_loss_from_reaching_zero(config, tiny_dataset):
    events = list(train(config("steps=100", "label_smoothing=0.2", "keep_prob=1"), tiny_dataset))
    # The entropy of a target: 0.82 once and 0.02 nine times.
    assert 0.866 < of(StepsDone, events)[-1].loss < 1.0


def test_training_accuracy_is_of_the_batch_that_comes_next_without_dropout(config, tiny_dataset):
    events = list(train(config("steps=4", "keep_prob=0.5"), tiny_dataset))
    run = run_of(events)
    network = Network(config().network, seed=0)
    network.load(checkpoints.load(run.checkpoints().find("last")).weights)
    upcoming = batch_indices(0, 4, 1, 20, len(tiny_dataset.train))[0]
    batch = Examples(tiny_dataset.train.images[upcoming], tiny_dataset.train.labels[upcoming])
    assert of(StepsDone, events)[-1].accuracy == evaluate(network, batch).accuracy


def test_best_is_the_checkpoint_with_the_fewest_validation_errors_and_the_earliest_of_equals(config, tiny_dataset):
    events = list(train(config("steps=60", "eval_every=5"), tiny_dataset))
    validations = [event for event in of(Evaluated, events) if event.split == "validation"]
    best = min(validations, key=lambda event: event.errors)  # min() takes the first of equals.
    finished = events[-1]
    assert finished.best_step == best.step
    assert finished.best_validation_accuracy == best.accuracy
    test_then = next(e for e in of(Evaluated, events) if e.split == "test" and e.step == best.step)
    assert finished.best_test_accuracy == test_then.accuracy
    run = run_of(events)
    assert run.checkpoints().find("best").name == f"step-{best.step:07d}"


def test_the_test_split_has_no_say_in_what_is_best(config, tiny_dataset):
    scrambled = Examples(tiny_dataset.test.images, 9 - tiny_dataset.test.labels)
    honest, lied_to = (
        list(train(config("steps=30", "eval_every=3"), dataset))[-1]
        for dataset in (tiny_dataset, dataclasses.replace(tiny_dataset, test=scrambled))
    )
    assert honest.best_step == lied_to.best_step
    assert honest.weights_digest == lied_to.weights_digest
    assert honest.best_test_accuracy != lied_to.best_test_accuracy


def test_without_a_validation_split_the_newest_is_best(config, tiny_dataset):
    nothing = Examples(np.empty((0, 28, 28), np.uint8), np.empty(0, np.uint8))
    events = list(train(config(), dataclasses.replace(tiny_dataset, validation=nothing)))
    assert events[-1].best_step == 12
    assert events[-1].validation_accuracy is None
    assert {event.split for event in of(Evaluated, events)} == {"test"}


def test_a_fall_back_to_other_data_is_warned_of(config, tiny_dataset):
    events = list(train(config("steps=1"), dataclasses.replace(tiny_dataset, warning="these are not MNIST")))
    assert of(Warned, events) == [Warned("these are not MNIST")]


def test_a_batch_larger_than_the_training_set_is_refused_before_anything_is_written(config, tiny_dataset, tmp_path):
    with pytest.raises(ConfigError, match="batch_size: 241 is more than the training set has"):
        train(config("batch_size=241"), tiny_dataset)
    assert not (tmp_path / "runs").exists()


def test_an_existing_name_is_refused_before_the_first_event(config, tiny_dataset):
    list(train(config("name=mine", "steps=1"), tiny_dataset))
    with pytest.raises(RunError, match="never overwritten"):
        train(config("name=mine"), tiny_dataset)


def test_a_loss_that_is_not_finite_ends_the_run_and_keeps_what_was_saved(config, tiny_dataset, monkeypatch):
    steps = TrainingSteps.__call__

    def explode(self, step, indices):
        results = steps(self, step, indices)
        exploded = np.where(np.arange(step, step + len(indices)) >= 6, np.nan, results.losses)
        return dataclasses.replace(results, losses=exploded.astype(np.float32))

    monkeypatch.setattr(TrainingSteps, "__call__", explode)
    events = []
    with pytest.raises(DivergedError, match=r"the loss was nan at step 7; .*learning_rate"):
        events.extend(train(config("name=bad"), tiny_dataset))
    run = run_of(events)
    assert events[-1].state == run.manifest()["state"] == "diverged"
    assert events[-1].test_accuracy is None
    assert checkpoints.load(run.checkpoints().find("last")).step == 6


def test_a_learning_rate_that_is_far_too_high_diverges(config, tiny_dataset):
    with pytest.raises(DivergedError, match="learning_rate than 1e"):
        list(train(config("learning_rate=1e12"), tiny_dataset))


@pytest.mark.parametrize("cadence", ["checkpoints.every=2", "eval_every=2"])
def test_weights_that_became_nan_in_an_update_are_never_saved(config, tiny_dataset, monkeypatch, cadence):
    steps = TrainingSteps.__call__

    def spoil_the_update(self, step, indices):
        losses = steps(self, step, indices)
        if step + len(indices) == 2:
            self._network.biases["fc2"].assign(np.full(10, np.nan))
        return losses

    monkeypatch.setattr(TrainingSteps, "__call__", spoil_the_update)
    with pytest.raises(DivergedError, match="after step 2"):
        list(train(config("name=bad", "eval_every=100", "checkpoints.every=100", cadence), tiny_dataset))
    assert Run(config("name=bad").log_dir / "bad").checkpoints().steps() == [0]


def test_a_request_to_stop_saves_and_ends_as_interrupted(config, tiny_dataset):
    asked = itertools.count()
    events = list(train(config("steps=1000"), tiny_dataset, stop=lambda: next(asked) > 8))
    finished = events[-1]
    assert finished.state == "interrupted"
    assert 0 < finished.step < 1000
    last = checkpoints.load(run_of(events).checkpoints().find("last"))
    assert last.step == finished.step


def test_a_disk_that_fills_up_is_an_error_that_keeps_earlier_checkpoints(config, tiny_dataset, monkeypatch):
    save = checkpoints.save

    def full_disk(path, checkpoint):
        if checkpoint.step >= 6:
            raise OSError(28, "No space left on device", str(path))
        return save(path, checkpoint)

    monkeypatch.setattr(checkpoints, "save", full_disk)
    events = []
    with pytest.raises(RunError, match=r"step-000\d+: cannot write: No space left on device"):
        events.extend(train(config(), tiny_dataset))
    run = run_of(events)
    assert run.manifest()["state"] == "failed"
    assert checkpoints.load(run.checkpoints().find("last")).step == 5


def test_leaving_early_releases_the_lock_and_marks_the_run(config, tiny_dataset):
    events = train(config(), tiny_dataset)
    run = Run(next(events).run)
    assert run.is_locked()
    events.close()
    assert not run.is_locked()
    assert run.manifest()["state"] == "interrupted"


@pytest.mark.parametrize("summaries", ["summaries.enabled=false", "summaries.trace_every=6"])
def test_a_run_leaves_nothing_behind_in_the_process(config, tiny_dataset, summaries):
    """TensorFlow's registries once kept the weights, slots and images of every run in a process."""

    def graphs_after_a_run(seed):
        list(train(config(f"seed={seed}", "summaries.enabled=true", summaries), tiny_dataset))
        gc.collect()
        return sum(isinstance(each, tf.Graph) for each in gc.get_objects())

    graphs_after_a_run(0)  # What belongs to the operations and not to a run is traced here.
    assert graphs_after_a_run(1) == graphs_after_a_run(2)


def test_a_card_that_cannot_be_used_is_a_warning_of_the_run(config, tiny_dataset, nvidia_smi):
    nvidia_smi(cuda="11.4")
    text = "TensorFlow cannot use NVIDIA GeForce RTX 3090, so this trains on the CPU"
    warned = of(Warned, list(train(config("steps=1"), tiny_dataset)))
    assert any(text in warning.message for warning in warned)
    warned = of(Warned, list(train(config("steps=1", "devices=cpu"), tiny_dataset)))
    assert not any(text in warning.message for warning in warned)


def test_a_run_that_learned_nothing_warns_before_its_end(config, tiny_dataset):
    *_, warned, finished = train(config("learning_rate=10"), tiny_dataset)
    assert isinstance(warned, Warned)
    assert "no better than always giving the most frequent digit: 10.00 %" in warned.message
    assert "checkpoints/best, of step" in warned.message
    assert warned.message.endswith("try a lower learning_rate than 10, or more steps")
    assert (finished.chance_accuracy, finished.no_better_than) == (0.1, "chance")
    assert run_of_finished(finished).manifest()["results"]["no_better_than"] == "chance"


def run_of_finished(event):
    return Run(event.run)


def test_a_run_that_learned_has_no_such_warning(config, tiny_dataset):
    events = list(train(config("steps=60", "keep_prob=1", "learning_rate=1e-2"), tiny_dataset))
    assert (of(Warned, events), events[-1].no_better_than) == ([], None)
