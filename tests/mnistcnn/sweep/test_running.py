import gc
import json

import optuna
import pytest

from mnistcnn.errors import ConfigError, DivergedError, RunError
from mnistcnn.events import RunFinished, SweepFinished, SweepStarted, TrialFinished, TrialStarted, Warned
from mnistcnn.runs.directory import Run
from mnistcnn.runs.finding import find_runs
from mnistcnn.runs.listing import summarize
from mnistcnn.sweep.journal import open_journal
from mnistcnn.sweep.leases import JournalLock
from mnistcnn.sweep.running import sweep
from mnistcnn.sweep.study import SharedStudy
from tests.mnistcnn.sweep.conftest import accuracy


@pytest.fixture(autouse=True)
def plots(request, monkeypatch):
    """No plots, which take most of the time; test_plots.py looks at them."""
    if "plots" not in request.node.name:
        monkeypatch.setattr("mnistcnn.sweep.running.draw_plots", lambda study, log_dir: ())


def of(kind, events):
    return [event for event in events if isinstance(event, kind)]


def work(settings, tiny_dataset, training):
    return list(sweep(settings, tiny_dataset, training, training.stop))


def test_every_trial_is_a_run_of_its_own_with_the_study_in_its_manifest(settings, tiny_dataset, training, tmp_path):
    events = work(settings(), tiny_dataset, training)
    runs = {run.name: run for run in find_runs(tmp_path / "runs")}
    assert sorted(runs) == [f"sweep-{number:04}" for number in range(4)]
    for event in of(TrialFinished, events):
        told = runs[event.result.run.name].manifest()["sweep"]
        assert (told["study"], told["trial"]) == ("sweep", event.result.trial)
        assert told["params"] == event.result.params
        config = training.configs[event.result.trial]
        assert config.learning_rate == told["params"]["learning_rate"]
        assert config.network.fc1 == told["params"]["network.fc1"]


def test_validation_decides_and_the_test_accuracy_only_stands_beside(settings, tiny_dataset, training):
    finished = work(settings(trials=6), tiny_dataset, training)[-1]
    expected = sorted(map(accuracy, training.configs), reverse=True)
    assert [result.validation_accuracy for result in finished.best] == expected
    assert [result.test_accuracy for result in finished.best] == [value + 0.01 for value in expected]
    assert {result.best_step for result in finished.best} == {40}


def test_a_study_goes_on_where_it_was_and_can_grow(settings, tiny_dataset, training):
    work(settings(trials=2), tiny_dataset, training)
    events = work(settings(trials=5), tiny_dataset, training)
    assert of(SweepStarted, events)[0].done == 2
    assert [event.trial for event in of(TrialStarted, events)] == [2, 3, 4]
    assert work(settings(trials=5), tiny_dataset, training)[-1].finished == 5
    assert len(training.configs) == 5


def test_what_a_trial_is_given_follows_from_the_seed_and_its_place(settings, tiny_dataset, training, tmp_path):
    for name, seed in (("a", 7), ("b", 7), ("c", 8)):
        work(settings(sampler="random", seed=seed, log_dir=tmp_path / name), tiny_dataset, training)
    drawn = [config.learning_rate for config in training.configs]
    assert drawn[:4] == drawn[4:8]
    assert not set(drawn[:4]) & set(drawn[8:])


def test_tpe_finds_more_than_the_same_number_of_random_trials(settings, tiny_dataset, training, tmp_path):
    found = {}
    for sampler in ("random", "tpe"):
        log_dir = tmp_path / sampler
        settled = settings(sampler=sampler, trials=20, log_dir=log_dir, config={"steps": 10, "eval_every": 10})
        found[sampler] = work(settled, tiny_dataset, training)[-1].best[0].validation_accuracy
    assert found["tpe"] >= found["random"]


def test_a_grid_tries_every_combination_once(settings, tiny_dataset, training):
    space = {"learning_rate": {"choice": [1e-3, 1e-2]}, "batch_size": {"integer": [10, 20], "step": 5}}
    finished = work(settings(sampler="grid", trials=99, space=space), tiny_dataset, training)[-1]
    assert finished.trials == finished.finished == 6
    tried = {(config.learning_rate, config.batch_size) for config in training.configs}
    assert tried == {(rate, size) for rate in (1e-3, 1e-2) for size in (10, 15, 20)}


