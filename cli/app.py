"""The command `mnistcnn`: registers every subcommand and imports nothing heavy."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from mnistcnn import __version__
from mnistcnn.network.memory_errors import check_address_space
from mnistcnn.network.quiet_tensorflow import quiet_environment

from .commands import compare, config, data, doctor, export, page, predict, runs, sweep, train, visualize
from .commands import eval as evaluation
from .completion import answer_shell, installing_completion
from .errors import run_guarded
from .help import MANAGE, SEE, START, USE, PlainCommand, PlainGroup, examples
from .rendering.messages import show_warning
from .rendering.terminal import forget_impossible_windows
from .signals import end_as_by_ctrl_c
from .streams import guard_standard_streams
from .usage_errors import refuse_empty

PROGRAM = "mnistcnn"

app = typer.Typer(
    name=PROGRAM,
    cls=PlainGroup,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=examples(
        ("mnistcnn train", "train the tutorial's network"),
        ("mnistcnn page", "draw digits and watch that network"),
        ("mnistcnn predict seven.jpg", "read the digits in your own image"),
    ),
)
_COMMANDS = (
    (START, "train", train.train, train.EXAMPLES),
    (START, "data", data.data, data.EXAMPLES),
    (START, "doctor", doctor.doctor, doctor.EXAMPLES),
    (SEE, "page", page.page, page.EXAMPLES),
    (SEE, "visualize", visualize.visualize, visualize.EXAMPLES),
    (SEE, "eval", evaluation.evaluate, evaluation.EXAMPLES),
    (SEE, "compare", compare.compare, compare.EXAMPLES),
    (USE, "predict", predict.predict, predict.EXAMPLES),
    (USE, "export", export.export, export.EXAMPLES),
)
for _group, _name, _command, _examples in _COMMANDS:
    app.command(_name, cls=PlainCommand, rich_help_panel=_group, epilog=_examples)(_command)
app.add_typer(runs.app, name="runs", rich_help_panel=MANAGE)
app.add_typer(sweep.app, name="sweep", rich_help_panel=MANAGE)
app.add_typer(config.app, name="config", rich_help_panel=MANAGE)


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
    """Train the convolutional network of TensorFlow's Deep MNIST tutorial, and see what it learns.

    `mnistcnn COMMAND --help` has the options and examples of a command.
    """


def run(arguments: Sequence[str]) -> int:
    """Carry out a command line, and return its exit code."""
    command = typer.main.get_command(app)

    def invoke() -> None:
        refuse_empty(arguments)
        # Typer's own `main` would turn errors into its own exit codes before `run_guarded` sees them.
        with installing_completion(arguments):
            context = command.make_context(PROGRAM, list(arguments))
        with context:
            check_address_space("NumPy")
            command.invoke(context)

    return run_guarded(invoke, as_json="--json" in arguments)


def main() -> None:
    """Run the console script: set the environment up, carry out the command line, exit."""
    quiet_environment()
    forget_impossible_windows(os.environ)
    if not guard_standard_streams():
        show_warning("standard output is closed, so results are not written there")
    if os.environ.get("_MNISTCNN_COMPLETE"):
        answer_shell(lambda: app(prog_name=PROGRAM), os.environ)
        return
    end_as_by_ctrl_c()
    sys.exit(run(sys.argv[1:]))
