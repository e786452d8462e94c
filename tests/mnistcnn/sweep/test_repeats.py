from statistics import fmean

import pytest

from mnistcnn.errors import ConfigError, DivergedError
from mnistcnn.events import Evaluated, RunFinished, RunStarted, SeedStarted, SweepStarted, TrialFinished, TrialStarted
from mnistcnn.runs.directory import Run
from mnistcnn.runs.finding import find_runs
from mnistcnn.sweep.running import sweep
from mnistcnn.sweep.settings import load_sweep
from tests.mnistcnn.sweep import conftest
from tests.mnistcnn.sweep.test_running import of, plots, work  # noqa: F401 - A fixture.


@pytest.fixture(autouse=True)
def seeds_differ(monkeypatch):
    """Each seed is a little better than the one before."""
    alone = conftest.accuracy
    monkeypatch.setattr(conftest, "accuracy", lambda config: alone(config) + config.seed / 1000)


def test_a_trial_is_a_run_for_each_seed_and_counts_with_their_mean(settings, tiny_dataset, training, tmp_path):
    events = work(settings(trials=2, repeats=3, config={**small(), "seed": 4}), tiny_dataset, training)
    names = [f"sweep-{trial:04}-seed{seed}" for trial in (0, 1) for seed in (4, 5, 6)]
    assert sorted(run.name for run in find_runs(tmp_path / "runs")) == names
    result = of(TrialFinished, events)[0].result
    expected = [conftest.accuracy(config) for config in training.configs[:3]]
    assert [repeat.validation_accuracy for repeat in result.repeats] == expected
    assert [repeat.seed for repeat in result.repeats] == [4, 5, 6]
    assert result.validation_accuracy == fmean(expected)
    assert result.test_accuracy == pytest.approx(fmean(expected) + 0.01)
    assert (result.run, result.best_step) == (result.repeats[2].run, 40)
    assert result.run.name == names[2]
    assert {run.manifest()["sweep"]["trial"] for run in map(Run, (each.run for each in result.repeats))} == {0}


def small():
    return {"steps": 40, "eval_every": 10, "batch_size": 20}


def test_seeds_take_turns_and_their_events_can_be_told_apart(settings, tiny_dataset, training):
    events = work(settings(trials=1, repeats=2), tiny_dataset, training)
    seed, seen = None, []
    for event in events:
        if isinstance(event, SeedStarted):
            seed = event.seed
        elif isinstance(event, RunStarted | RunFinished):
            assert (event.run).name.endswith(f"seed{seed}")
        elif isinstance(event, Evaluated) and event.split == "validation":
            seen.append((event.step, seed))
    assert seen == [(step, seed) for step in (0, 10, 20, 30, 40) for seed in (0, 1)]


def test_a_trial_is_stopped_by_its_mean_and_with_it_all_of_its_runs(settings, tiny_dataset, training, monkeypatch):
    # Seed 0 of every trial is as good as the best; only the mean tells them apart.
    monkeypatch.setattr(conftest, "accuracy", lambda config: 0.9 - 40 * config.seed * (0.01 - config.learning_rate))
    space = {"learning_rate": {"choice": [1e-2, 1e-3]}, "label_smoothing": {"choice": [0.0, 0.01, 0.02, 0.03, 0.04]}}
    settled = settings(sampler="grid", trials=10, repeats=2, space=space, pruner="median", prune_after=20)
    events = work(settled, tiny_dataset, training)
    stopped = [event.result for event in of(TrialFinished, events) if event.result.state == "pruned"]
    assert stopped
    assert {result.params["learning_rate"] for result in stopped} == {1e-3}
    for result in stopped:
        assert [Run(repeat.run).manifest()["state"] for repeat in result.repeats] == ["pruned", "pruned"]
        assert {repeat.best_step for repeat in result.repeats} == {20}
    assert events[-1].pruned + events[-1].finished == 10


def test_a_stopped_sweep_tries_the_whole_trial_again(settings, tiny_dataset, training):
    def during(config, step):
        training.stopped = len(training.configs) == 4 and step == 20

    training.during = during
    events = work(settings(trials=2, repeats=2), tiny_dataset, training)
    assert [event.result.state for event in of(TrialFinished, events)] == ["finished", "interrupted"]
    interrupted = training.configs[3]
    training.stopped, training.during = False, lambda config, step: None
    events = work(settings(trials=2, repeats=2), tiny_dataset, training)
    assert of(SweepStarted, events)[0].done == 1
    assert of(TrialStarted, events)[0].params["learning_rate"] == interrupted.learning_rate
    assert [config.seed for config in training.configs[4:]] == [0, 1]
    assert (events[-1].finished, events[-1].retries) == (2, 1)


def test_a_process_that_ends_at_once_leaves_no_run_that_seems_to_train(settings, tiny_dataset, training, tmp_path):
    events = sweep(settings(repeats=2), tiny_dataset, training, training.stop)
    while not (isinstance(event := next(events), Evaluated) and event.step == 20):
        pass
    events.close()
    assert {run.manifest()["state"] for run in find_runs(tmp_path / "runs")} == {"interrupted"}


def test_a_seed_that_diverges_ends_its_trial(settings, tiny_dataset, training, tmp_path):
    def during(config, step):
        if config.seed == 1 and step == 10 and len(training.configs) == 3:
            raise DivergedError("the loss was nan")

    training.during = during
    finished = work(settings(trials=2, repeats=3), tiny_dataset, training)[-1]
    assert (finished.diverged, finished.finished, finished.retries) == (1, 1, 0)
    other = Run(tmp_path / "runs" / "sweep-0000-seed0").manifest()
    assert (other["state"], other["reason"]) == ("pruned", "another seed of the trial: the loss was nan")


def test_a_study_is_not_continued_with_another_number_of_seeds(settings, tiny_dataset, training):
    work(settings(trials=1), tiny_dataset, training)
    with pytest.raises(ConfigError, match="with another repeats"):
        work(settings(trials=1, repeats=2), tiny_dataset, training)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("repeats: 2\nspace: {seed: {integer: [0, 9]}}", "'seed' cannot vary: repeats: 2 trains every trial with as"),
        ("repeats: 0\nspace: {seed: {integer: [0, 9]}}", "repeats: must be between 1 and 100, got 0"),
        (
            "repeats: 3\nconfig: {seed: 2147483646}\nspace: {keep_prob: {choice: [0.5]}}",
            "config.seed: 2147483646 and 2 more go beyond the largest seed, 2147483647",
        ),
    ],
)
def test_what_does_not_go_together_is_one_clear_line(sweep_file, text, said):
    with pytest.raises(ConfigError, match=said):
        load_sweep(sweep_file(text))
