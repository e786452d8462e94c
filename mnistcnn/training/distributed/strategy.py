"""Joins the other workers with TensorFlow's `MultiWorkerMirroredStrategy`, in a bounded time.

The strategy's own waits have no end that its public interface could set. So this file reaches into two private parts of
TensorFlow 2.21, and is the only one that does (docs/decisions/0008):

- The coordination service is left out. Without it the strategy watches the other workers from a thread, which ends
  every sum that waits for a lost one with an error that Python can catch.
- How often that thread looks, and how long it waits, are attributes of a class.
"""

from __future__ import annotations

import os
import socket
from contextlib import suppress

import tensorflow as tf
from tensorflow.python.distribute.collective_all_reduce_strategy import CollectiveAllReduceExtended
from tensorflow.python.eager import context

from ...config.workers import WorkersConfig
from ...errors import WorkersError
from .addresses import Workers

_PROBE_SECONDS = 2.0
_CONTEXT = ("Graph execution error", "Detected at node", "<stack traces", "Additional GRPC")
_LOOKS = 4  # Between two looks at a worker, and for each of two attempts, a quarter of the time after which it is lost.


def join(workers: Workers, gpus: int, config: WorkersConfig) -> tf.distribute.Strategy:
    """Start this worker's server, and wait for all the others.

    Args:
        workers: who and where; this process must be able to listen at its own port.
        gpus: of this machine; 0 for its CPU.
        config: how long to wait.

    Raises:
        WorkersError: the port is in use, or not all of them came.
    """
    _check_port(workers)
    # gRPC would ask the proxy that https_proxy names, which is not the way to the machine next door.
    os.environ["no_grpc_proxy"] = ",".join(_host_and_port(each)[0] for each in workers.addresses)  # noqa: SIM112
    context.context().configure_coordination_service(service_type="")
    seconds = max(1, config.lost_timeout // _LOOKS)
    CollectiveAllReduceExtended._check_health_initial_timeout = config.join_timeout
    CollectiveAllReduceExtended._check_health_interval = seconds
    CollectiveAllReduceExtended._check_health_timeout = seconds
    CollectiveAllReduceExtended._check_health_retry_limit = 2
    resolver = tf.distribute.cluster_resolver.SimpleClusterResolver(
        tf.train.ClusterSpec({"worker": list(workers.addresses)}),
        task_type="worker",
        task_id=workers.index,
        num_accelerators={"GPU": gpus},
        rpc_layer="grpc",
    )
    try:
        return tf.distribute.MultiWorkerMirroredStrategy(resolver)
    except (tf.errors.OpError, RuntimeError) as error:
        missing = unreachable(workers)
        who = ", ".join(workers.name(index) for index in missing) or "a worker"
        raise WorkersError(
            f"{who} did not join within {config.join_timeout} s (workers.join_timeout); this is "
            f"{workers.name(workers.index)}; start all {workers.count} with the same addresses",
            f"TensorFlow says: {reason(error)}",
        ) from error


def unreachable(workers: Workers) -> list[int]:
    """Which of the other workers do not even accept a connection."""
    others = (index for index in range(workers.count) if index != workers.index)
    return [index for index in others if not _accepts(workers.addresses[index])]


def reason(error: Exception) -> str:
    """TensorFlow's message without its context."""
    lines = (line.strip() for line in str(error).splitlines())
    return next((line for line in lines if line and not line.startswith(_CONTEXT)), repr(error))


def _accepts(address: str) -> bool:
    with suppress(OSError), socket.create_connection(_host_and_port(address), _PROBE_SECONDS):
        return True
    return False


def _check_port(workers: Workers) -> None:
    """Refuse a port that is in use, which TensorFlow says less clearly."""
    _, port = _host_and_port(workers.addresses[workers.index])
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("", port))
        except OSError as error:
            raise WorkersError(
                f"{workers.name(workers.index)}: cannot listen at port {port}: {error.strerror}; is this worker "
                "running already?"
            ) from error


def _host_and_port(address: str) -> tuple[str, int]:
    host, _, port = address.rpartition(":")
    return host.strip("[]"), int(port)
