from datetime import datetime

import pytest

from mnistcnn.config.schema import load_config
from mnistcnn.errors import RunError
from mnistcnn.runs import reproduction
from mnistcnn.runs.creating import create_run


@pytest.fixture
def make(tmp_path, tiny_dataset):
    def make_run(*overrides, digest="ab" * 32, **manifest):
        config = load_config(None, [f"log_dir={tmp_path / 'runs'}", *overrides])
        run = create_run(config, tiny_dataset, datetime(2026, 11, 24, 12))
        run.update_manifest(
            {"state": "finished", "results": {"step": 9, "weights_digest": digest, "test_accuracy": 0.9}, **manifest}
        )
        return run

    return make_run


def test_a_finished_run_is_repeated_with_its_settings_beside_it_under_a_new_name(make, tmp_path):
    run = make("learning_rate=2e-4", "name=mine")
    moved = run.path.rename(tmp_path / "mine")
    config = reproduction.config_to_repeat(type(run)(moved))
    assert (config.learning_rate, config.name, config.log_dir) == (2e-4, None, tmp_path)


@pytest.mark.parametrize("state", ["running", "interrupted", "diverged", "failed"])
def test_a_run_without_an_end_cannot_be_repeated(make, state):
    with pytest.raises(RunError, match=f"{state}: only a finished run"):
        reproduction.config_to_repeat(make(state=state))


def test_a_manifest_without_results_is_damaged(make):
    with pytest.raises(RunError, match=r"manifest\.json: damaged: 'results' is incomplete"):
        reproduction.config_to_repeat(make(results=None))


def test_the_same_weights_are_the_same_whatever_else_differs(make):
    result = reproduction.compare(make(python="3.0"), make())
    assert result.same
    assert list(result.differences) == ["python"]
    result.raise_if_different()


def test_other_weights_are_an_error_that_names_versions_and_machine(make):
    one, other = make(), make(digest="cd" * 32)
    machine = {**one.manifest()["machine"], "cores": 96}
    packages = {**one.manifest()["packages"], "tensorflow": "2.0"}
    one.update_manifest({"machine": machine, "packages": packages, "mnistcnn": "0.0"})
    with pytest.raises(RunError, match="different weights from") as raised:
        reproduction.compare(one, other).raise_if_different()
    lines = str(raised.value).splitlines()[1:]
    assert [line.split(":")[0] for line in lines] == ["mnistcnn", "packages.tensorflow", "machine.cores"]
    assert lines[2].startswith("machine.cores: was 96, is ")


def test_other_weights_without_a_known_reason_say_so(make):
    with pytest.raises(RunError, match="please report it"):
        reproduction.compare(make(), make(digest="cd" * 32)).raise_if_different()


def test_onednn_is_named_as_a_cause_also_where_a_run_was_only_resumed_with_the_other_setting(make):
    machine = make().manifest()["machine"]
    on, off = {**machine, "onednn": True}, {**machine, "onednn": False}
    elsewhere = {"step": 10, "changes": {}, "environment": {**make().manifest(), "machine": off}}
    resumed, repeated = make(machine=on, resumed=[elsewhere]), make(machine=on, digest="cd" * 32)
    with pytest.raises(RunError, match=r"\nmachine\.onednn: was off, is on$"):
        reproduction.compare(resumed, repeated).raise_if_different()


def test_a_run_that_did_not_record_onednn_may_differ_for_that_reason(make):
    one, other = make(), make(digest="cd" * 32)
    machine = {key: value for key, value in one.manifest()["machine"].items() if key != "onednn"}
    one.update_manifest({"machine": machine})
    with pytest.raises(RunError, match=r"machine\.onednn: was unknown"):
        reproduction.compare(one, other).raise_if_different()
