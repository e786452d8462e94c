"""Settings and results of runs, as TensorBoard's own table has them."""

from __future__ import annotations

import numpy as np
import pytest
from tensorboard.backend.event_processing.data_provider import MultiplexerDataProvider
from tensorboard.backend.event_processing.plugin_event_multiplexer import EventMultiplexer
from tensorboard.context import RequestContext
from tensorboard.plugins.base_plugin import TBContext
from tensorboard.plugins.hparams import api_pb2, get_experiment, list_session_groups, metadata
from tensorboard.plugins.hparams.backend_context import Context

from mnistcnn.runs.directory import Run
from mnistcnn.training.loop import train

RESULTS = ["best_step", "best_test_accuracy", "best_validation_accuracy", "test_accuracy", "validation_accuracy"]


@pytest.fixture(scope="module")
def two_runs(make_config, dataset, tmp_path_factory):
    log_dir = tmp_path_factory.mktemp("two")
    short = [f"log_dir={log_dir}", "steps=2", "summaries.embeddings=0"]
    for changes in (["name=one"], ["name=other", "learning_rate=1e-3", "network.initializer=he"]):
        list(train(make_config(*short, *changes), dataset))
    return log_dir


def asked(log_dir, handler, request):
    """What a part of TensorBoard's plugin answers about the runs in a directory."""
    multiplexer = EventMultiplexer().AddRunsFromDirectory(str(log_dir))
    multiplexer.Reload()
    provider = MultiplexerDataProvider(multiplexer, str(log_dir))
    context = Context(TBContext(data_provider=provider, logdir=str(log_dir)))
    return handler.Handler(RequestContext(), context, "", request).run()


def test_the_table_has_types_knows_what_differs_and_has_five_results(two_runs):
    experiment = asked(two_runs, get_experiment, api_pb2.GetExperimentRequest())
    types = {info.name: info.type for info in experiment.hparam_infos}
    assert types["learning_rate"] == api_pb2.DATA_TYPE_FLOAT64
    initializer = "usually_default/network.initializer"
    assert types[initializer] == types["data"] == api_pb2.DATA_TYPE_STRING
    assert api_pb2.DATA_TYPE_UNSET not in types.values()
    names = [info.name for info in experiment.hparam_infos]
    assert {info.name for info in experiment.hparam_infos if info.differs} == {"learning_rate", initializer}
    # The viewer shows the first five.
    assert names[:5] == ["learning_rate", initializer, "batch_size", "data", "keep_prob"]
    assert [(info.name.group, info.name.tag) for info in experiment.metric_infos] == [
        ("", f"results/{name}") for name in RESULTS
    ]


def test_each_run_has_a_row_with_its_settings_and_results(two_runs):
    metrics = [api_pb2.MetricName(tag=f"results/{name}") for name in RESULTS]
    request = api_pb2.ListSessionGroupsRequest(
        allowed_statuses=[api_pb2.STATUS_SUCCESS],
        col_params=[
            api_pb2.ColParams(hparam="learning_rate", order=api_pb2.ORDER_ASC, include_in_result=True),
            *(api_pb2.ColParams(metric=metric, include_in_result=True) for metric in metrics),
        ],
        start_index=0,
        slice_size=10,
    )
    rows = asked(two_runs, list_session_groups, request).session_groups
    assert [row.name for row in rows] == ["other", "one"]
    for row in rows:
        results = Run(two_runs / row.name).manifest()["results"]
        assert row.hparams["learning_rate"].number_value == (3e-3 if row.name == "one" else 1e-3)
        assert {value.name.tag: value.value for value in row.metric_values} == {
            f"results/{name}": pytest.approx(results[name]) for name in RESULTS
        }


def test_the_settings_of_a_single_run_begin_with_what_people_vary(run):
    experiment = asked(run.tensorboard_path, get_experiment, api_pb2.GetExperimentRequest())
    names = [info.name for info in experiment.hparam_infos]
    assert names[:5] == ["batch_size", "data", "keep_prob", "learning_rate", "network.conv1"]
    assert {"network.conv2", "network.fc1", "seed", "steps"} == set(names[5:9])
    assert all(name.startswith("usually_default/") for name in names[9:])


def test_the_table_of_runs_has_settings_and_results(run, events):
    found = events(run, "hparams")
    start = metadata.parse_session_start_info_plugin_data(
        found.SummaryMetadata(metadata.SESSION_START_INFO_TAG).plugin_data.content
    )
    settings = {key: getattr(value, value.WhichOneof("kind")) for key, value in start.hparams.items()}
    assert settings["data"] == "tiny"
    assert (settings["learning_rate"], settings["steps"], settings["network.fc1"]) == (3e-3, 30, 16)
    assert settings["usually_default/network.initializer"] == "tutorial"
    assert not {"log_dir", "name", "threads", "summaries.every"} & {key.rpartition("/")[2] for key in settings}
    assert start.group_name == run.name
    results = run.manifest()["results"]
    for name in ("test_accuracy", "validation_accuracy", "best_validation_accuracy", "best_test_accuracy", "best_step"):
        (point,) = found.Scalars(f"results/{name}")
        assert point.value == np.float32(results[name])
    assert metadata.SESSION_END_INFO_TAG in found.Tags()["tensors"]
