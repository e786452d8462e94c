"""A run's settings and results in TensorBoard's HParams, where many runs stand in one table."""

from __future__ import annotations

from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.plugins.hparams import api_pb2, summary, summary_v2

from ..config import Config
from ..events import State
from ..resuming import CHANGEABLE, flat_config
from . import tags

_METRICS = [
    summary_v2.Metric(tag, group=split, display_name=f"{split} {name}")
    for split in ("validation", "test")
    for name, tag in (("accuracy", tags.ACCURACY), ("loss", tags.LOSS))
]
_STATUS = {"finished": api_pb2.STATUS_SUCCESS, "running": api_pb2.STATUS_RUNNING}


def settings(config: Config, data: str) -> dict[str, bool | float | str]:
    """What makes a difference to a run's numbers, by its key in the configuration.

    Args:
        config: the run's.
        data: the name of the data.
    """
    kept = {key: value for key, value in flat_config(config).items() if key == "steps" or key not in CHANGEABLE}
    named = {"data": data} | {key: value for key, value in kept.items() if key not in ("log_dir", "name")}
    return {key: value for key, value in named.items() if isinstance(value, bool | int | float | str)}


def started(config: Config, data: str, run: str, start_time: float) -> list[Summary.Value]:
    """The table's columns, and this run's row.

    Args:
        config: the run's.
        data: the name of the data.
        run: the name of the run; each has a row of its own, even if another has the same settings.
        start_time: in seconds since 1970.
    """
    values = settings(config, data)
    columns = summary_v2.hparams_config_pb([summary_v2.HParam(key) for key in values], _METRICS, start_time)
    row = summary_v2.hparams_pb(values, run, start_time)
    return [*columns.value, *row.value]


def ended(state: State) -> list[Summary.Value]:
    """How the run ended."""
    # TensorFlow's class, not TensorBoard's: the same message.
    content = summary.session_end_pb(_STATUS.get(state, api_pb2.STATUS_FAILURE)).SerializeToString()
    return list(Summary.FromString(content).value)
