"""A run that was stopped goes on to the same bits, or says why it cannot."""

from __future__ import annotations

import dataclasses
import itertools
import random
import shutil
import zlib

import numpy as np
import pytest

from mnistcnn.config.schema import load_config
from mnistcnn.errors import CheckpointError, ConfigError, RunError
from mnistcnn.events import CheckpointSaved, Evaluated, RunStarted, StepsDone, Warned
from mnistcnn.network.weights import weights_digest
from mnistcnn.runs import checkpoint as checkpoints
from mnistcnn.runs.directory import Run
from mnistcnn.runs.resuming import environment_warning, record_resume, resumed_config
from mnistcnn.runs.trained import load_trained
from mnistcnn.training import chunks
from mnistcnn.training.loop import resume, train

SETTINGS = [
    "network.conv1=3",
    "network.conv2=4",
    "network.fc1=16",
    "summaries.enabled=false",
    "batch_size=20",
    "learning_rate=3e-3",
    "steps=30",
    "report_every=4",
    "eval_every=10",
    "checkpoints.every=7",
]
RECIPES = {
    "plain": [],
    "everything": [
        "precision=bfloat16",
        "label_smoothing=0.1",
        "weight_decay=0.1",
        "schedule={kind: triangular, warmup: 5}",
        "averaging.decay=0.9",
        "augmentation={rotation: 10, scale: 0.1, shift: 1, shear: 0.1, elastic: 0.5}",
    ],
}


@pytest.fixture
def recipe():
    return RECIPES["plain"]


@pytest.fixture
def config(tmp_path, recipe):
    return lambda *overrides: load_config(None, [f"log_dir={tmp_path / 'runs'}", *SETTINGS, *recipe, *overrides])


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """What was trained once for all tests of a recipe."""
    return tmp_path_factory.mktemp("trained")


@pytest.fixture
def uninterrupted(config, recipe, tiny_dataset, tmp_path, trained):
    """A copy of a run that was never stopped."""
    name = f"recipe-{zlib.crc32(repr(recipe).encode())}"
    if not (trained / name).exists():
        list(train(config(f"log_dir={trained}", f"name={name}"), tiny_dataset))
    return Run(shutil.copytree(trained / name, tmp_path / "runs" / name, symlinks=True))


@pytest.fixture(autouse=True)
def short_calls(monkeypatch):
    """Ask whether to stop after every single step."""
    monkeypatch.setattr(chunks, "_SECONDS_PER_CHUNK", 1e-9)


def stop_after(answers):
    asked = itertools.count()
    return lambda: next(asked) >= answers


def train_until(config, dataset, answers):
    return Run(list(train(config, dataset, stop_after(answers)))[-1].run)


def assert_same_end(run, uninterrupted):
    assert run.manifest()["state"] == "finished"
    assert run.manifest()["results"]["weights_digest"] == uninterrupted.manifest()["results"]["weights_digest"]
    assert run.metrics_path.read_bytes() == uninterrupted.metrics_path.read_bytes()
    taken = [{path.name: path.read_bytes() for path in each.snapshots_path.iterdir()} for each in (run, uninterrupted)]
    assert taken[0] == taken[1]
    for result in ("test_accuracy", "best_step", "best_validation_accuracy", "best_test_accuracy"):
        assert run.manifest()["results"][result] == uninterrupted.manifest()["results"][result]
    for which in ("best", "last"):
        assert load_trained(run, which).digest == load_trained(uninterrupted, which).digest


# 0 to 3: in the first evaluation; then after a step, on and off the beat of reports and evaluations, or in them.
@pytest.mark.parametrize("answers", [0, 1, 3, 5, 9, 14, 15, 16, 24, 36])
def test_wherever_a_run_is_stopped_it_ends_with_the_same_bits(config, tiny_dataset, uninterrupted, answers):
    run = train_until(config(), tiny_dataset, answers)
    assert run.manifest()["state"] == "interrupted"
    list(resume(run, resumed_config(run), tiny_dataset))
    assert_same_end(run, uninterrupted)


@pytest.mark.parametrize("recipe", RECIPES.values(), ids=RECIPES)
def test_a_run_that_is_stopped_again_and_again_ends_with_the_same_bits(config, tiny_dataset, uninterrupted):
    draw = random.Random(0)
    run = train_until(config(), tiny_dataset, 4)
    while run.manifest()["state"] == "interrupted":
        list(resume(run, resumed_config(run), tiny_dataset, stop_after(draw.randint(2, 9))))
    assert_same_end(run, uninterrupted)
    assert len(run.manifest()["resumed"]) > 3
    whole, parts = (checkpoints.load(each.checkpoints().find("last")) for each in (uninterrupted, run))
    for kind in ("weights", "slots", "evaluated_weights"):
        for name, array in getattr(whole, kind).items():
            np.testing.assert_array_equal(getattr(parts, kind)[name], array)


