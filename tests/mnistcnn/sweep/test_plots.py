"""The plots of a study: what their axes show, and the page that has all of them."""

import re

import numpy as np
import optuna
import pytest
from optuna.distributions import CategoricalDistribution, FloatDistribution
from optuna.trial import TrialState, create_trial

from mnistcnn.sweep.plots import history, importance_bars, param_importances, slices
from mnistcnn.sweep.running import sweep
from mnistcnn.sweep.study import load_study

SPACE = {
    "learning_rate": FloatDistribution(1e-4, 1e-1, log=True),
    "keep_prob": FloatDistribution(0.1, 1.0),
    "precision": CategoricalDistribution(["float32", "bfloat16"]),
}
ACCURACIES = [0.90, 0.85, 0.97, 0.80, 0.95]
STOPPED_EARLY = (1, 3)
RATES = [1e-4, 1e-3, 1e-2, 1e-1, 2e-2]
PRECISIONS = ["float32", "bfloat16", "bfloat16", "float32", "float32"]


@pytest.fixture
def study():
    """Five trials, of which the second and the fourth were stopped early."""
    study = optuna.create_study(direction="maximize")
    for number, accuracy in enumerate(ACCURACIES):
        study.add_trial(
            create_trial(
                state=TrialState.PRUNED if number in STOPPED_EARLY else TrialState.COMPLETE,
                value=accuracy,
                params={"learning_rate": RATES[number], "keep_prob": 0.5, "precision": PRECISIONS[number]},
                distributions=SPACE,
            )
        )
    return study


def points(axes):
    """Where the dots of each kind are, by the legend's words."""
    return {dots.get_label(): dots.get_offsets().tolist() for dots in axes.collections}


def test_the_history_has_a_dot_for_each_trial_and_the_best_so_far(study):
    (axes,) = history(study.trials).axes
    assert points(axes) == {
        "finished": [[0, 90], [2, pytest.approx(97)], [4, 95]],
        "stopped early": [[1, 85], [3, 80]],
    }
    assert axes.get_ylabel() == "validation accuracy (%)"
    (best,) = axes.lines
    assert (best.get_label(), best.get_drawstyle()) == ("best so far", "steps-post")
    np.testing.assert_allclose(best.get_xydata(), [[0, 90], [2, 97], [4, 97]])


def test_what_was_stopped_early_is_an_open_dot_and_what_finished_a_full_one(study):
    (axes,) = history(study.trials).axes
    full = {dots.get_label(): len(dots.get_facecolor()) > 0 for dots in axes.collections}
    assert full == {"finished": True, "stopped early": False}
    assert {text.get_text() for text in axes.get_legend().get_texts()} == {*full, "best so far"}


def test_a_slice_has_the_accuracy_of_every_trial_at_the_value_of_its_setting(study):
    rate, keep, precision = slices(study.trials).axes
    assert [axes.get_xlabel() for axes in (rate, keep, precision)] == list(SPACE)
    assert [axes.get_xscale() for axes in (rate, keep)] == ["log", "linear"]
    assert points(rate)["stopped early"] == [[1e-3, 85], [1e-1, 80]]
    np.testing.assert_allclose(points(rate)["finished"], [[1e-4, 90], [1e-2, 97], [2e-2, 95]])
    assert [x for x, _ in points(keep)["finished"]] == [0.5] * 3


def test_a_slice_of_words_has_a_tick_for_each_word(study):
    axes = slices(study.trials).axes[2]
    assert [label.get_text() for label in axes.get_xticklabels()] == ["float32", "bfloat16"]
    np.testing.assert_allclose(points(axes)["finished"], [[0, 90], [1, 97], [0, 95]])


def test_the_most_important_setting_has_the_longest_bar_at_the_top():
    (axes,) = importance_bars({"learning_rate": 0.75, "keep_prob": 0.2, "precision": 0.05}).axes
    bars = sorted(axes.patches, key=lambda bar: bar.get_y(), reverse=True)
    assert [bar.get_width() for bar in bars] == [0.75, 0.2, 0.05]
    assert [label.get_text() for label in axes.get_yticklabels()][::-1] == ["learning_rate", "keep_prob", "precision"]
    assert {text.get_text() for text in axes.texts} == {"0.75", "0.20", "0.05"}
    assert axes.get_xlim() == (0, 1)


def test_a_setting_that_never_changed_explains_nothing(study):
    study.add_trial(study.trials[0])
    shares = param_importances(study, [trial for trial in study.trials if trial.state == TrialState.COMPLETE])
    assert sum(shares.values()) == pytest.approx(1)
    assert shares["keep_prob"] == 0


def test_the_plots_and_one_page_with_all_of_it_are_beside_the_runs(settings, tiny_dataset, training, tmp_path):
    *_, finished = sweep(settings(trials=12, study="wide & <low>", pruner="median"), tiny_dataset, training)
    assert {path.name for path in finished.plots} == {"history.png", "slices.png", "importances.png", "report.html"}
    page = (tmp_path / "runs" / "wide & <low>-plots" / "report.html").read_text()
    assert "<h1>wide &amp; &lt;low&gt;</h1>" in page
    assert page.count("<svg") == 3
    assert len(re.findall(r"<tr(?: class=best)?><td", page)) == 12
    assert f'<tr class=best><td data-value="{finished.best[0].trial}">' in page
    assert not re.search(r'(?:src|href)="(?!#)', re.sub(r"<metadata>.*?</metadata>", "", page, flags=re.DOTALL))
    identifiers = re.findall(r'\bid="([^"]+)"', page)
    assert len(identifiers) == len(set(identifiers))
    assert set(re.findall(r'xlink:href="#([^"]+)"', page)) <= set(identifiers)


def test_with_less_than_two_finished_trials_there_is_nothing_to_draw(settings, tiny_dataset, training):
    *_, finished = sweep(settings(trials=1), tiny_dataset, training)
    assert finished.plots == ()


def test_settings_that_are_words_or_null_are_drawn(settings, tiny_dataset, training):
    space = {"network.initializer": {"choice": ["he", "tutorial"]}, "summaries.trace_every": {"choice": [None, 10]}}
    *_, finished = sweep(settings(trials=4, space=space, sampler="grid"), tiny_dataset, training)
    assert len(finished.plots) >= 3
    assert load_study(settings(space=space)).best_trial.number == finished.best[0].trial
