"""`mnistcnn train`: loads the configuration and the data, trains, and shows the progress."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mnistcnn.errors import UsageError

from .. import options
from ..completion import complete_runs
from ..help import examples
from ..loading import load_data, start_tensorflow
from ..paths import expand, expanded_run

if TYPE_CHECKING:
    from mnistcnn.config.schema import Config
    from mnistcnn.runs.directory import Run
    from mnistcnn.runs.starting import StartingWeights
    from mnistcnn.training.distributed.addresses import Workers

EXAMPLES = examples(
    ("mnistcnn train", "the tutorial's recipe"),
    ("mnistcnn train --config configs/fast.yaml", "a better network in less time"),
    ("mnistcnn train --steps 1000 --set network.conv1=16", "your own settings"),
    ("mnistcnn train --resume latest", "continue a run that was stopped"),
)

Steps = Annotated[int | None, typer.Option(help="Training steps, one batch each.", metavar="N", show_default="3000")]
BatchSize = Annotated[int | None, typer.Option(help="Images per training step.", metavar="N", show_default="50")]
LearningRate = Annotated[float | None, typer.Option(help="Step size of Adam.", metavar="X", show_default="0.0001")]
KeepProb = Annotated[
    float | None, typer.Option(help="Probability that dropout keeps a unit.", metavar="P", show_default="0.5")
]
Seed = Annotated[int | None, typer.Option(help="Random seed.", metavar="N", show_default="0")]
Seeds = Annotated[
    str | None, typer.Option(help="Train one run for each of these seeds, such as 0-9 or 0,3,5-7.", metavar="LIST")
]
Name = Annotated[
    str | None,
    typer.Option(
        help="Name of the folder of the run.", metavar="NAME", show_default="the time and a hash of the configuration"
    ),
]
Resume = Annotated[
    str | None,
    typer.Option(
        "--resume",
        metavar="RUN",
        callback=expanded_run,
        help="Resume this run: its path, its name in --log-dir, or `latest`.",
        autocompletion=complete_runs,
    ),
]
From = Annotated[
    str | None,
    typer.Option(
        "--from",
        metavar="RUN",
        callback=expanded_run,
        help="Start from this run's best weights: its path, its name in --log-dir, or `latest`.",
        autocompletion=complete_runs,
    ),
]
Tensorboard = Annotated[
    bool,
    typer.Option("--tensorboard", metavar="", help="Start TensorBoard beside the run; in a terminal, until Ctrl-C."),
]
Addresses = Annotated[
    str | None,
    typer.Option("--workers", metavar="HOST:PORT,…", help="Addresses of all workers, the chief first."),
]
Index = Annotated[
    int | None, typer.Option("--worker-index", metavar="I", help="Which of --workers this one is; 0 is the chief.")
]


def train(
    config: options.ConfigFile = None,
    overrides: options.Overrides = None,
    steps: Steps = None,
    batch_size: BatchSize = None,
    learning_rate: LearningRate = None,
    keep_prob: KeepProb = None,
    log_dir: options.ConfiguredLogDir = None,
    seed: Seed = None,
    seeds: Seeds = None,
    name: Name = None,
    resume: Resume = None,
    source: From = None,
    tensorboard: Tensorboard = False,
    addresses: Addresses = None,
    worker_index: Index = None,
    quiet: options.Quiet = False,
    as_json: options.Json = False,
) -> None:
    """Train the network and show its progress.

    Options override --set, which overrides --config, which overrides the defaults.
    """
    from mnistcnn.training.distributed.addresses import find_workers

    workers = find_workers(addresses, worker_index, os.environ)
    _check_together(workers, seeds, resume, source, config, name, tensorboard=tensorboard, quiet=quiet)
    named = {
        "steps": steps, "batch_size": batch_size, "learning_rate": learning_rate, "keep_prob": keep_prob, "seed": seed,
    }  # fmt: skip
    settings = _Settings(config, overrides or [], {**named, "log_dir": log_dir, "name": name})
    if seeds is not None:
        from ..train_seeds import train_each_seed

        train_each_seed(seeds, settings.file, settings.overrides, settings.named, quiet=quiet, as_json=as_json)
    elif workers is not None and not workers.is_chief:
        from ..train_worker import train_as_worker

        train_as_worker(settings.load(), workers, resumed=resume is not None, quiet=quiet, as_json=as_json)
    else:
        if resume is None:
            run, resolved = None, settings.load()
        else:
            run, resolved = _resumed(resume, log_dir, settings.overrides, named)
        start = None if source is None else _starting_weights(source, resolved)
        _train(run, resolved, workers, start, tensorboard=tensorboard, quiet=quiet, as_json=as_json)


@dataclass(frozen=True)
class _Settings:
    """Where the configuration of a new run comes from."""

    file: Path | None
    overrides: list[str]
    named: Mapping[str, object]
    """Of options that were not given, None."""

    def load(self) -> Config:
        """Resolve the configuration."""
        from mnistcnn.config.schema import load_config

        return load_config(self.file, self.overrides, self.named)


def _check_together(
    workers: Workers | None,
    seeds: str | None,
    resume: str | None,
    source: str | None,
    config: Path | None,
    name: str | None,
    *,
    tensorboard: bool,
    quiet: bool,
) -> None:
    """Refuse options that contradict each other.

    Raises:
        UsageError: says which, and what to do instead.
    """
    takes_part = workers is not None and not workers.is_chief
    conflicts = [
        (seeds and resume, "--seeds starts new runs, so it cannot be used with --resume"),
        (seeds and source, "--seeds shows what initial weights do, so it cannot be used with --from"),
        (resume and source, "--resume uses the run's own weights, so it cannot be used with --from"),
        (seeds and workers, "--seeds is for one process: start each seed separately, on all workers"),
        (
            seeds and tensorboard,
            "--tensorboard shows one run; to see all of them: tensorboard --logdir DIR, with their folder",
        ),
        (
            takes_part and tensorboard,
            "--tensorboard is for the chief, because only the chief has the folder of the run",
        ),
        (quiet and tensorboard, "--quiet would hide the address of --tensorboard: leave out one of them"),
        (
            resume and (config or name),
            "--resume keeps a run's own configuration and name, so it cannot be used with --config or --name",
        ),
    ]
    for they_conflict, message in conflicts:
        if they_conflict:
            raise UsageError(message)


def _train(
    run: Run | None,
    config: Config,
    workers: Workers | None,
    start: StartingWeights | None,
    *,
    tensorboard: bool,
    quiet: bool,
    as_json: bool,
) -> None:
    """Train a new run or resume one; with other workers, as their chief."""
    if tensorboard and not config.summaries.enabled:
        raise UsageError("--tensorboard would have nothing to show: summaries.enabled is false")
    from mnistcnn.runs.creating import check_log_dir
    from mnistcnn.runs.data import data_to_repeat

    from ..rendering.console import open_console
    from ..rendering.tensorboard_viewer import Viewer
    from ..signals import stop_on_signals

    people_watch = sys.stderr is not None and sys.stderr.isatty() and not (quiet or as_json)
    with (
        Viewer(wanted=tensorboard, stays=people_watch) as viewer,
        open_console(as_json=as_json, quiet=quiet) as console,
    ):
        if run is None:
            check_log_dir(config.log_dir)
        dataset = load_data(config.data if run is None else data_to_repeat(run, config.data), console)
        start_tensorflow(console)
        from mnistcnn.training import loop as training

        if start:
            console.phase(f"starting from {start.run}, step {start.step:,}")
        if workers:
            console.phase(f"this is {workers.name(0)} of {workers.count}: waiting for the others")
        with stop_on_signals() as stop:
            if run is None:
                events = training.train(config, dataset, stop, workers, start)
            else:
                events = training.resume(run, config, dataset, stop, workers)
            for event in viewer.beside(events, console):
                console.show(event)
                stop.note_end(event)
            stop.raise_if_stopped()


def _resumed(which: str, log_dir: Path | None, overrides: list[str], named: Mapping[str, object]) -> tuple[Run, Config]:
    """Find the run to resume, and its configuration with the changes that were asked for."""
    from mnistcnn.config.schema import Config
    from mnistcnn.runs.finding import open_run
    from mnistcnn.runs.resuming import resumed_config

    # The configuration, which expands --log-dir for a new run, is the run's own here.
    run = open_run(which, Config().log_dir if log_dir is None else expand("--log-dir", str(log_dir)))
    config = resumed_config(run, overrides, named)
    with run.locked():  # One that is in use or cannot be written is refused before TensorFlow starts.
        return run, config


def _starting_weights(which: str, config: Config) -> StartingWeights:
    """Find the run to start from, and read its best weights."""
    from mnistcnn.runs.finding import open_run
    from mnistcnn.runs.starting import load_starting_weights

    source = open_run(which, config.log_dir)
    source.manifest()  # Refuses what a newer version of mnistcnn wrote.
    return load_starting_weights(source.path, source.checkpoints(), "best", config.network)
