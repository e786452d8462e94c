import io
from pathlib import Path

from mnistcnn_cli.rendering.result_paths import BestRunPath, RunPath

from mnistcnn.events import SweepFinished, TrialResult


def test_the_run_path_is_the_only_line_and_comes_at_the_end(fake_run):
    stream = io.StringIO()
    with RunPath(stream) as sink:
        for event in fake_run():
            sink.show(event)
        assert stream.getvalue() == ""
    assert stream.getvalue() == "runs/20261124-064837-3fa9c1\n"


def sweep_finished(best):
    return SweepFinished("sweep", "sweeps.journal", "mnist", 3, len(best), 0, 0, 0, 0, tuple(best), (), 1.0)


def test_of_a_sweep_it_is_the_path_of_the_best_run():
    stream = io.StringIO()
    with BestRunPath(stream) as sink:
        sink.show(
            sweep_finished([TrialResult(number, "finished", {}, run=Path(f"runs/{number}")) for number in (4, 2)])
        )
    assert stream.getvalue() == "runs/4\n"


def test_a_sweep_without_a_finished_trial_has_no_path():
    stream = io.StringIO()
    with BestRunPath(stream) as sink:
        sink.show(sweep_finished([]))
    assert stream.getvalue() == ""
