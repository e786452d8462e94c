import csv
import json
import shutil
import sys

import pytest
from mnistcnn_cli.app import run
from mnistcnn_cli.commands.eval import _fraction

from mnistcnn.config.schema import load_config
from mnistcnn.data.sources import load_dataset
from mnistcnn.training.loop import train
from tests.conftest import idx_bytes, make_examples

NAMES = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")


def write_idx(folder, seed, training=240):
    """Four IDX files with 60 test images."""
    folder.mkdir()
    train_split, test_split = make_examples(training, seed), make_examples(60, seed + 1)
    arrays = (train_split.images, train_split.labels, test_split.images, test_split.labels)
    for name, array in zip(NAMES, arrays, strict=True):
        (folder / name).write_bytes(idx_bytes(array))
    return folder


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A folder with the data `bars`, and a run that learned a little from it."""
    home = tmp_path_factory.mktemp("eval")
    small = ["network.conv1=2", "network.conv2=3", "network.fc1=16", "batch_size=20", "learning_rate=1e-3"]
    cadence = ["steps=20", "eval_every=10", "checkpoints.every=60"]
    data = ["data.source=idx", f"data.dir={write_idx(home / 'bars', 0)}", "data.validation_size=40"]
    config = load_config(None, [f"log_dir={home / 'runs'}", "name=one", *small, *cadence, *data])
    list(train(config, load_dataset(config.data)))
    return home


@pytest.fixture
def runs(trained, tmp_path):
    """A copy of the runs, to write in."""
    return shutil.copytree(trained / "runs", tmp_path / "runs", symlinks=True)


@pytest.fixture
def evaluate(runs, capfd):
    """Runs `mnistcnn eval`; gives its exit code, standard output and standard error."""

    def call(*arguments):
        code = run(["eval", "--log-dir", str(runs), *arguments])
        return code, *capfd.readouterr()

    return call


def test_without_arguments_the_best_weights_of_the_latest_run_are_tested_on_its_own_data(evaluate, runs):
    code, out, err = evaluate()
    record = json.loads((runs / "one/eval-test.json").read_text())
    lines = [line.split() for line in out.splitlines()]
    accuracy, errors = record["accuracy"], record["errors"]
    assert code == 0
    assert ["accuracy", f"{100 * accuracy:.2f}", "%", "(bars)"] in lines
    low, high = (f"{100 * record['interval'][end]:.2f}" for end in ("low", "high"))
    assert ["interval", low, "to", high, "%,", "with", "95", "%", "confidence"] in lines
    assert ["errors", str(errors), "of", "60"] in lines
    assert ["checkpoint", "best,", "step", str(record["step"])] in lines
    assert ["weights", record["weights_digest"]] in lines
    assert ["run", "one"] in lines
    last = f"test accuracy {100 * accuracy:.2f} % (bars): {errors} errors of 60"
    assert out.splitlines()[-1] == last
    assert "warning" not in err
    assert 0 < errors < 60


def test_the_table_of_confusions_and_the_mistakes_are_shown(evaluate, runs):
    _, out, _ = evaluate("--mistakes", "2")
    record = json.loads((runs / "one/eval-test.json").read_text())
    lines = [line.split() for line in out.splitlines()]
    assert all([str(i), *map(str, row)] in lines for i, row in enumerate(record["confusion"]))
    first, second = record["mistakes"]
    for mistake in (first, second):
        row = [str(mistake[key]) for key in ("index", "label", "prediction")]
        assert [*row, f"{100 * mistake['probability']:.2f}", "%"] in [line[:5] for line in lines]
        assert f"{mistake['index']}: {mistake['label']}, read as {mistake['prediction']}" in out
    assert first["probability"] >= second["probability"]
    assert "@@@" in out


def test_without_mistakes_there_are_no_pictures(evaluate):
    _, out, _ = evaluate("--mistakes", "0")
    assert "read as" not in out
    assert "Most confident mistakes" not in out


def test_the_last_checkpoint_has_the_accuracy_of_the_manifest(evaluate, runs):
    results = json.loads((runs / "one/manifest.json").read_text())["results"]
    _, out, _ = evaluate("one", "--checkpoint", "last", "--json")
    record = json.loads(out)
    assert (record["checkpoint"], record["step"]) == ("last", 20)
    assert (record["accuracy"], record["errors"]) == (results["test_accuracy"], results["test_errors"])
    assert record["weights_digest"] == results["weights_digest"]


def test_a_run_has_its_own_name_however_it_is_named(evaluate, runs, monkeypatch):
    monkeypatch.chdir(runs / "one")
    assert json.loads(evaluate(".", "--json")[1])["run"] == "one"


def test_json_is_one_object_the_same_as_in_the_file(evaluate, runs):
    code, out, err = evaluate("--json", "--quiet")
    (line,) = out.splitlines()
    record = json.loads(line)
    written = record.pop("written")
    assert record.pop("warnings") == []
    in_file = json.loads((runs / "one/eval-test.json").read_text())
    in_file.pop("predictions")
    assert (code, record, err) == (0, in_file, "")
    assert written == [str(runs / "one" / name) for name in ("eval-test.json", "predictions-test.csv")]


def test_evaluating_twice_writes_the_same_bytes(evaluate, runs):
    files = [runs / "one" / name for name in ("eval-test.json", "predictions-test.csv")]
    contents = []
    for _ in range(2):
        evaluate()
        contents.append([file.read_bytes() for file in files])
    assert contents[0] == contents[1]


def test_another_split_has_files_of_its_own(evaluate, runs):
    _, out, _ = evaluate("--split", "validation", "--json")
    assert (json.loads(out)["split"], json.loads(out)["examples"]) == ("validation", 40)
    with (runs / "one/predictions-validation.csv").open() as file:
        assert sum(1 for _ in csv.DictReader(file)) == 40
    assert (runs / "one/eval-validation.json").exists()
    assert not (runs / "one/eval-test.json").exists()


def test_the_same_data_in_another_place_is_the_runs_own(evaluate, trained, runs, tmp_path):
    moved = shutil.copytree(trained / "bars", tmp_path / "elsewhere")
    _, out, err = evaluate("--data-dir", str(moved), "--json", "-q")
    record = json.loads(out)
    assert (record["is_foreign"], record["data"], err) == (False, "elsewhere", "")
    assert (runs / "one/eval-test.json").exists()


def test_other_data_is_allowed_and_said_everywhere(evaluate, runs):
    code, out, err = evaluate("--data", "digits", "-q")
    assert code == 0
    assert "(digits, trained on bars)" in out
    assert err.startswith("warning: other data: one learned from bars, and this evaluates it on digits")
    record = json.loads((runs / "one/eval-test-digits.json").read_text())
    assert (record["data"], record["trained_on"], record["is_foreign"]) == ("digits", "bars", True)
    assert (runs / "one/predictions-test-digits.csv").exists()
    assert not (runs / "one/eval-test.json").exists()


def test_other_data_needs_no_training_images_to_spare_to_be_tested_on(evaluate, tmp_path):
    few = write_idx(tmp_path / "few", 8, training=10)
    assert evaluate("--data-dir", str(few))[0] == 0
    assert evaluate("--data-dir", str(few), "--split", "validation")[0] == 4


def test_other_data_of_the_same_name_does_not_pass_for_the_runs_own(evaluate, runs, tmp_path):
    other = write_idx(tmp_path / "bars", 8)
    _, out, err = evaluate("--data-dir", str(other), "-q")
    assert "(bars, trained on other data)" in out
    assert "the checksums differ" in err
    assert not (runs / "one/eval-test.json").exists()


def test_a_run_of_mnist_that_can_only_have_the_digits_now_says_so_loudly(evaluate, runs):
    manifest, config = runs / "one/manifest.json", runs / "one/config.yaml"
    manifest.write_text(
        manifest.read_text().replace('"bars"', '"mnist"').replace('"source": "idx"', '"source": "mnist"')
    )
    lines = [line for line in config.read_text().splitlines() if not line.startswith(("  source:", "  dir:"))]
    config.write_text("\n".join(lines) + "\n")
    code, out, err = evaluate("-q", "--json")
    record = json.loads(out)
    assert code == 0
    assert (record["data"], record["trained_on"], record["is_foreign"]) == ("digits", "mnist", True)
    assert err.startswith("warning: MNIST could not be loaded.")
    assert "warning: other data: one learned from mnist, and this evaluates it on digits" in err
    assert len(record["warnings"]) == 3


def test_data_that_is_gone_is_an_error_with_a_way_out(evaluate, runs, tmp_path):
    config = runs / "one/config.yaml"
    config.write_text(config.read_text().replace("/bars", "/gone"))
    code, out, err = evaluate()
    assert (code, out) == (4, "")
    assert "--data-dir DIR" in err


def test_below_the_accuracy_that_was_asked_for_it_exits_with_7_after_everything_else(evaluate, runs):
    code, out, err = evaluate("--min-accuracy", "1", "--json", "-q")
    record, error = map(json.loads, out.splitlines())
    assert code == error["exit_code"] == 7
    assert error["kind"] == "BelowAccuracyError"
    assert (runs / "one/eval-test.json").exists()
    assert f"test accuracy {record['accuracy']} (bars) is below --min-accuracy 1.0" in err


def test_exactly_the_accuracy_that_was_asked_for_is_enough(evaluate):
    accuracy = json.loads(evaluate("--json")[1])["accuracy"]
    assert evaluate("--min-accuracy", repr(accuracy))[0] == 0


@pytest.mark.parametrize(
    ("text", "value"), [("98%", 0.98), ("99.3 %", 0.993), ("0.993", 0.993), ("1", 1.0), ("0%", 0.0)]
)
def test_a_percentage_is_the_same_fraction_to_the_last_bit(text, value):
    assert _fraction(text) == value


def test_text_that_is_no_number_is_told_what_is(evaluate):
    for text in ("98,5%", "1e9999999%", "sNaN"):
        code, _, err = evaluate("--min-accuracy", text)
        assert (code, "expected a fraction such as 0.98, or 98%" in err) == (2, True)


@pytest.mark.parametrize("wrong", ["98", "1.01", "-0.1", "nan", "inf", "101%"])
def test_an_accuracy_that_is_no_fraction_is_a_wrong_command_line(evaluate, wrong):
    code, out, err = evaluate("--min-accuracy", wrong)
    assert (code, out) == (2, "")
    assert "a fraction between 0 and 1" in err
    assert ("--min-accuracy 98%" in err) == (wrong == "98")


def test_results_that_cannot_be_written_are_still_shown(evaluate, runs):
    (runs / "one/eval-test.json").mkdir()
    code, out, err = evaluate("-q")
    assert code == 0
    assert "% (bars)" in out
    assert "written:" not in out
    assert err.startswith(f"warning: {runs / 'one'}: the results were not written:")


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["nowhere"], 5, "nowhere: no such run"),
        (["--checkpoint", "7"], 5, "no checkpoint '7'; there are: 0, "),
        (["--split", "half"], 2, "'half' is not one of"),
        (["--mistakes", "-1"], 2, "--mistakes"),
        (["--data", "digits", "--data-dir", "."], 2, "data_dir .: the digits are bundled"),
    ],
    ids=str,
)
def test_what_cannot_be_evaluated_is_one_message(evaluate, arguments, code, said):
    found, out, err = evaluate(*arguments)
    assert (found, out) == (code, "")
    assert err.startswith("error: ")
    assert said in err


def test_a_colour_terminal_gets_tables_and_half_blocks(runs, capsys, monkeypatch):
    shown = in_a_terminal(runs, capsys, monkeypatch)
    assert "─" in shown
    assert "▀" in shown
    assert "\x1b[38;2;255;255;255" in shown
    figures, _, tables = shown.partition("Classes")
    assert "─" not in figures
    assert json.loads((runs / "one/eval-test.json").read_text())["weights_digest"] in figures
    confusions = tables.partition("Confusions")[2].splitlines()[4:14]
    assert [["\x1b[32m" in cell for cell in line.split()].index(True) for line in confusions] == [*range(1, 11)]


def test_no_color_gets_characters_and_no_colours(runs, capsys, monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    shown = in_a_terminal(runs, capsys, monkeypatch)
    assert "▀" not in shown
    assert "\x1b[38;2" not in shown
    assert "@@@" in shown


def in_a_terminal(runs, capsys, monkeypatch):
    """Standard output of `mnistcnn eval` in a terminal of 80 columns."""
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    for name, value in {"COLUMNS": "80", "TERM": "xterm-256color", "COLORTERM": "truecolor"}.items():
        monkeypatch.setenv(name, value)
    assert run(["eval", "--log-dir", str(runs), "--quiet"]) == 0
    return capsys.readouterr().out


def test_a_network_that_learned_nothing_is_told(runs, evaluate):
    metrics = runs / "one/metrics.csv"
    header = metrics.read_text().splitlines()[0]
    metrics.write_text(f"{header}\n0,test,bars,60,2.3,0.1,\n10,test,bars,60,2.3,0.1,\n20,test,bars,60,2.3,0.1,\n")
    code, out, err = evaluate("one", "--json", "-q")
    assert code == 0
    (warning,) = json.loads(out)["warnings"]
    assert "no better than always giving the most frequent digit" in warning
    assert f"warning: {warning}\n" in err
