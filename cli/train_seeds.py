"""`mnistcnn train --seeds`: one run after the other in one process, and their statistics."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from mnistcnn.errors import UsageError

from .loading import load_data, start_tensorflow


def train_each_seed(
    seeds: str,
    config: Path | None,
    overrides: Sequence[str],
    options: Mapping[str, object],
    *,
    quiet: bool,
    as_json: bool,
) -> None:
    """Train a run for each of `seeds`, such as `0-9`; named NAME-seedN where there is a name."""
    from mnistcnn.config.schema import load_config
    from mnistcnn.runs.creating import check_log_dir
    from mnistcnn.training.seeds import parse_seeds, train_seeds

    from .rendering.console import open_console
    from .signals import stop_on_signals

    if options.get("seed") is not None:
        raise UsageError("--seeds says which seeds there are: leave out --seed")
    numbers = parse_seeds(seeds)
    name = load_config(config, overrides, options).name
    # Through the loader, so that a seed or a name that is out of range is reported before anything runs.
    configs = [
        load_config(config, overrides, {**options, "seed": seed, "name": name and f"{name}-seed{seed}"})
        for seed in numbers
    ]
    check_log_dir(configs[0].log_dir)
    with open_console(as_json=as_json, quiet=quiet) as console:
        dataset = load_data(configs[0].data, console)
        start_tensorflow(console)
        from mnistcnn.training.loop import train

        with stop_on_signals() as stop:
            for event in train_seeds(configs, dataset, train, stop, datetime.now()):
                console.show(event)
            stop.raise_if_stopped()
