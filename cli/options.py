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

from .completion import complete_checkpoints, complete_runs, complete_settings
from .paths import expanded, expanded_run

_LOG_DIR_HELP = "Folder that holds the runs."
_DATA_DIR_HELP = "Folder with the data, as `data.dir` in a configuration."
_DATA_HELP = "Data to use: auto, mnist, digits, or idx for files of your own."
_RUN_HELP = "Path of a run, its name in --log-dir, or `latest`."
_RUNS_OWN = "the run's own"
_WEIGHTS = typer.Option(
    "--weights",
    metavar="TYPE",
    show_default="int8",
    help="How the page stores the weights of fc1: float32 is exact, int8 is smaller.",
)

Run = Annotated[str, typer.Argument(metavar="RUN", callback=expanded_run, help=_RUN_HELP, autocompletion=complete_runs)]
RunOption = Annotated[
    str, typer.Option("--run", metavar="RUN", callback=expanded_run, help=_RUN_HELP, autocompletion=complete_runs)
]
Checkpoint = Annotated[
    str,
    typer.Option(
        "--checkpoint",
        metavar="STEP",
        help="Saved weights to use: best, last, or those of a step.",
        autocompletion=complete_checkpoints,
    ),
]
LogDir = Annotated[Path, typer.Option("--log-dir", metavar="DIR", callback=expanded, help=_LOG_DIR_HELP)]
# These two go through the configuration, which expands variables itself.
ConfiguredLogDir = Annotated[
    Path | None, typer.Option("--log-dir", metavar="DIR", help=_LOG_DIR_HELP, show_default="runs")
]
ConfiguredDataDir = Annotated[
    Path | None,
    typer.Option(
        "--data-dir", metavar="DIR", help=_DATA_DIR_HELP, show_default="$MNISTCNN_DATA_DIR, or the user's cache"
    ),
]
ConfigFile = Annotated[
    Path | None,
    typer.Option("--config", metavar="FILE", callback=expanded, help="YAML file with settings; configs/ has examples."),
]
Overrides = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="KEY=VALUE",
        help="Override one key of the configuration. Repeatable. `mnistcnn config show` lists the keys.",
        autocompletion=complete_settings,
    ),
]
Data = Annotated[DataSource, typer.Option("--data", metavar="SOURCE", help=_DATA_HELP)]
OtherData = Annotated[
    DataSource | None, typer.Option("--data", metavar="SOURCE", help=_DATA_HELP, show_default=_RUNS_OWN)
]
DataDir = Annotated[
    Path | None,
    typer.Option("--data-dir", metavar="DIR", callback=expanded, help=_DATA_DIR_HELP, show_default=_RUNS_OWN),
]
Weights = Annotated[PageWeights, _WEIGHTS]
OptionalWeights = Annotated[PageWeights | None, _WEIGHTS]
Json = Annotated[bool, typer.Option("--json", metavar="", help="Write JSON to standard output, one object per line.")]
Quiet = Annotated[
    bool, typer.Option("--quiet", "-q", metavar="", help="Show no progress, only results, warnings and errors.")
]