def test_a_trial_below_the_median_is_stopped_and_its_run_says_so(settings, tiny_dataset, training):
    space = {"learning_rate": {"choice": [1e-2, 1e-4]}, "seed": {"integer": [0, 9]}}
    settled = settings(sampler="grid", trials=20, space=space, pruner="median", prune_after=20)
    events = work(settled, tiny_dataset, training)
    stopped = [event.result for event in of(TrialFinished, events) if event.result.state == "pruned"]
    assert stopped
    assert {result.params["learning_rate"] for result in stopped} == {1e-4}
    assert {result.best_step for result in stopped} == {20}
    assert events[-1].pruned + events[-1].finished == 20
    run = Run(stopped[0].run)
    assert run.manifest()["state"] == "pruned"
    assert summarize(run).state == "pruned"
    assert "pruned" in {event.state for event in of(RunFinished, events)}


def test_hyperband_stops_some_and_finishes_some(settings, tiny_dataset, training):
    finished = work(settings(trials=20, pruner="hyperband"), tiny_dataset, training)[-1]
    assert finished.pruned > 0
    assert finished.finished > 0
    assert finished.pruned + finished.finished == 20


def test_a_trial_that_diverges_is_not_tried_again(settings, tiny_dataset, training):
    def during(config, step):
        if len(training.configs) == 2 and step:
            raise DivergedError("the loss was nan")

    training.during = during
    finished = work(settings(), tiny_dataset, training)[-1]
    assert (finished.diverged, finished.finished, finished.retries) == (1, 3, 0)
    assert len(training.configs) == 4


def test_a_stopped_sweep_queues_its_trial_again_with_the_same_values(settings, tiny_dataset, training):
    def during(config, step):
        training.stopped = len(training.configs) == 2 and step == 20

    training.during = during
    events = work(settings(), tiny_dataset, training)
    assert [event.result.state for event in of(TrialFinished, events)] == ["finished", "interrupted"]
    assert events[-1].finished == 1
    interrupted = training.configs[1]
    training.stopped, training.during = False, lambda config, step: None
    events = work(settings(), tiny_dataset, training)
    again = of(TrialStarted, events)[0]
    assert again.retry_of == 1
    assert again.params["learning_rate"] == interrupted.learning_rate
    assert (events[-1].finished, events[-1].retries) == (4, 1)
    assert len(training.configs) == 5


def test_a_trial_that_fails_ends_this_process_and_is_left_for_another(settings, tiny_dataset, training):
    def during(config, step):
        raise RunError("the disk is full")

    training.during = during
    for _ in range(3):
        with pytest.raises(RunError, match="the disk is full"):
            work(settings(trials=1), tiny_dataset, training)
    finished = work(settings(trials=1), tiny_dataset, training)[-1]
    assert (finished.failed, finished.finished) == (1, 0)
    assert len({config.learning_rate for config in training.configs}) == 1


def test_runs_of_another_study_of_this_name_are_told_before_the_first_trial(settings, tiny_dataset, training, tmp_path):
    work(settings(trials=2), tiny_dataset, training)
    other = settings(trials=3, storage=str(tmp_path / "other"))
    for _ in range(2):
        with pytest.raises(RunError, match=r"sweep-0000: exists already.*choose another --study or --log-dir"):
            work(other, tiny_dataset, training)
    assert SharedStudy(other, {"name": "tiny", "sha256": dict(tiny_dataset.checksums)}).made == 0
    assert work(settings(trials=3), tiny_dataset, training)[-1].finished == 3