def test_a_resumed_run_says_where_it_goes_on_and_repeats_nothing(config, tiny_dataset):
    run = train_until(config(), tiny_dataset, 16)
    step = run.checkpoints().steps()[-1]
    events = list(resume(run, resumed_config(run), tiny_dataset))
    assert isinstance(events[0], RunStarted)
    assert events[0].step == step > 0
    assert all(event.step > step for event in events if isinstance(event, (StepsDone, CheckpointSaved)))
    assert run.manifest()["resumed"][0]["step"] == step


def test_a_run_that_was_killed_before_its_first_checkpoint_begins_again(config, tiny_dataset, uninterrupted):
    events = train(config(), tiny_dataset)
    run = Run(next(event.run for event in events if isinstance(event, RunStarted)))
    next(event for event in events if isinstance(event, Evaluated))
    events.close()
    assert run.checkpoints().steps() == []
    list(resume(run, resumed_config(run), tiny_dataset))
    assert_same_end(run, uninterrupted)


def test_rows_and_checkpoints_behind_a_damaged_checkpoint_are_made_again(config, tiny_dataset, uninterrupted):
    run = train_until(config(), tiny_dataset, 28)
    *_, older, newest = run.checkpoints().steps()
    weights = run.checkpoints().path_of(newest) / "weights.npz"
    weights.write_bytes(weights.read_bytes()[:-1])
    events = list(resume(run, resumed_config(run), tiny_dataset))
    assert events[0].step == older
    (warned,) = (event for event in events if isinstance(event, Warned))
    assert f"step-{newest:07d}/weights.npz: damaged" in warned.message
    assert f"from step {older}" in warned.message
    assert_same_end(run, uninterrupted)


def test_no_intact_checkpoint_is_an_error_and_the_run_stays_as_it_is(config, tiny_dataset):
    run = train_until(config(), tiny_dataset, 16)
    for step in run.checkpoints().steps():
        (run.checkpoints().path_of(step) / "optimizer.npz").unlink()
    before = {path: path.read_bytes() for path in run.path.rglob("*") if path.is_file()}
    with pytest.raises(CheckpointError, match="no intact checkpoint"):
        list(resume(run, resumed_config(run), tiny_dataset))
    assert before == {path: path.read_bytes() for path in run.path.rglob("*") if path.is_file()}


@pytest.mark.parametrize("folder_is_left", [True, False])
def test_a_run_whose_checkpoints_are_gone_is_not_begun_again_and_stays_as_it_is(
    uninterrupted, tiny_dataset, folder_is_left
):
    shutil.rmtree(uninterrupted.checkpoints_path)
    if folder_is_left:
        uninterrupted.checkpoints_path.mkdir()
    before = {path: path.read_bytes() for path in uninterrupted.path.rglob("*") if path.is_file()}
    with pytest.raises(CheckpointError, match="no checkpoint is left of this run; put them back, or start anew with"):
        list(resume(uninterrupted, resumed_config(uninterrupted), tiny_dataset))
    assert before == {path: path.read_bytes() for path in uninterrupted.path.rglob("*") if path.is_file()}


def test_more_steps_extend_a_finished_run_as_if_it_had_been_that_long(config, tiny_dataset):
    longer = Run(list(train(config("steps=40"), tiny_dataset))[-1].run)
    run = Run(list(train(config("steps=20"), tiny_dataset))[-1].run)
    list(resume(run, resumed_config(run, options={"steps": 40}), tiny_dataset))
    assert run.manifest()["results"]["weights_digest"] == longer.manifest()["results"]["weights_digest"]
    assert run.metrics_path.read_bytes() == longer.metrics_path.read_bytes()
    assert load_config(run.config_path).steps == 40
    assert run.manifest()["resumed"][0]["changes"] == {"steps": [20, 40]}


def test_a_finished_run_has_nothing_left_to_do_and_says_how_good_it_is(config, tiny_dataset, uninterrupted):
    metrics = uninterrupted.metrics_path.read_bytes()
    before = uninterrupted.manifest()["results"]
    finished = list(resume(uninterrupted, resumed_config(uninterrupted), tiny_dataset))[-1]
    assert finished.state == "finished"
    assert finished.test_accuracy == before["test_accuracy"]
    assert finished.weights_digest == before["weights_digest"]
    assert uninterrupted.metrics_path.read_bytes() == metrics


