"""`mnistcnn config`: shows the configuration that a run would get, and the schema behind it."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from .. import options
from ..help import PlainCommand, PlainGroup, examples

app = typer.Typer(
    cls=PlainGroup,
    no_args_is_help=True,
    help="Show the settings of a run, or their schema.",
    epilog=examples(
        ("mnistcnn config show", "every setting with its default"),
        ("mnistcnn config show --config configs/fast.yaml", "the settings of a recipe"),
        ("mnistcnn config schema > schema.json", "completion and checks in an editor"),
    ),
)


@app.command(
    cls=PlainCommand,
    epilog=examples(
        ("mnistcnn config show > mine.yaml", "start a configuration of your own"),
        ("mnistcnn config show --config configs/fast.yaml --set seed=3", "what a run would use"),
    ),
)
def show(
    config: options.ConfigFile = None,
    overrides: options.Overrides = None,
) -> None:
    """Print every setting of a run as a file for `--config`.

    Without options, these are the defaults.
    """
    from mnistcnn.config.schema import dump_config, load_config

    typer.echo(dump_config(load_config(config, overrides or ())), nl=False)


@app.command(
    cls=PlainCommand,
    epilog=examples(
        ("mnistcnn config schema > schema.json", "for an editor"),
        ("mnistcnn config schema --markdown", "every setting with its unit and range"),
    ),
)
def schema(
    markdown: Annotated[
        bool, typer.Option("--markdown", help="Print Markdown tables, as in docs/configuration.md.")
    ] = False,
) -> None:
    """Print the JSON Schema of a configuration file.

    Editors use it to complete and check keys.
    """
    from mnistcnn.config.schema import config_reference, config_schema

    text = config_reference() if markdown else json.dumps(config_schema(), indent=2, ensure_ascii=False) + "\n"
    typer.echo(text, nl=False)
