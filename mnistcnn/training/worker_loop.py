"""Training as any worker but the chief: the same steps, and nothing written."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import numpy as np

from ..config.schema import Config, DataConfig
from ..data.dataset import Dataset
from ..data.sampling import batch_indices
from ..errors import ConfigError, MnistCnnError
from ..events import Event, State, WorkerFinished, WorkerStarted, WorkerStepped
from ..network.threads import limit_threads
from .distributed.addresses import Workers
from .distributed.group import Group
from .distributed.handshake import RunOffer, merged_config, problems_with, problems_with_data, receive_offer, refusal
from .state import TrainingState

Stop = Callable[[], bool]
LoadData = Callable[[DataConfig], Dataset]


def run_worker(
    config: Config, workers: Workers, load_data: LoadData, stop: Stop = lambda: False, *, resumed: bool = False
) -> Iterator[Event]:
    """Train together with a chief that runs `mnistcnn.training.loop.train`, or `resume`.

    Args:
        config: this worker's. It must be the chief's but for what belongs to a machine; of a resumed run, only that
            counts, and the chief tells the rest.
        workers: all of them, and which this is.
        load_data: loads what the chief learns from.
        stop: asked at every chunk of steps; when it says yes, all workers stop at the same step, and the chief saves.
        resumed: whether the chief goes on with a run.

    Returns:
        Events, the last of them `WorkerFinished`. The run goes on as they are consumed.

    Raises:
        ConfigError: the workers do not fit together. Raised before the first event.
        DataError: the chief's data is not to be had here.
        DivergedError: the chief found that training diverged.
        WorkersError: the chief ended with an error, or a worker did not come or was lost.
    """
    limit_threads(config.threads)
    group = Group(workers, config)
    offer = receive_offer(group)
    try:
        merged, dataset = _prepared(offer, config, load_data, resumed=resumed)
    except MnistCnnError:
        group.vote(refuse=True)
        raise
    if refusing := group.vote(refuse=False):
        raise refusal(group, refusing)
    return _Follower(group, merged, dataset, offer, stop).events()


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


class _Follower:
    """One worker's part of a run."""

    def __init__(self, group: Group, config: Config, dataset: Dataset, offer: RunOffer, stop: Stop) -> None:
        self._group, self._config, self._dataset, self._stop = group, config, dataset, stop
        self._precision = offer.precision
        self._index = group.workers.index
        self._losses: list[float] = []
        self._timed_steps, self._timed_seconds = 0, 0.0  # Since the last report.

    def events(self) -> Iterator[Event]:
        """The run, from where it stands to its end."""
        started = time.monotonic()
        with self._group.told_of_losses():
            self._step = self._group.run_worker().value - 1
            trained = TrainingState(self._config, self._dataset.train, self._precision, self._group)
            if self._step:
                trained.take_from_chief()
            yield self._started()
            while steps := self._agreed_steps():
                self._advance(trained, steps)
                if self._step % self._config.report_every == 0 or self._step == self._config.steps:
                    yield self._report()
            self._group.run_worker()  # The chief evaluates and saves, and then lets everyone go.
        state: State = "finished" if self._step == self._config.steps else "interrupted"
        yield WorkerFinished(self._index, self._group.count, state, self._step, time.monotonic() - started)

    def _agreed_steps(self) -> int:
        """How many steps all workers do next; 0 when all are done, or when somebody asked one to stop."""
        if self._step == self._config.steps:
            return 0
        orders = self._group.run_worker(stop=self._stop())
        return 0 if orders.stop else orders.value

    def _advance(self, trained: TrainingState, count: int) -> None:
        config = self._config
        indices = batch_indices(config.seed, self._step, count, config.batch_size, len(self._dataset.train))
        started = time.monotonic()
        results = trained.steps(self._step, indices)
        self._timed_seconds += time.monotonic() - started
        self._timed_steps += count
        self._losses += results.losses.tolist()
        self._step += count

    def _started(self) -> WorkerStarted:
        return WorkerStarted(
            worker=self._index,
            workers=self._group.count,
            address=self._group.workers.addresses[self._index],
            chief=self._group.workers.addresses[0],
            data=self._dataset.name,
            step=self._step,
            steps=self._config.steps,
            batch_size=self._config.batch_size,
            share=self._config.batch_size // self._group.count,
            seed=self._config.seed,
        )

    def _report(self) -> WorkerStepped:
        event = WorkerStepped(
            worker=self._index,
            step=self._step,
            loss=float(np.mean(self._losses)),
            seconds=self._timed_seconds,
            images_per_second=self._timed_steps * self._config.batch_size / self._timed_seconds,
        )
        self._losses, self._timed_steps, self._timed_seconds = [], 0, 0.0
        return event
