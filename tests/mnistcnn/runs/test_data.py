"""Which data a run is evaluated on."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mnistcnn.config.schema import DataConfig
from mnistcnn.errors import RunError, UsageError
from mnistcnn.runs.data import check_same_data, data_to_repeat, file_data_config, run_data_config
from mnistcnn.runs.directory import Run


@pytest.fixture
def run(tmp_path):
    """Makes a run with a data section, that learned from `learned`."""

    def make(source, directory=None, learned=None):
        learned = learned or ("mnist" if source == "auto" else source)
        data = f"data: {{source: {source}, dir: {directory or 'null'}, validation_size: 77}}\n"
        (tmp_path / "config.yaml").write_text(data)
        manifest = {
            "state": "finished",
            "data": {"name": "any", "source": learned, "origin": "/data", "sha256": {}},
        }
        (tmp_path / "manifest.json").write_text(json.dumps(manifest))
        return Run(tmp_path)

    return make


def chosen(config):
    return config.source, config.dir


def test_without_a_wish_it_is_the_runs_own(run, tmp_path):
    config = run_data_config(run("idx", tmp_path))
    assert (chosen(config), config.validation_size) == (("idx", tmp_path), 77)
    assert chosen(run_data_config(run("auto", learned="mnist"))) == ("auto", None)
    assert chosen(run_data_config(run("mnist", tmp_path))) == ("mnist", tmp_path)


def test_a_run_that_fell_back_to_the_digits_is_given_the_digits_even_where_mnist_has_come(run):
    assert run_data_config(run("auto", learned="digits")).source == "digits"


def test_a_directory_that_is_named_is_looked_into_even_by_a_run_that_fell_back(run, tmp_path):
    assert chosen(run_data_config(run("auto", learned="digits"), directory=tmp_path)) == ("auto", tmp_path)


def test_mnist_whose_folder_is_gone_is_looked_for_in_the_other_places(run):
    assert chosen(run_data_config(run("mnist", "/gone"))) == ("mnist", None)
    assert chosen(run_data_config(run("idx", "/gone"))) == ("idx", Path("/gone"))


def test_only_the_runs_own_kind_of_data_is_transposed(run, tmp_path):
    own = run("idx, transpose: true", tmp_path, "idx")
    assert run_data_config(own).transpose
    assert run_data_config(own, directory=tmp_path / "elsewhere").transpose
    assert not run_data_config(own, "mnist").transpose
    assert not run_data_config(own, "digits").transpose


def test_other_data_is_not_looked_for_in_the_runs_own_folder(run, tmp_path):
    assert chosen(run_data_config(run("idx", tmp_path), "mnist")) == ("mnist", None)
    assert chosen(run_data_config(run("idx", tmp_path), "digits")) == ("digits", None)
    assert chosen(run_data_config(run("auto", tmp_path), "mnist")) == ("mnist", tmp_path)


def test_the_directory_can_be_elsewhere_now(run, tmp_path):
    assert chosen(run_data_config(run("idx", "/gone"), directory=tmp_path)) == ("idx", tmp_path)


def test_what_makes_no_sense_is_refused(run, tmp_path):
    with pytest.raises(UsageError, match="mnist or idx"):
        run_data_config(run("digits"), directory=tmp_path)
    with pytest.raises(UsageError, match="name the directory"):
        run_data_config(run("mnist", tmp_path), "idx")


def test_to_be_repeated_auto_is_what_it_was_when_the_run_was_made(run):
    assert data_to_repeat(run("auto", learned="digits"), DataConfig()).source == "digits"


def test_other_data_than_the_run_learned_from_is_refused(run, tiny_dataset):
    made = run("idx")
    data = {"name": "tiny", "source": "idx", "origin": "/data/tiny", "sha256": dict(tiny_dataset.checksums)}
    made.update_manifest({"data": data})
    check_same_data(made, tiny_dataset)
    made.update_manifest({"data": {**data, "sha256": {"train-images-idx3-ubyte": "1" * 64}}})
    with pytest.raises(RunError, match=r"learned from tiny .* is not the same data"):
        check_same_data(made, tiny_dataset)


def test_a_manifest_that_does_not_say_what_the_data_was_is_damaged(run, tiny_dataset):
    made = run("idx")
    made.update_manifest({"data": {"name": "tiny"}})
    with pytest.raises(RunError, match=r"manifest\.json: damaged: data\.source"):
        check_same_data(made, tiny_dataset)


def test_an_exported_file_is_given_what_its_network_learned_from_or_what_is_asked_for(tmp_path):
    assert file_data_config("mnist").source == "mnist"
    assert file_data_config("idx", "digits").source == "digits"
    config = file_data_config("idx", None, tmp_path)
    assert (config.source, config.dir) == ("idx", tmp_path)


@pytest.mark.parametrize("arguments", [("idx",), ("digits", None, Path("/data")), ("mnist", "idx")])
def test_an_exported_files_data_that_has_no_place_or_needs_one_is_told(arguments):
    with pytest.raises(UsageError, match="data_dir"):
        file_data_config(*arguments)
