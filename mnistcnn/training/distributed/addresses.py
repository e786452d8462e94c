"""Who trains together: the addresses of all workers, and which of them this process is.

Said by the environment variable `TF_CONFIG`, as Kubernetes, Slurm scripts and Vertex AI set it, or by options.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ...errors import ConfigError

_ADDRESS = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\]):([0-9]{1,5})")
_MOST_DIGITS = 20
"""Of an index; Python refuses to read thousands of them."""
_EXAMPLE = '{"cluster": {"worker": ["a:2222", "b:2222"]}, "task": {"type": "worker", "index": 0}}'


@dataclass(frozen=True)
class Workers:
    """All workers in their order, the chief first."""

    addresses: tuple[str, ...]
    """`host:port` of each."""
    index: int
    """Which of them is this process."""

    @property
    def count(self) -> int:
        """How many there are, at least two."""
        return len(self.addresses)

    @property
    def is_chief(self) -> bool:
        """Whether this is the one that writes the run directory."""
        return self.index == 0

    def name(self, index: int) -> str:
        """How messages call a worker."""
        return f"worker {index}{', the chief,' if index == 0 else ''} at {self.addresses[index]}"


def find_workers(addresses: str | None, index: int | None, environment: Mapping[str, str]) -> Workers | None:
    """The workers that the options name, else those of `TF_CONFIG`; None for a process that trains alone.

    Args:
        addresses: of `--workers`: `host:port,host:port`.
        index: of `--worker-index`.
        environment: where `TF_CONFIG` may be.

    Raises:
        ConfigError: they make no sense; the message says where and what.
    """
    if addresses is None and index is None:
        text = environment.get("TF_CONFIG", "")
        return _checked("TF_CONFIG", *_of_tf_config(text)) if text.strip() else None
    if addresses is None or index is None:
        given, missing = ("--worker-index", "--workers") if addresses is None else ("--workers", "--worker-index")
        raise ConfigError([f"{given}: needs {missing} as well: which addresses, and which of them is this process"])
    return _checked("--workers", [address.strip() for address in addresses.split(",")], index, "--worker-index")


def _checked(where: str, addresses: list[str], index: int, where_index: str) -> Workers | None:
    problems = [f"{where}: {address!r} is not host:port, such as 10.0.0.7:2222" for address in _bad(addresses)]
    twice = sorted({address for address in addresses if addresses.count(address) > 1})
    problems += [f"{where}: {address} is given twice; each worker needs a port of its own" for address in twice]
    if not 0 <= index < len(addresses):
        problems.append(f"{where_index}: {index} is not one of 0 to {len(addresses) - 1}: there are {len(addresses)}")
    if problems:
        raise ConfigError(problems)
    return Workers(tuple(addresses), index) if len(addresses) > 1 else None


def _bad(addresses: list[str]) -> list[str]:
    matches = ((address, _ADDRESS.fullmatch(address)) for address in addresses)
    return [address for address, match in matches if not match or not 1 <= int(match[1]) <= 65535]


def _of_tf_config(text: str) -> tuple[list[str], int, str]:
    """The addresses with the chief's first, the index among them, and where the index stands."""
    try:
        config = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _tf_config_error(f"not JSON: {error}") from None
    cluster = _object(config, "cluster")
    if not cluster:
        return ["localhost:1"], 0, ""  # As Vertex AI gives it to a job on one machine.
    if unknown := sorted(cluster.keys() - {"chief", "worker", "evaluator"}):
        raise _tf_config_error(f"cluster.{unknown[0]}: only chief and worker train here (all workers hold all weights)")
    groups = {job: _addresses(cluster, job) for job in ("chief", "worker")}
    if len(groups["chief"]) > 1:
        raise _tf_config_error("cluster.chief: there can be only one")
    task = _object(config, "task")
    job, index = task.get("type"), task.get("index")
    if job == "evaluator":
        raise _tf_config_error("task.type: an evaluator has nothing to do: the chief evaluates; do not start one")
    if not isinstance(job, str) or job not in groups:
        raise _tf_config_error(f"task.type: expected worker or chief, got {job!r}")
    if isinstance(index, str) and index.isascii() and index.isdigit() and len(index) <= _MOST_DIGITS:
        index = int(index)  # As shell scripts write it.
    if not isinstance(index, int) or isinstance(index, bool):
        raise _tf_config_error(f"task.index: expected a whole number, got {index!r}")
    if not 0 <= index < len(groups[job]):
        raise _tf_config_error(f"task.index: {index} is not one of the {len(groups[job])} in cluster.{job}")
    first = len(groups["chief"]) if job == "worker" else 0
    return groups["chief"] + groups["worker"], first + index, "TF_CONFIG: task.index"


def _object(config: object, key: str) -> Mapping[str, Any]:
    part = config.get(key, {}) if isinstance(config, dict) else None
    if not isinstance(part, dict):
        raise _tf_config_error(f"{key}: expected an object")
    return part


def _addresses(cluster: Mapping[str, Any], job: str) -> list[str]:
    addresses = cluster.get(job, [])
    if not isinstance(addresses, list) or not all(isinstance(address, str) for address in addresses):
        raise _tf_config_error(f"cluster.{job}: expected a list of host:port")
    return addresses


def _tf_config_error(problem: str) -> ConfigError:
    return ConfigError([f"TF_CONFIG: {problem}; expected something like {_EXAMPLE}"])
