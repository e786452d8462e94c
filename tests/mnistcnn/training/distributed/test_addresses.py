"""Who trains together, as `TF_CONFIG` and the options say it."""

import json

import pytest

from mnistcnn.errors import ConfigError
from mnistcnn.training.distributed.addresses import Workers, find_workers


def tf_config(cluster, task):
    return {"TF_CONFIG": json.dumps({"cluster": cluster, "task": task})}


def problem_of(addresses=None, index=None, environment=None):
    with pytest.raises(ConfigError) as caught:
        find_workers(addresses, index, environment or {})
    return str(caught.value)


def test_without_options_and_variable_a_process_trains_alone():
    assert find_workers(None, None, {}) is None
    assert find_workers(None, None, {"TF_CONFIG": " "}) is None


def test_options_name_the_workers_and_win_over_the_variable():
    environment = tf_config({"worker": ["x:1", "y:2"]}, {"type": "worker", "index": 1})
    workers = find_workers("10.0.0.1:2222, node-7.local:2222,[::1]:80", 2, environment)
    assert workers == Workers(("10.0.0.1:2222", "node-7.local:2222", "[::1]:80"), 2)
    assert find_workers(None, None, environment) == Workers(("x:1", "y:2"), 1)


def test_the_chief_is_the_first_whether_it_has_a_job_of_its_own_or_not():
    cluster = {"chief": ["a:1"], "worker": ["b:1", "c:1"]}
    assert find_workers(None, None, tf_config(cluster, {"type": "chief", "index": 0})).is_chief
    other = find_workers(None, None, tf_config(cluster, {"type": "worker", "index": 1}))
    assert (other.index, other.addresses, other.is_chief) == (2, ("a:1", "b:1", "c:1"), False)
    assert find_workers(None, None, tf_config({"worker": ["a:1", "b:1"]}, {"type": "worker", "index": 0})).is_chief


def test_an_index_may_be_text_as_shell_scripts_write_it():
    assert find_workers(None, None, tf_config({"worker": ["a:1", "b:1"]}, {"type": "worker", "index": "1"})).index == 1


@pytest.mark.parametrize("text", ["{}", '{"cluster": {}, "environment": "cloud"}'])
def test_a_variable_without_a_cluster_means_one_process(text):
    assert find_workers(None, None, {"TF_CONFIG": text}) is None


def test_a_cluster_of_one_means_one_process():
    assert find_workers(None, None, tf_config({"chief": ["a:1"]}, {"type": "chief", "index": 0})) is None


@pytest.mark.parametrize(
    ("cluster", "task", "expected"),
    [
        ({"worker": ["a:1", "b:1"]}, {"type": "worker", "index": 2}, "task.index: 2 is not one of the 2"),
        ({"worker": ["a:1", "b:1"]}, {"type": "worker", "index": -1}, "task.index: -1 is not one of the 2"),
        ({"worker": ["a:1", "b:1"]}, {"type": "worker"}, "task.index: expected a whole number, got None"),
        ({"worker": ["a:1", "b:1"]}, {"type": "worker", "index": True}, "task.index: expected a whole number"),
        ({"worker": ["a:1", "b:1"]}, {"type": "ps", "index": 0}, "task.type: expected worker or chief, got 'ps'"),
        ({"worker": ["a:1", "b:1"]}, {"type": "evaluator", "index": 0}, "the chief evaluates"),
        ({"worker": ["a:1"], "ps": ["b:1"]}, {"type": "worker", "index": 0}, "cluster.ps: only chief and worker"),
        ({"chief": ["a:1", "b:1"]}, {"type": "chief", "index": 0}, "cluster.chief: there can be only one"),
        ({"worker": "a:1"}, {"type": "worker", "index": 0}, "cluster.worker: expected a list"),
        ({"worker": ["a:1", "b:1"]}, {"type": ["worker"], "index": 0}, "expected worker or chief, got ['worker']"),
        ({"worker": ["a:1", "b:1"]}, {"type": "worker", "index": "9" * 5000}, "task.index: expected a whole number"),
        (["a:1"], {"type": "worker", "index": 0}, "cluster: expected an object"),
        ({"worker": ["a:1", "b"]}, {"type": "worker", "index": 0}, "'b' is not host:port"),
        ({"worker": ["a:1", "b:70000"]}, {"type": "worker", "index": 0}, "'b:70000' is not host:port"),
        ({"worker": ["a:1", "a:1"]}, {"type": "worker", "index": 0}, "a:1 is given twice"),
    ],
)
def test_a_wrong_variable_is_refused_with_the_key(cluster, task, expected):
    message = problem_of(environment=tf_config(cluster, task))
    assert expected in message
    assert message.startswith("TF_CONFIG")


@pytest.mark.parametrize("text", ["{", "[1]", '"a"'])
def test_a_variable_that_is_no_json_object_is_refused(text):
    assert problem_of(environment={"TF_CONFIG": text}).startswith("TF_CONFIG: ")


def test_options_that_make_no_sense_are_refused():
    assert "--worker-index: 2 is not one of 0 to 1: there are 2" in problem_of("a:1,b:1", 2)
    assert "--workers: 'b' is not host:port" in problem_of("a:1,b", 0)
    assert "--workers: '' is not host:port" in problem_of("a:1,", 0)
    assert problem_of("a:1,b:1").startswith("--workers: needs --worker-index")
    assert problem_of(None, 0).startswith("--worker-index: needs --workers")
