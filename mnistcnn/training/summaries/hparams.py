"""A run's settings and results in TensorBoard's HParams, where many runs stand in one table."""

from __future__ import annotations

from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.plugins.hparams import api_pb2, summary, summary_v2

from ...config.differences import flat_config
from ...config.schema import Config
from ...events import RunFinished
from ...runs.resuming import CHANGEABLE
from .event_file import scalar_values

_RESULTS = ("validation_accuracy", "test_accuracy", "best_validation_accuracy", "best_test_accuracy", "best_step")
"""Fields of `RunFinished`. They are points of curves of their own beside the settings: TensorBoard's table has a column
for every curve in the directory of the settings or below, so that these stand in one by themselves."""
_OFTEN_VARIED = {
    "data", "steps", "batch_size", "learning_rate", "keep_prob", "seed", "network.conv1", "network.conv2",
    "network.fc1",
}  # fmt: skip
_SELDOM_VARIED = "usually_default/"
"""In front of all other settings: TensorBoard sorts settings by whether they differ and then by name, and shows the
first five. Without a prefix, those of a single run would be five settings of the augmentation."""
# Where a run is; and what the name of the data says better.
_NOT_SETTINGS = {"log_dir", "name", "data.source", "data.validation_size", "data.transpose"}


def settings(config: Config, data: str) -> dict[str, bool | float | str]:
    """The settings that change the results of a run, by their keys in the configuration.

    Keys that people seldom vary have a prefix.

    Args:
        config: the run's.
        data: the name of the data.
    """
    left_out = (CHANGEABLE - {"steps"}) | _NOT_SETTINGS
    kept = {"data": data} | {key: value for key, value in flat_config(config).items() if key not in left_out}
    return {
        key if key in _OFTEN_VARIED else f"{_SELDOM_VARIED}{key}": value
        for key, value in kept.items()
        if isinstance(value, bool | int | float | str)
    }


def started(config: Config, data: str, run: str, start_time: float) -> list[Summary.Value]:
    """A run's row.

    The table's columns are TensorBoard's to find: it compares the rows, and shows first what differs. A run that named
    the columns would name them for all others, without knowing them.

    Args:
        config: the run's.
        data: the name of the data.
        run: the name of the run; each has a row of its own, even if another has the same settings.
        start_time: in seconds since 1970.
    """
    return list(summary_v2.hparams_pb(settings(config, data), run, start_time).value)


def ended(event: RunFinished) -> list[Summary.Value]:
    """How the run ended: the rest of its row."""
    status = api_pb2.STATUS_SUCCESS if event.state == "finished" else api_pb2.STATUS_FAILURE
    # TensorFlow's class, not TensorBoard's: the same message.
    end = Summary.FromString(summary.session_end_pb(status).SerializeToString())
    results = {f"results/{name}": getattr(event, name) for name in _RESULTS}
    return [*end.value, *scalar_values({tag: value for tag, value in results.items() if value is not None})]
