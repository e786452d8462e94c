"""`mnistcnn train`: loads the configuration and the data, trains, and shows it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .silence import quiet_stderr

ConfigFile = Annotated[Path | None, typer.Option("--config", metavar="FILE", help="Configuration file.")]
Overrides = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="Override a setting: data.source=digits. Repeatable."),
]
Steps = Annotated[int | None, typer.Option(help="Training steps, one batch each.", metavar="N")]
BatchSize = Annotated[int | None, typer.Option(help="Images per training step.", metavar="N")]
LearningRate = Annotated[float | None, typer.Option(help="Step size of Adam.", metavar="X")]
KeepProb = Annotated[float | None, typer.Option(help="Probability that dropout keeps a unit.", metavar="P")]
LogDir = Annotated[Path | None, typer.Option(help="Folder that holds the runs.", metavar="DIR")]
Seed = Annotated[int | None, typer.Option(help="Everything random follows from it.", metavar="N")]
Seeds = Annotated[str | None, typer.Option(help="One run for each of these: 0-9 or 0,3,5-7.", metavar="LIST")]
Name = Annotated[str | None, typer.Option(help="Name of the run's folder.", metavar="NAME")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", metavar="", help="Show nothing but warnings and errors.")]
Json = Annotated[bool, typer.Option("--json", metavar="", help="One JSON object per event on standard output.")]


def train(
    config: ConfigFile = None,
    overrides: Overrides = None,
    steps: Steps = None,
    batch_size: BatchSize = None,
    learning_rate: LearningRate = None,
    keep_prob: KeepProb = None,
    log_dir: LogDir = None,
    seed: Seed = None,
    seeds: Seeds = None,
    name: Name = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Train the network, and show how it learns. Without options: the tutorial's recipe.

    Precedence: defaults, then --config, then --set, then the named options.
    """
    from mnistcnn.config import load_config
    from mnistcnn.data.sources import load_dataset

    from .console import open_console
    from .signals import stop_on_signals

    options = {
        "steps": steps,
        "batch_size": batch_size,
        "learning_rate": learning_rate,
        "keep_prob": keep_prob,
        "log_dir": log_dir,
        "seed": seed,
        "name": name,
    }
    if seeds is not None:
        from .seeds import train_each_seed

        train_each_seed(seeds, config, overrides or [], options, quiet=quiet, as_json=as_json)
        return
    resolved = load_config(config, overrides or [], options)
    with open_console(as_json=as_json, quiet=quiet) as console:
        console.phase("loading the data")
        dataset = load_dataset(resolved.data, console)
        console.phase("starting TensorFlow")
        with quiet_stderr():
            from mnistcnn.training import train as train_network
        with stop_on_signals() as stop:
            for event in train_network(resolved, dataset, stop):
                console.show(event)
            stop.raise_if_stopped()
