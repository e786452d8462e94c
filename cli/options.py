"""Options and arguments that several commands share: one name, one meaning and one help text each.

Use them as annotations. An option that a configuration file can set as well comes as `Path | None`: None leaves the
decision to the file.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mnistcnn.config.data_sources import DataSource
from mnistcnn.visualize.names import PageWeights

from .paths import expanded

_LOG_DIR_HELP = "Folder that holds the runs."
_DATA_DIR_HELP = "Folder with the data, as `data.dir` in a configuration."
_DATA = typer.Option("--data", help="Data to use, as `data.source` in a configuration.")
_WEIGHTS = typer.Option("--weights", help="How the page stores fc1's weights: float32 is exact, int8 smaller.")

Run = Annotated[str, typer.Argument(metavar="RUN", help="Path of a run, its name in --log-dir, or `latest`.")]
Checkpoint = Annotated[
    str, typer.Option("--checkpoint", metavar="best|last|STEP", help="Which of the run's saved weights to use.")
]
LogDir = Annotated[Path, typer.Option("--log-dir", metavar="DIR", callback=expanded, help=_LOG_DIR_HELP)]
# These two go through the configuration, which expands variables itself.
ConfiguredLogDir = Annotated[Path | None, typer.Option("--log-dir", metavar="DIR", help=_LOG_DIR_HELP)]
ConfiguredDataDir = Annotated[Path | None, typer.Option("--data-dir", metavar="DIR", help=_DATA_DIR_HELP)]
ConfigFile = Annotated[
    Path | None, typer.Option("--config", metavar="FILE", help="YAML file with settings; configs/ has examples.")
]
Overrides = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="Override one key of the configuration. Repeatable."),
]
Data = Annotated[DataSource, _DATA]
OtherData = Annotated[DataSource | None, _DATA]
DataDir = Annotated[Path | None, typer.Option("--data-dir", metavar="DIR", callback=expanded, help=_DATA_DIR_HELP)]
Weights = Annotated[PageWeights, _WEIGHTS]
OptionalWeights = Annotated[PageWeights | None, _WEIGHTS]
Json = Annotated[bool, typer.Option("--json", metavar="", help="Write JSON to standard output, one object per line.")]
Quiet = Annotated[
    bool, typer.Option("--quiet", "-q", metavar="", help="Show no progress, only results, warnings and errors.")
]
