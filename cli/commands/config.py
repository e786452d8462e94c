"""`mnistcnn config`: shows the configuration that a run would get, and the schema behind it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, help="Show the resolved configuration, or its schema.")


@app.command()
def show(
    config: Annotated[
        Path | None, typer.Option("--config", metavar="FILE", help="Configuration; the defaults without it.")
    ] = None,
    overrides: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="KEY=VALUE", help="Override one setting, such as data.source=digits. Repeatable."
        ),
    ] = None,
) -> None:
    """Print every setting that a run would have, as a file that `--config` takes."""
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
