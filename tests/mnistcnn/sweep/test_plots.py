import re

from PIL import Image

from mnistcnn.sweep.running import sweep
from mnistcnn.sweep.study import load_study


def test_the_plots_and_one_page_with_all_of_it_are_beside_the_runs(settings, tiny_dataset, training, tmp_path):
    *_, finished = sweep(settings(trials=12, study="wide & <low>", pruner="median"), tiny_dataset, training)
    assert {path.name for path in finished.plots} == {"history.png", "slices.png", "importances.png", "report.html"}
    for path in finished.plots[:3]:
        with Image.open(path) as image:
            assert min(image.size) > 100
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
