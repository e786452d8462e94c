"""`mnistcnn runs`: lists, shows, compares and reproduces runs."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from mnistcnn.errors import UsageError

from .. import options
from ..completion import complete_conditions, complete_facts, complete_runs
from ..help import PlainCommand, PlainGroup, examples
from ..loading import load_data, start_tensorflow
from ..metrics import check_plot, draw_curves, read_runs
from ..paths import expanded
from ..rendering.run_formats import Format


class _ListByDefault(PlainGroup):
    """`mnistcnn runs` and `mnistcnn runs --json` are short for `mnistcnn runs list …`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put `list` in front of options."""
        if not args or (args[0].startswith("-") and args[0] not in ctx.help_option_names):
            args = ["list", *args]
        parsed: list[str] = super().parse_args(ctx, args)
        return parsed


app = typer.Typer(
    cls=_ListByDefault,
    help="List, show, compare, export and reproduce runs.\n\nWithout a sub-command, `mnistcnn runs` lists the runs.",
    epilog=examples(
        ("mnistcnn runs", "every run"),
        ("mnistcnn runs --sort test_accuracy --limit 5", "the five best"),
        ("mnistcnn runs show latest", "everything about the newest, and what to do with it"),
        ("mnistcnn runs compare first second", "two runs side by side"),
    ),
)

Sort = Annotated[
    str,
    typer.Option(
        metavar="KEY",
        help="Sort by a fact, such as started or test_accuracy, or by a setting.",
        autocompletion=complete_facts,
    ),
]
Reverse = Annotated[bool, typer.Option("--reverse", metavar="", help="Reverse the order.")]
Filter = Annotated[
    list[str] | None,
    typer.Option(
        "--filter",
        metavar="KEY=VALUE",
        help="Show only runs with this fact or setting, such as state=died, seed=3 or name='lr-*'. Repeatable.",
        autocompletion=complete_conditions,
    ),
]
Limit = Annotated[int | None, typer.Option(min=1, metavar="N", help="Show only the first N.", show_default="all")]
ListFormat = Annotated[
    Format | None,
    typer.Option(
        "--format",
        metavar="FORMAT",
        show_default="table",
        help="Format of the list: table, csv, markdown, latex or json. csv and json hold everything, unrounded.",
    ),
]


@app.command(
    "list",
    cls=PlainCommand,
    epilog=examples(
        ("mnistcnn runs --sort test_accuracy --limit 5", "the five best"),
        ("mnistcnn runs --filter state=died --filter state=failed", "what went wrong"),
        ("mnistcnn runs --json | jq -r .run", "the paths, for a script"),
        ("mnistcnn runs --format csv > runs.csv", "every fact and setting, for a spreadsheet"),
        ("mnistcnn runs --format latex", "a table for a paper"),
    ),
)
def list_runs(
    log_dir: options.LogDir = Path("runs"),
    sort: Sort = "started",
    reverse: Reverse = False,
    conditions: Filter = None,
    limit: Limit = None,
    form: ListFormat = None,
    as_json: options.Json = False,
) -> None:
    """List runs with their results and settings, newest first."""
    from mnistcnn.runs.finding import find_runs
    from mnistcnn.runs.selection import selected_runs

    from ..rendering.run_formats import write_runs
    from ..rendering.run_tables import draw_list

    if as_json and form not in (None, "json"):
        raise UsageError(f"runs: --json and --format {form}: choose one")
    form = "json" if as_json else form or "table"
    everything = find_runs(log_dir)
    shown = selected_runs(everything, conditions or [], sort, reverse=reverse, limit=limit)
    if form == "table":
        draw_list(shown, log_dir, hidden=len(everything) - len(shown))
    else:
        write_runs(shown, form)


Plot = Annotated[
    Path | None,
    typer.Option(
        "--plot",
        metavar="FILE",
        callback=expanded,
        help="Draw the curves of the runs into a .png, .svg or .pdf file, seeds of a recipe as one line with a band.",
    ),
]


@app.command(
    cls=PlainCommand,
    epilog=examples(
        ("mnistcnn runs show", "the newest run"),
        ("mnistcnn runs show runs/one --json", "with its whole manifest, for a script"),
    ),
)
def show(run: options.Run = "latest", log_dir: options.LogDir = Path("runs"), as_json: options.Json = False) -> None:
    """Show everything about one run, with the commands for it."""
    from mnistcnn.runs.finding import open_run
    from mnistcnn.runs.listing import summarize

    from ..rendering.ndjson import write_record
    from ..rendering.run_records import full_record
    from ..rendering.run_tables import draw_run

    opened = open_run(run, log_dir)
    if as_json:
        write_record(full_record(summarize(opened), opened))
    else:
        draw_run(summarize(opened), opened)


@app.command(
    cls=PlainCommand,
    epilog=examples(
        ("mnistcnn runs compare first second", "what differs, and the results"),
        ("mnistcnn runs compare first second third --all", "all settings"),
        ("mnistcnn runs compare first second --plot curves.png", "their curves in one picture"),
    ),
)
def compare(
    runs: Annotated[
        list[str],
        typer.Argument(
            metavar="RUN", help="Two or more paths or names.", show_default=False, autocompletion=complete_runs
        ),
    ],
    log_dir: options.LogDir = Path("runs"),
    everything: Annotated[
        bool, typer.Option("--all", metavar="", help="Show the settings that are equal as well.")
    ] = False,
    plot: Plot = None,
    as_json: options.Json = False,
) -> None:
    """Compare the settings and results of runs."""
    from mnistcnn.runs.finding import open_run
    from mnistcnn.runs.listing import summarize

    from ..rendering.ndjson import write_record
    from ..rendering.run_records import comparison_record
    from ..rendering.run_tables import draw_comparison

    if len(runs) < 2:
        raise UsageError("runs compare: name at least two runs; `mnistcnn runs` lists them")
    if plot is not None:
        check_plot(plot)
    summaries = [summarize(open_run(name, log_dir)) for name in runs]
    if as_json:
        write_record({**comparison_record(summaries, everything=everything), "plot": plot})
    else:
        draw_comparison(summaries, everything=everything)
    if plot is not None:
        draw_curves(summaries, plot)


@app.command(
    "export",
    cls=PlainCommand,
    epilog=examples(
        ("mnistcnn runs export > metrics.csv", "the curves of every run"),
        ("mnistcnn runs export first second", "of two runs"),
        ("mnistcnn runs export --filter 'name=rate-*'", "of some"),
    ),
)
def export_metrics(
    runs: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="RUN", help="Paths or names.", show_default="all in --log-dir", autocompletion=complete_runs
        ),
    ] = None,
    log_dir: options.LogDir = Path("runs"),
    conditions: Filter = None,
) -> None:
    """Write the metrics of runs to standard output, as one CSV.

    It has a row for each report and each evaluation. The columns are `run`, `name`, `seed`, and those of metrics.csv.
    """
    from mnistcnn.runs.finding import find_runs, open_run
    from mnistcnn.runs.selection import selected_runs

    from ..rendering.run_formats import write_metrics

    opened = [open_run(name, log_dir) for name in dict.fromkeys(runs or [])] or find_runs(log_dir)
    write_metrics(read_runs(selected_runs(opened, conditions or [], "started")))


@app.command(
    cls=PlainCommand,
    epilog=examples(
        ("mnistcnn runs reproduce", "the newest run"),
        ("mnistcnn runs reproduce runs/one --quiet && echo same", "in a script"),
    ),
)
def reproduce(
    run: options.Run = "latest",
    log_dir: options.LogDir = Path("runs"),
    quiet: options.Quiet = False,
    as_json: options.Json = False,
) -> None:
    """Train a run again, and compare the weights bit for bit.

    The repetition is a new run. Exit code 0: the weights are the same. Exit code 5: they differ, and the message lists
    what else differs; or the run could not be repeated.
    """
    from mnistcnn.events import RunStarted
    from mnistcnn.runs import reproduction
    from mnistcnn.runs.data import check_same_data, data_to_repeat
    from mnistcnn.runs.directory import Run
    from mnistcnn.runs.finding import open_run

    from ..rendering.console import open_console
    from ..rendering.ndjson import write_record
    from ..rendering.run_records import reproduction_record, verdict
    from ..signals import stop_on_signals

    original = open_run(run, log_dir)
    config = reproduction.config_to_repeat(original)
    start = reproduction.starting_weights_to_repeat(original, config)
    repeated = original
    with open_console(as_json=as_json, quiet=quiet) as console:
        dataset = load_data(data_to_repeat(original, config.data), console)
        check_same_data(original, dataset)
        start_tensorflow(console)
        from mnistcnn.training.loop import train

        with stop_on_signals() as stop:
            for event in train(config, dataset, stop, start=start):
                console.show(event)
                repeated = Run(event.run) if isinstance(event, RunStarted) else repeated
            stop.raise_if_stopped()
    result = reproduction.compare(original, repeated)
    if as_json:
        write_record(reproduction_record(result))
    result.raise_if_different()
    sys.stderr.write(verdict(result) + "\n")
