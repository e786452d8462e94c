"""A group of one process: it leads itself, and the loop cannot tell it from a group of many."""

from __future__ import annotations

import pytest

from mnistcnn.config.schema import load_config
from mnistcnn.training.distributed.group import SingleProcess, form_group, leading
from mnistcnn.training.distributed.handshake import offer_run
from mnistcnn.training.distributed.replicas import SingleReplica


@pytest.fixture
def group():
    return SingleProcess(SingleReplica())


def test_one_process_does_what_it_announces_unless_it_was_asked_to_stop(group):
    assert group.lead(7) == 7
    assert group.lead(7, stop=True) == 0


def test_a_run_is_offered_to_nobody_and_nobody_refuses(group, tiny_dataset):
    offer_run(group, load_config(None, []), tiny_dataset, resumed=False)
    assert group.refusing_workers() == []


def test_an_error_in_the_work_is_raised_as_it_is(group):
    error = ValueError("as it is")
    with pytest.raises(ValueError, match="as it is") as raised, leading(group), group.detecting_lost_workers():
        raise error
    assert raised.value is error


def test_without_workers_and_gpus_a_group_is_one_process_with_one_device():
    group = form_group(None, load_config(None, ["devices=cpu"]))
    assert (group.count, group.replicas.count) == (1, 1)
