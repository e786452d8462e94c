"""Which workers can train together, and what they are told if not."""

from dataclasses import replace
from pathlib import Path

import pytest

from mnistcnn import __version__
from mnistcnn.config.schema import Config, load_config
from mnistcnn.network import precision
from mnistcnn.training.distributed.handshake import RunOffer, merged_config, problems_with, problems_with_data


def offer_of(config=None, **changes):
    config = config or Config()
    chief = RunOffer(__version__, False, config.model_dump(mode="json"), "float32", "mnist", "mnist", {"a": "0"})
    return replace(chief, **changes)


def test_the_same_configuration_is_welcome_wherever_its_files_are():
    own = load_config(None, ["log_dir=/elsewhere", "name=x", "threads=3", "data.dir=/mnt", "devices=cpu"])
    assert problems_with(offer_of(), own, resumed=False) == []


def test_every_key_that_decides_the_numbers_must_be_the_same():
    own = load_config(None, ["seed=1", "network.fc1=8"])
    first, second = problems_with(offer_of(), own, resumed=False)
    assert first.startswith("seed: the chief has 0, this worker 1")
    assert second.startswith("network.fc1: the chief has 1024, this worker 8")


def test_a_resumed_run_brings_its_own_configuration():
    chief = load_config(None, ["seed=7", "data.dir=/chief", "steps=10"])
    own = load_config(None, ["data.dir=/mine", "threads=2"])
    offer = offer_of(chief, resumed=True)
    assert problems_with(offer, own, resumed=True) == []
    merged = merged_config(offer, own)
    assert (merged.seed, merged.steps, merged.threads, merged.data.dir) == (7, 10, 2, Path("/mine"))
    assert merged_config(offer, Config()).data.dir == Path("/chief")


def test_the_data_is_what_the_chief_found_not_what_auto_finds_here():
    assert merged_config(offer_of(source="digits"), Config()).data.source == "digits"


@pytest.mark.parametrize(("there", "here"), [(True, False), (False, True)])
def test_all_or_none_resume(there, here):
    (problem,) = problems_with(offer_of(resumed=there), Config(), resumed=here)
    assert problem.startswith("--resume: the chief was started")


def test_another_version_is_refused():
    (problem,) = problems_with(offer_of(version="0.0.0"), Config(), resumed=False)
    assert "the chief is mnistcnn 0.0.0" in problem


def test_a_processor_without_the_chiefs_precision_is_refused(monkeypatch):
    monkeypatch.setattr(precision, "processor_flags", frozenset)
    bfloat16 = load_config(None, ["precision=bfloat16"])
    (problem,) = problems_with(offer_of(bfloat16, precision="bfloat16"), bfloat16, resumed=False)
    assert problem.startswith("precision: ")
    # A chief without it has said so, and trains in float32, which everybody can.
    assert problems_with(offer_of(bfloat16), bfloat16, resumed=False) == []


def test_other_data_is_refused_by_its_checksums(tiny_dataset):
    (problem,) = problems_with_data(offer_of(), tiny_dataset)
    assert "the chief learns from mnist, and /data/tiny is not the same data" in problem
    assert problems_with_data(offer_of(checksums=tiny_dataset.checksums), tiny_dataset) == []
