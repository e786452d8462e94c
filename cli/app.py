"""The command `mnistcnn`: registers every subcommand and imports nothing heavy."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from mnistcnn import __version__
from mnistcnn.network.quiet_tensorflow import quiet_environment

from .commands import config, runs, sweep
from .commands.data import data
from .commands.doctor import doctor
from .commands.eval import evaluate
from .commands.export import export
from .commands.page import page
from .commands.predict import predict
from .commands.train import train
from .commands.visualize import visualize
from .errors import run_guarded
from .rendering.messages import show_warning
from .streams import guard_standard_streams

PROGRAM = "mnistcnn"

app = typer.Typer(
    name=PROGRAM,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command()(train)
app.command("eval")(evaluate)
app.command()(predict)
app.command()(export)
app.command()(data)
app.command()(doctor)
app.command()(visualize)
app.command()(page)
app.add_typer(config.app, name="config")
app.add_typer(runs.app, name="runs")
app.add_typer(sweep.app, name="sweep")


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"{PROGRAM} {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit."),
    ] = False,
) -> None:
    """Train, evaluate, see and export the convolutional network of TensorFlow's Deep MNIST tutorial."""


def run(arguments: Sequence[str]) -> int:
    """Carry out a command line, and return its exit code."""
    command = typer.main.get_command(app)

    def invoke() -> None:
        # Typer's own `main` would turn errors into its own exit codes before `run_guarded` sees them.
        with command.make_context(PROGRAM, list(arguments)) as context:
            command.invoke(context)

    return run_guarded(invoke, as_json="--json" in arguments)


def main() -> None:
    """Run the console script: set the environment up, carry out the command line, exit."""
    quiet_environment()
    if not guard_standard_streams():
        show_warning("standard output is closed, so results are not written there")
    if "_MNISTCNN_COMPLETE" in os.environ:
        app(prog_name=PROGRAM)
    sys.exit(run(sys.argv[1:]))
