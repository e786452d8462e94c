"""`mnistcnn train` as a worker that is not the chief: it reports its progress, and writes no files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .loading import load_data, start_tensorflow

if TYPE_CHECKING:
    from mnistcnn.config.schema import Config, DataConfig
    from mnistcnn.data.dataset import Dataset
    from mnistcnn.training.distributed.addresses import Workers


def train_as_worker(config: Config, workers: Workers, *, resumed: bool, quiet: bool, as_json: bool) -> None:
    """Take part in the chief's run until it is over."""
    from .rendering.console import WORKER_VIEWS, open_console
    from .signals import stop_on_signals

    with open_console(as_json=as_json, quiet=quiet, views=WORKER_VIEWS) as console:

        def load(data: DataConfig) -> Dataset:
            return load_data(data, console)

        start_tensorflow(console)
        from mnistcnn.training.worker_loop import run_worker

        console.phase(f"this is {workers.name(workers.index)} of {workers.count}: waiting for {workers.name(0)}")
        with stop_on_signals() as stop:
            for event in run_worker(config, workers, load, stop, resumed=resumed):
                console.show(event)
                stop.note_end(event)
            stop.raise_if_stopped()