@pytest.mark.parametrize(
    "change",
    [
        "steps=31",
        "report_every=5",
        "eval_every=7",
        "threads=1",
        "checkpoints.keep=2",
        "checkpoints.every=1m",
        "summaries.every=5",
    ],
)
def test_what_does_not_decide_the_numbers_may_change(uninterrupted, change):
    config = resumed_config(uninterrupted, [change])
    assert config == load_config(uninterrupted.config_path, [change])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("seed=1", "seed: a resumed run keeps its seed, which is 0, not 1"),
        ("batch_size=10", "batch_size: a resumed run keeps its batch_size, which is 20, not 10"),
        ("learning_rate=1e-5", "learning_rate: a resumed run keeps its learning_rate, which is 0.003, not 1e-05"),
        ("keep_prob=1", "keep_prob: a resumed run keeps its keep_prob, which is 0.5, not 1.0"),
        ("precision=bfloat16", "precision: a resumed run keeps its precision, which is 'float32', not 'bfloat16'"),
        ("averaging.decay=0.5", r"averaging\.decay: a resumed run keeps its averaging\.decay, which is 0\.0, not 0\.5"),
        ("network.fc1=17", r"network\.fc1: a resumed run keeps its network\.fc1, which is 16, not 17"),
        ("data.validation_size=1", r"data\.validation_size: a resumed run keeps"),
    ],
)
def test_what_decides_the_numbers_may_not(uninterrupted, change, message):
    with pytest.raises(ConfigError, match=message):
        resumed_config(uninterrupted, [change])


@pytest.mark.parametrize("recipe", [["schedule.kind=cosine"]])
def test_a_falling_learning_rate_keeps_its_steps(uninterrupted):
    with pytest.raises(
        ConfigError, match=r"keeps its steps, which are 30, not 31, because its schedule\.kind is cosine"
    ):
        resumed_config(uninterrupted, ["steps=31"])
    assert resumed_config(uninterrupted, ["steps=30", "report_every=1"]).report_every == 1


@pytest.mark.parametrize("recipe", [["schedule.warmup=3"]])
def test_a_warm_up_alone_lets_steps_change(uninterrupted):
    assert resumed_config(uninterrupted, ["steps=40"]).steps == 40


def test_every_forbidden_change_is_named_at_once(uninterrupted):
    with pytest.raises(ConfigError) as refused:
        resumed_config(uninterrupted, ["seed=1", "keep_prob=1", "steps=50"])
    assert [problem.partition(":")[0] for problem in refused.value.problems] == ["keep_prob", "seed"]


def test_other_data_is_refused_even_under_the_same_name(uninterrupted, tiny_dataset):
    other = dataclasses.replace(tiny_dataset, checksums={"train-images-idx3-ubyte": "1" * 64})
    with pytest.raises(RunError, match="is not the same data"):
        resume(uninterrupted, resumed_config(uninterrupted), other)


def test_fewer_steps_than_are_done_are_refused(uninterrupted, tiny_dataset):
    with pytest.raises(RunError, match="steps: 5 is less than the 30 that are done"):
        resume(uninterrupted, resumed_config(uninterrupted, ["steps=5"]), tiny_dataset)


def test_a_run_in_use_is_refused_and_not_touched(uninterrupted, tiny_dataset):
    before = uninterrupted.manifest()
    with uninterrupted.locked(), pytest.raises(RunError, match="in use"):
        list(resume(uninterrupted, resumed_config(uninterrupted), tiny_dataset))
    assert uninterrupted.manifest() == before


def test_the_digest_of_a_checkpoint_is_that_of_its_weights(uninterrupted):
    trained = load_trained(uninterrupted, "last")
    assert trained.digest == weights_digest(trained.network.read())


def test_a_resume_elsewhere_warns_once_and_is_recorded(config, tiny_dataset):
    run = train_until(config(), tiny_dataset, 9)
    machine = run.manifest()["machine"]
    run.update_manifest({"machine": {**machine, "onednn": not machine["onednn"], "memory_bytes": 1}})
    (warned,) = (event for event in resume(run, config(), tiny_dataset, stop_after(4)) if isinstance(event, Warned))
    assert "can differ in their last bits" in warned.message
    assert [line.split(":")[0] for line in warned.message.splitlines()[1:]] == ["machine.onednn"]
    assert run.manifest()["resumed"][0]["environment"]["machine"] == machine
    assert not [event for event in resume(run, config(), tiny_dataset) if isinstance(event, Warned)]


def test_other_threads_alone_are_told_and_as_many_as_before_are_not(uninterrupted):
    config = resumed_config(uninterrupted)
    cores = uninterrupted.manifest()["machine"]["cores"]
    as_many, more = (config.model_copy(update={"threads": count}) for count in (cores, cores + 1))
    assert environment_warning(uninterrupted, as_many) is None
    assert environment_warning(uninterrupted, more).splitlines()[1:] == [f"threads: was {cores}, is {cores + 1}"]
    record_resume(uninterrupted, more, 30)
    assert environment_warning(uninterrupted, more) is None
    assert environment_warning(uninterrupted, config).splitlines()[1:] == [f"threads: was {cores + 1}, is {cores}"]


def test_a_run_that_begins_again_elsewhere_loses_no_bits_and_says_nothing(config, tiny_dataset):
    events = train(config(), tiny_dataset)
    run = Run(next(event.run for event in events if isinstance(event, RunStarted)))
    events.close()
    run.update_manifest({"machine": {**run.manifest()["machine"], "processor": "another"}})
    assert not [event for event in resume(run, config(), tiny_dataset) if isinstance(event, Warned)]
