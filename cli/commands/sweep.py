"""`mnistcnn sweep`: works on a study, alone or with other processes; `sweep show` shows one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from mnistcnn.errors import UsageError

from .. import options
from ..help import PlainCommand, PlainGroup, examples
from ..loading import load_data, start_tensorflow
from ..paths import expanded_text

if TYPE_CHECKING:
    from ..rendering.sink import Sink

app = typer.Typer(
    cls=PlainGroup,
    invoke_without_command=True,
    epilog=examples(
        ("mnistcnn sweep --config configs/sweep.yaml", "start or continue a study"),
        ("mnistcnn sweep --config configs/sweep.yaml --trials 50 --set config.steps=200", "more and shorter trials"),
        ("mnistcnn sweep show", "the best trials so far"),
    ),
)

Trials = Annotated[int | None, typer.Option(metavar="N", help="Trials of all processes together.", show_default="30")]
Study = Annotated[str | None, typer.Option(metavar="NAME", help="Name of the study.", show_default="sweep")]
_STORAGE_HELP = "Where the study is stored: a journal file, or the URL of a database."
_STORAGE_DEFAULT = "sweeps.journal in --log-dir"
Storage = Annotated[
    str | None,
    typer.Option(metavar="URL|FILE", callback=expanded_text, help=_STORAGE_HELP, show_default=_STORAGE_DEFAULT),
]
# This one goes through the configuration, which expands variables itself.
ConfiguredStorage = Annotated[
    str | None, typer.Option("--storage", metavar="URL|FILE", help=_STORAGE_HELP, show_default=_STORAGE_DEFAULT)
]
Limit = Annotated[int, typer.Option(min=1, metavar="N", help="Show only the first N.")]
Plots = Annotated[bool, typer.Option("--plots", metavar="", help="Draw the plots again as well.")]


@app.callback()
def sweep(
    context: typer.Context,
    config: options.ConfigFile = None,
    overrides: options.Overrides = None,
    trials: Trials = None,
    study: Study = None,
    storage: ConfiguredStorage = None,
    log_dir: options.ConfiguredLogDir = None,
    quiet: options.Quiet = False,
    as_json: options.Json = False,
) -> None:
    """Search for better settings with many short runs.

    The best run is the one with the highest validation accuracy. `--config` names a file such as configs/sweep.yaml;
    with `--set`, settings of the runs begin with `config.`, as in config.steps=200. Several processes, on any machine
    that reaches the same storage, share the trials. docs/sweeps.md has more.
    """
    if context.invoked_subcommand is not None:
        if any(value for name, value in context.params.items()):
            raise UsageError("sweep show: put its options after the word show")
        return
    if config is None:
        raise UsageError("sweep: no file says which settings vary: add --config configs/sweep.yaml")
    from mnistcnn.runs.creating import check_log_dir
    from mnistcnn.sweep.settings import load_sweep

    from ..rendering.console import Views, open_console
    from ..rendering.result_paths import BestRunPath
    from ..rendering.sweep_view import PlainSweep
    from ..signals import stop_on_signals

    named = {"trials": trials, "study": study, "storage": storage, "log_dir": log_dir}
    settings = load_sweep(config, overrides or [], named)
    check_log_dir(settings.log_dir)
    with open_console(as_json=as_json, quiet=quiet, views=Views(_live, PlainSweep, BestRunPath)) as console:
        dataset = load_data(settings.config.data, console)
        start_tensorflow(console)
        from mnistcnn.sweep.running import sweep
        from mnistcnn.training.loop import train

        with stop_on_signals() as stop:
            for event in sweep(settings, dataset, train, stop):
                console.show(event)
            stop.raise_if_stopped()


def _live(stream: TextIO) -> Sink:
    from ..rendering.sweep_live import LiveSweep

    return LiveSweep(stream)


@app.command(
    cls=PlainCommand,
    epilog=examples(
        ("mnistcnn sweep show", "the study of configs/sweep.yaml"),
        ("mnistcnn sweep show widths --storage widths.journal --limit 3", "the three best of another one"),
    ),
)
def show(
    study: Annotated[str, typer.Argument(metavar="STUDY", help="Name of the study.")] = "sweep",
    storage: Storage = None,
    log_dir: options.LogDir = Path("runs"),
    limit: Limit = 10,
    plots: Plots = False,
    as_json: options.Json = False,
) -> None:
    """Show the best trials of a study, and how to train the best again."""
    from mnistcnn.errors import RunError
    from mnistcnn.sweep.results import best_results, count_states, study_slots
    from mnistcnn.sweep.settings import SweepConfig
    from mnistcnn.sweep.study import load_study

    from ..rendering.ndjson import write_record
    from ..rendering.sweep_view import draw_study, study_record

    settings = SweepConfig.model_construct(study=study, storage=storage, log_dir=log_dir, lost_after=60)
    opened = load_study(settings)
    slots = study_slots(opened)
    best = best_results(slots)
    if as_json:
        write_record(study_record(study, count_states(slots), best[:limit]))
    else:
        draw_study(study, count_states(slots), best[:limit])
    if plots:
        from mnistcnn.sweep.plots import draw_plots

        try:
            drawn = draw_plots(opened, log_dir)
        except OSError as error:
            raise RunError(f"{error.filename or log_dir}: cannot write the plots: {error.strerror or error}") from error
        for path in drawn:
            typer.echo(f"drew {path}", err=True)
