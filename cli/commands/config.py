"""`mnistcnn config`: shows the configuration that a run would get, and the schema behind it."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from .. import options

app = typer.Typer(no_args_is_help=True, help="Show the resolved configuration, or its schema.")


@app.command()
def show(
    config: options.ConfigFile = None,
    overrides: options.Overrides = None,
) -> None:
    """Print every setting that a run would have, as a file that `--config` takes.

    Without options, these are the defaults.
    """
    from mnistcnn.config.schema import dump_config, load_config

    typer.echo(dump_config(load_config(config, overrides or ())), nl=False)


@app.command()
def schema(
    markdown: Annotated[
        bool, typer.Option("--markdown", help="Tables for people, as in docs/configuration.md.")
    ] = False,
) -> None:
    """Print the JSON Schema of a configuration file, which editors use to complete and check keys."""
    from mnistcnn.config.schema import config_reference, config_schema

    text = config_reference() if markdown else json.dumps(config_schema(), indent=2, ensure_ascii=False) + "\n"
    typer.echo(text, nl=False)
