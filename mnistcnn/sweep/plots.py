"""What a study found, drawn: the trials in their order, which settings matter, and where the good values are.

`history.png`, `slices.png` and `importances.png`, and `report.html`, one file that needs nothing else.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import optuna
from optuna.distributions import BaseDistribution, FloatDistribution, IntDistribution
from optuna.importance import get_param_importances
from optuna.trial import FrozenTrial, TrialState

from .. import files
from ..visualize.drawing.sheet import same_everywhere
from ..visualize.drawing.style import LIGHT, hex_colour
from .report import report_page
from .results import best_results, study_slots

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_FEWEST_TRIALS = 4
"""With fewer, importances say nothing."""
_COLUMNS = 3
_BLUE, _ORANGE, _FAINT = hex_colour(LIGHT.blue), hex_colour(LIGHT.orange), hex_colour(LIGHT.faint)


def draw_plots(study: optuna.Study, log_dir: Path) -> tuple[Path, ...]:
    """Draw what the finished trials show into `<log_dir>/<study>-plots/`; nothing before there are two.

    Raises:
        OSError: they cannot be written.
    """
    slots = study_slots(study)
    trials = [slot.last for slot in slots if slot.last.state in (TrialState.COMPLETE, TrialState.PRUNED)]
    trials.sort(key=lambda trial: trial.number)  # A retry has a later number than its slot's neighbours.
    finished = [trial for trial in trials if trial.state == TrialState.COMPLETE]
    if len(finished) < 2:
        return ()
    importances = param_importances(study, finished)
    directory = log_dir / f"{study.study_name}-plots"
    directory.mkdir(parents=True, exist_ok=True)
    with same_everywhere():
        figures = {"history": history(trials), "slices": slices(trials)}
        if importances:
            figures["importances"] = importance_bars(importances)
        contents = {f"{name}.png": _rendered(figure, "png") for name, figure in figures.items()}
        pictures = {name: _rendered(figure, "svg").decode() for name, figure in figures.items()}
    contents["report.html"] = files.utf8(report_page(study.study_name, pictures, slots, best_results(slots)))
    for name, content in contents.items():
        files.write_atomically(directory / name, content)
    return tuple(directory / name for name in contents)


def param_importances(study: optuna.Study, finished: Sequence[FrozenTrial]) -> dict[str, float]:
    """How much of the differences between finished trials each setting explains (fANOVA), the most important first.

    Empty when there are too few trials, or none differs.
    """
    if len(finished) < _FEWEST_TRIALS or len({trial.value for trial in finished}) < 2:
        return {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Of settings with a single value, which have no importance.
        evaluator = optuna.importance.FanovaImportanceEvaluator(seed=0)
        return dict(get_param_importances(study, evaluator=evaluator))


def history(trials: Sequence[FrozenTrial]) -> Figure:
    """Each trial's best validation accuracy, and the best so far."""
    figure, (axes,) = _figure(7.2, 3.6, 1)
    _scatter(axes, trials, lambda trial: trial.number)
    finished = [trial for trial in trials if trial.state == TrialState.COMPLETE]
    best, steps = 0.0, []
    for trial in finished:
        best = max(best, _accuracy(trial))
        steps.append(best)
    axes.step([trial.number for trial in finished], steps, where="post", color=_ORANGE, label="best so far")
    axes.set(xlabel="trial", ylabel="validation accuracy (%)")
    axes.legend(frameon=False, fontsize=8)
    return figure


def slices(trials: Sequence[FrozenTrial]) -> Figure:
    """For each setting, the accuracy of every trial against its value."""
    spaces = {name: space for trial in trials for name, space in trial.distributions.items()}
    columns = min(_COLUMNS, len(spaces))
    rows = -(-len(spaces) // columns)
    figure, panels = _figure(3.4 * columns, 3.0 * rows, len(spaces))
    for axes, (name, space) in zip(panels, spaces.items(), strict=True):
        _slice(axes, [trial for trial in trials if name in trial.params], name, space)
    panels[0].legend(frameon=False, fontsize=8)
    return figure


def importance_bars(importances: dict[str, float]) -> Figure:
    """One bar for each setting; together they are 1."""
    figure, (axes,) = _figure(7.2, 0.8 + 0.4 * len(importances), 1)
    names = list(importances)[::-1]
    bars = axes.barh(names, [importances[name] for name in names], color=_BLUE)
    axes.bar_label(bars, fmt="%.2f", padding=3, fontsize=8)
    axes.set(xlabel="share of the differences in validation accuracy (fANOVA)", xlim=(0, 1))
    return figure


def _slice(axes: Axes, trials: Sequence[FrozenTrial], name: str, space: BaseDistribution) -> None:
    if isinstance(space, FloatDistribution | IntDistribution):
        _scatter(axes, trials, lambda trial: trial.params[name])
        axes.set_xscale("log" if space.log else "linear")
    else:
        choices = [str(choice) for choice in getattr(space, "choices", ())]
        _scatter(axes, trials, lambda trial: choices.index(str(trial.params[name])))
        axes.set_xticks(range(len(choices)), choices)
        axes.margins(x=0.2)
    axes.set(xlabel=name, ylabel="validation accuracy (%)")


def _scatter(axes: Axes, trials: Sequence[FrozenTrial], place: Callable[[FrozenTrial], float]) -> None:
    """A full dot for each finished trial, an open one for what was stopped early."""
    for state, face, edge, label in (
        (TrialState.PRUNED, "none", _FAINT, "stopped early"),
        (TrialState.COMPLETE, _BLUE, _BLUE, "finished"),
    ):
        shown = [trial for trial in trials if trial.state == state and trial.value is not None]
        if shown:
            x, y = [place(trial) for trial in shown], [_accuracy(trial) for trial in shown]
            axes.scatter(x, y, s=18, facecolors=face, edgecolors=edge, label=label, zorder=3)


def _accuracy(trial: FrozenTrial) -> float:
    return 100 * (trial.value or 0.0)


def _figure(width: float, height: float, panels: int) -> tuple[Figure, list[Axes]]:
    """Axes in rows of three; inches."""
    from matplotlib.figure import Figure

    figure = Figure((width, height), layout="constrained")
    columns = min(_COLUMNS, panels)
    rows = -(-panels // columns)
    axes = [figure.add_subplot(rows, columns, number + 1) for number in range(panels)]
    for each in axes:
        each.spines[["top", "right"]].set_visible(False)
        each.grid(color="#e4e6e9", linewidth=0.6)
        each.set_axisbelow(True)
        each.tick_params(labelsize=8)
    return figure, axes


def _rendered(figure: Figure, kind: str) -> bytes:
    content = io.BytesIO()
    metadata = {"Date": None} if kind == "svg" else None  # The same study gives the same bytes.
    figure.savefig(content, format=kind, dpi=144, metadata=metadata)
    return content.getvalue()