@pytest.mark.parametrize("repeats", [1, 2])
def test_a_run_that_appears_in_the_way_of_a_trial_does_not_count_as_a_failure(
    settings, tiny_dataset, training, tmp_path, repeats
):
    settled = settings(trials=1, repeats=repeats)
    for number in range(4):
        events = sweep(settled, tiny_dataset, training, training.stop)
        next(events)
        path = tmp_path / "runs" / (f"sweep-{number:04}" if repeats == 1 else f"sweep-{number:04}-seed1")
        path.mkdir(parents=True)
        with pytest.raises(RunError, match="exists already, and is not of this study; choose another --study"):
            list(events)
    finished = work(settled, tiny_dataset, training)[-1]
    assert (finished.finished, finished.failed, finished.retries) == (1, 0, 4)


def test_a_process_that_stops_at_once_gives_its_trial_back(settings, tiny_dataset, training):
    events = sweep(settings(), tiny_dataset, training, training.stop)
    while not isinstance(next(events), TrialStarted):
        pass
    next(events)
    events.close()
    training.configs.clear()
    finished = work(settings(), tiny_dataset, training)[-1]
    assert (finished.finished, finished.retries) == (4, 1)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"space": {"keep_prob": {"uniform": [0.1, 0.9]}}}, "another space"),
        ({"sampler": "random"}, "another sampler"),
        ({"config": {"steps": 50, "eval_every": 10, "batch_size": 20}}, "another config.steps"),
    ],
)
def test_a_study_that_is_about_something_else_is_not_joined(settings, tiny_dataset, training, changes, said):
    work(settings(), tiny_dataset, training)
    with pytest.raises(ConfigError, match=f"{said}; choose another --study"):
        work(settings(**changes), tiny_dataset, training)


def test_a_study_of_another_program_is_not_joined(settings, tiny_dataset, training, tmp_path):
    storage = open_journal(tmp_path / "x", JournalLock(tmp_path / "x", has_locks=True))
    optuna.create_study(study_name="sweep", storage=storage).optimize(lambda trial: 1.0, n_trials=1)
    before = (tmp_path / "x").read_bytes()
    with pytest.raises(RunError, match="study 'sweep' is another program's; choose another --study"):
        work(settings(storage=str(tmp_path / "x")), tiny_dataset, training)
    assert (tmp_path / "x").read_bytes().startswith(before)
    assert not training.configs


def test_a_machine_that_fell_back_to_other_data_is_refused(settings, tiny_dataset, training):
    from dataclasses import replace

    work(settings(), tiny_dataset, training)
    with pytest.raises(ConfigError, match="another data"):
        work(settings(), replace(tiny_dataset, checksums={"x": "1" * 64}), training)


def test_a_batch_larger_than_the_training_set_is_told_before_the_first_trial(settings, tiny_dataset, training):
    space = {"batch_size": {"choice": [100, 241]}}
    with pytest.raises(ConfigError, match="batch_size: 241 is more than the training set has"):
        work(settings(space=space), tiny_dataset, training)


def test_plots_that_cannot_be_written_do_not_end_it(settings, tiny_dataset, training, tmp_path):
    (tmp_path / "runs").mkdir()
    (tmp_path / "runs" / "sweep-plots").write_text("in the way")
    events = work(settings(), tiny_dataset, training)
    assert "cannot write the plots" in of(Warned, events)[0].message
    assert of(SweepFinished, events)[0].plots == ()


def test_a_half_written_line_in_the_journal_is_mended(settings, tiny_dataset, training, tmp_path):
    work(settings(trials=2), tiny_dataset, training)
    journal = tmp_path / "runs" / "sweeps.journal"
    with journal.open("ab") as file:
        file.write(b'{"op_code":4,"wor')
    assert work(settings(trials=3), tiny_dataset, training)[-1].finished == 3
    assert all(json.loads(line) for line in journal.read_text().splitlines())


# SQLAlchemy's pool leaves connections to the garbage collector, which Python 3.13 warns of.
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_sqlite_keeps_a_study_as_well(settings, tiny_dataset, training, tmp_path):
    storage = f"sqlite:///{tmp_path / 'sweeps.db'}"
    assert work(settings(storage=storage), tiny_dataset, training)[-1].finished == 4
    assert work(settings(storage=storage, trials=5), tiny_dataset, training)[-1].finished == 5
    gc.collect()
