"""Training as a worker that is not the chief: the same steps, but no evaluations and no files."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass

import numpy as np

from ..config.schema import Config, DataConfig
from ..data.dataset import Dataset
from ..errors import ConfigError, MnistCnnError
from ..events import Event, State, WorkerFinished, WorkerStarted, WorkerStepped
from ..network.precision import Precision
from ..network.threads import limit_threads
from .cadence import Cadence
from .chunks import Chunks
from .distributed.addresses import Workers
from .distributed.handshake import RunOffer, merged_config, problems_with, problems_with_data, receive_offer, refusal
from .distributed.worker_group import WorkerGroup
from .signatures import Stop
from .state import TrainingState

LoadData = Callable[[DataConfig], Dataset]


def run_worker(
    config: Config, workers: Workers, load_data: LoadData, stop: Stop = lambda: False, *, resumed: bool = False
) -> Iterator[Event]:
    """Train together with a chief that runs `mnistcnn.training.loop.train`, or `resume`.

    Args:
        config: this worker's. It must be the chief's except for `OF_EACH_MACHINE`; of a resumed run, only those
            settings count, and the rest comes from the chief.
        workers: all of them, and which this is.
        load_data: loads what the chief learns from.
        stop: asked before every chunk of steps; if it is true, all workers stop at the same step, and the chief saves.
        resumed: whether the chief resumes a run.

    Returns:
        Events, the last of them `WorkerFinished`. The run goes on as they are consumed.

    Raises:
        ConfigError: the workers do not fit together. Raised before the first event.
        DataError: the chief's data could not be loaded here.
        DivergedError: the chief found that training diverged.
        WorkersError: the chief ended with an error, or a worker did not come or was lost.
    """
    limit_threads(config.threads)
    group = WorkerGroup(workers, config, None if resumed else config.batch_size)
    offer = receive_offer(group)
    try:
        merged, dataset = _prepared(offer, config, load_data, resumed=resumed)
    except MnistCnnError:
        group.vote(refuse=True)
        raise
    if refusing := group.vote(refuse=False):
        raise refusal(refusing)
    return _events(_Share(group, merged, dataset, offer.precision, stop))


def _prepared(offer: RunOffer, own: Config, load_data: LoadData, *, resumed: bool) -> tuple[Config, Dataset]:
    """The configuration to train with, and the data."""
    problems = problems_with(offer, own, resumed=resumed)
    if problems:
        raise ConfigError(problems)
    merged = merged_config(offer, own)
    dataset = load_data(merged.data)
    problems = problems_with_data(offer, dataset)
    if problems:
        raise ConfigError(problems)
    return merged, dataset


@dataclass(frozen=True, eq=False)
class _Share:
    """What this worker does of a run, and with whom."""

    group: WorkerGroup
    config: Config
    dataset: Dataset
    precision: Precision
    stop: Stop


def _events(share: _Share) -> Iterator[Event]:
    """Take part in the run, from where it stands to its end."""
    config, group = share.config, share.group
    began = time.monotonic()
    with group.detecting_lost_workers():
        step = group.receive_orders().value - 1
        state = TrainingState(config, share.dataset.train, share.precision, group)
        state.take_from_chief()
        yield _started(share, step)
        step = yield from _loop(share, state, step)
        group.receive_orders()  # The chief evaluates and saves, and then lets everyone go.
    end: State = "finished" if step == config.steps else "interrupted"
    yield WorkerFinished(group.workers.index, group.count, end, step, time.monotonic() - began)


def _loop(share: _Share, state: TrainingState, step: int) -> Generator[Event, None, int]:
    """Train until the chief ends it, and return how many steps are done."""
    cadence, losses = Cadence.of(share.config), list[float]()
    chunks = Chunks(state.steps, share.config, len(share.dataset.train))
    while count := _agreed_steps(share, cadence, step):
        results, _ = chunks.run(step, count)
        losses += results.losses.tolist()
        step += count
        if cadence.report_is_due(step):
            speed = chunks.throughput()
            loss = float(np.mean(losses))
            yield WorkerStepped(share.group.workers.index, step, loss, speed.seconds, speed.images_per_second)
            losses.clear()
    return step


def _agreed_steps(share: _Share, cadence: Cadence, step: int) -> int:
    """How many steps all workers do next; 0 when all are done, or when any worker was asked to stop."""
    if cadence.is_last(step):
        return 0
    orders = share.group.receive_orders(stop=share.stop())
    return 0 if orders.stop else orders.value


def _started(share: _Share, step: int) -> WorkerStarted:
    workers, config = share.group.workers, share.config
    return WorkerStarted(
        worker=workers.index,
        workers=workers.count,
        address=workers.addresses[workers.index],
        chief=workers.addresses[0],
        data=share.dataset.name,
        step=step,
        steps=config.steps,
        batch_size=config.batch_size,
        share=config.batch_size // workers.count,
        seed=config.seed,
    )
