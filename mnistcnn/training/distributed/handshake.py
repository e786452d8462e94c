"""The handshake before a run: the chief offers it, and every other worker accepts or refuses."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from ... import __version__
from ...config.differences import differences
from ...config.schema import Config
from ...data.dataset import Dataset
from ...errors import ConfigError
from ...network.gpu import device_precision
from ...network.precision import Precision
from .group import Group
from .worker_group import WorkerGroup

OF_EACH_MACHINE = frozenset(
    {"log_dir", "name", "threads", "devices", "data.dir", "workers.join_timeout", "workers.lost_timeout"}
)
"""Settings in which workers may differ: where things are, and what they may use."""


@dataclass(frozen=True)
class RunOffer:
    """The run that the chief asks the others to take part in."""

    version: str
    resumed: bool
    config: Mapping[str, object]
    """As JSON."""
    precision: Precision
    """What the chief trains in: `config.precision`, unless its processor lacks it."""
    data: str
    """The name of the data."""
    source: str
    checksums: Mapping[str, str]
    """SHA-256 by the name of the file."""


def offer_run(group: Group, config: Config, dataset: Dataset, *, resumed: bool) -> None:
    """As the chief: tell the others about the run, and wait for them to accept it.

    Raises:
        ConfigError: one of them cannot take part.
        WorkersError: one of them was lost.
    """
    precision, _ = device_precision(config.precision)
    offer = RunOffer(
        __version__,
        resumed,
        config.model_dump(mode="json"),
        precision,
        dataset.name,
        dataset.source,
        dict(dataset.checksums),
    )
    group.send(json.dumps(asdict(offer)).encode())
    if refusing := group.refusing_workers():
        raise refusal(refusing)


def receive_offer(group: WorkerGroup) -> RunOffer:
    """As any other worker: the run that the chief offers; `WorkerGroup.vote` must follow."""
    return RunOffer(**json.loads(group.receive()))


def refusal(refusing: list[str]) -> ConfigError:
    """The error with which the workers that could take part end, because those named `refusing` could not."""
    return ConfigError([f"{', '.join(refusing)} cannot take part: its log says why"])


def merged_config(offer: RunOffer, own: Config) -> Config:
    """The chief's configuration with this machine's own settings; a path that is not set here is the chief's."""
    chief = Config.model_validate(offer.config)
    data = chief.data.model_copy(update={"source": offer.source, "dir": own.data.dir or chief.data.dir})
    return chief.model_copy(update={"threads": own.threads, "devices": own.devices, "data": data})


def problems_with(offer: RunOffer, own: Config, *, resumed: bool) -> list[str]:
    """Why a worker with the configuration `own` cannot take part.

    A resumed run has its own configuration, which is in the chief's run directory; nothing else is needed here.
    """
    if offer.version != __version__:
        return [f"the chief is mnistcnn {offer.version}, this is {__version__}; install the same on every machine"]
    if offer.resumed != resumed:
        here, there = ("with", "without") if resumed else ("without", "with")
        return [f"--resume: the chief was started {there} it, this worker {here} it; give all of them the same"]
    precision, _ = device_precision(offer.precision)
    if precision != offer.precision:
        return ["precision: the chief trains in bfloat16, which this machine has not; set precision=float32 on all"]
    if resumed:
        return []
    return [
        f"{key}: the chief has {chief!r}, this worker {here!r}; give all of them the same"
        for key, chief, here in differences(Config.model_validate(offer.config), own)
        if key not in OF_EACH_MACHINE
    ]


def problems_with_data(offer: RunOffer, dataset: Dataset) -> list[str]:
    """Why these images cannot be learned from together with the chief's."""
    if dict(dataset.checksums) == dict(offer.checksums):
        return []
    return [f"data: the chief learns from {offer.data}, and {dataset.origin} is not the same data"]
