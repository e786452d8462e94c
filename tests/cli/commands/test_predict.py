import io
import json
import subprocess
import sys

import numpy as np
import pytest
from mnistcnn_cli import file_predictions
from mnistcnn_cli.app import run as run_command
from PIL import Image

from mnistcnn.config.schema import load_config
from mnistcnn.data.dataset import Dataset, Examples
from mnistcnn.data.preview import OUTLINE
from mnistcnn.runs.directory import Run
from mnistcnn.runs.doubt import FoundDoubt
from mnistcnn.training.loop import train

BARS = (1, 7)


def bar(label):
    """A digit of two classes: a bar that lies or stands, in MNIST's frame."""
    image = np.zeros((28, 28), np.uint8)
    image[4:24, 13:16] = 255
    return image if label == 1 else image.T


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """The folder of runs with one run, whose network tells the two bars apart."""
    labels = np.array(BARS * 60, np.uint8)
    examples = Examples(np.stack([bar(label) for label in labels]), labels)
    dataset = Dataset("bars", "idx", "/data/bars", {}, examples, examples, examples)
    log_dir = tmp_path_factory.mktemp("runs")
    small = ["network.conv1=2", "network.conv2=3", "network.fc1=16", "network.initializer=he"]
    recipe = ["batch_size=20", "steps=60", "eval_every=60", "learning_rate=1e-2", "keep_prob=1"]
    return Run(list(train(load_config(None, [f"log_dir={log_dir}", *small, *recipe]), dataset))[-1].run)


@pytest.fixture
def folder(tmp_path):
    """`1.png`, dark on light and large; `2.jpg`, light on dark; `3.png`, which is none; `notes.txt`."""
    enlarged = Image.fromarray(255 - bar(1)).resize((200, 200))
    enlarged.save(tmp_path / "1.png")
    Image.fromarray(bar(7)).resize((90, 90)).save(tmp_path / "2.jpg")
    (tmp_path / "3.png").write_bytes(b"no image")
    (tmp_path / "notes.txt").write_text("none either")
    return tmp_path


@pytest.fixture
def predict(trained, monkeypatch):
    def run(*arguments, stdin=b""):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        return run_command(["predict", *map(str, arguments), "--log-dir", str(trained.path.parent)])

    return run


def test_each_file_gets_its_digit_with_the_runner_up(predict, folder, capsys):
    assert predict(folder / "1.png", folder / "2.jpg") == 0
    header, first, second = (line.split() for line in capsys.readouterr().out.splitlines())
    assert header == ["file", "digit", "probability", "runner-up", "probability"]
    assert (first[0], first[1], second[0], second[1]) == (str(folder / "1.png"), "1", str(folder / "2.jpg"), "7")
    assert float(first[2].lstrip(">")) > 80 > 20 > float(first[5].lstrip("<"))
    assert first[4] != "1"


def test_the_network_and_its_data_are_named(predict, trained, folder, capsys):
    predict(folder / "1.png")
    assert f"{trained.path}, step 60, trained on bars" in capsys.readouterr().err.splitlines()


def test_what_is_no_image_has_its_own_error_and_the_others_go_on(predict, folder, capsys):
    assert predict(folder / "nowhere.png", folder / "notes.txt", folder) == 4
    output = capsys.readouterr()
    assert [line.split()[1] for line in output.out.splitlines()[1:]] == ["1", "7"]
    errors = [line for line in output.err.splitlines() if line.startswith("error: ")]
    assert [error.split(": ")[1] for error in errors] == [
        str(folder / name) for name in ("nowhere.png", "notes.txt", "3.png")
    ]
    assert output.err.splitlines()[-1] == "3 of 5 files could not be used"


def test_json_has_an_object_for_each_file_in_their_order(predict, trained, folder, capsys):
    assert predict(folder, "--json") == 4
    first, second, third = map(json.loads, capsys.readouterr().out.splitlines())
    assert (first["event"], first["file"], first["digit"]) == ("prediction", str(folder / "1.png"), 1)
    assert (first["run"], first["step"], first["data"]) == (str(trained.path), 60, "bars")
    assert first["probability"] == first["probabilities"][1] == max(first["probabilities"])
    assert first["runner_up_probability"] == first["probabilities"][first["runner_up"]]
    assert (len(first["probabilities"]), sum(first["probabilities"])) == (10, pytest.approx(1))
    assert "image" not in first
    assert second["digit"] == 7
    assert set(third) == {"event", "file", "error"}
    assert third["error"].startswith(f"{folder / '3.png'}: not an image")


def test_standard_input_is_a_file_called_dash(predict, folder, capsys):
    assert predict("-", "--json", stdin=(folder / "2.jpg").read_bytes()) == 0
    record = json.loads(capsys.readouterr().out)
    assert (record["file"], record["digit"]) == ("-", 7)


def test_standard_input_that_is_a_terminal_is_not_waited_for(trained, monkeypatch, capsys):
    terminal = io.TextIOWrapper(io.BytesIO())
    terminal.isatty = lambda: True
    monkeypatch.setattr(sys, "stdin", terminal)
    assert run_command(["predict", "-", "--run", str(trained.path)]) == 2
    assert "is a terminal" in capsys.readouterr().err


def test_show_draws_the_outlined_digit_and_what_the_network_saw(predict, folder, capsys):
    assert predict(folder / "1.png", "--show") == 0
    drawing = capsys.readouterr().out.splitlines()[2:]
    outlined, drawing = drawing[:28], drawing[28:]
    assert len(drawing) == 14
    around, inside = outlined[14].rstrip(), outlined[14].strip()
    assert 24 < len(around) < 40
    assert inside[0] == inside[-1] != "@"
    assert "@@@" in inside
    assert all(line[13:16].strip() and line.replace(line[13:16], "").isspace() for line in drawing[2:12])


def test_show_with_json_gives_the_pixels(predict, folder, capsys):
    assert predict(folder / "1.png", "--show", "--json") == 0
    image = np.array(json.loads(capsys.readouterr().out)["image"])
    assert image.shape == (28, 28)
    assert np.abs(image - bar(1)).mean() < 5


def test_more_files_than_one_chunk_stay_in_order(predict, folder, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(file_predictions, "CHUNK", 10)
    many = tmp_path / "many"
    many.mkdir()
    for number in range(30):
        label = BARS[number % 2]
        Image.fromarray(bar(label)).save(many / f"{number:03}-{label}.png")
    assert predict(many, "--json") == 0
    records = list(map(json.loads, capsys.readouterr().out.splitlines()))
    assert [record["file"] for record in records] == sorted(record["file"] for record in records)
    assert len(records) == 30
    assert all(record["file"].endswith(f"-{record['digit']}.png") for record in records)


def test_a_name_with_control_characters_does_not_reach_the_terminal(predict, folder, capsys):
    (folder / "1.png").rename(folder / "\x1b[31m.png")
    assert predict(folder / "\x1b[31m.png") == 0
    assert "\x1b" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (["--run", "nothing"], 5, "no such run"),
        (["--checkpoint", "77"], 5, "no checkpoint '77'"),
        (["--checkpoint", "0"], 0, "step 0, trained on bars"),
    ],
)
def test_the_run_and_its_checkpoint_can_be_chosen(predict, folder, options, code, said, capsys):
    assert predict(folder / "1.png", *options) == code
    assert said in capsys.readouterr().err


def test_no_files_are_a_usage_error(capsys):
    assert run_command(["predict"]) == 2
    assert "Missing argument 'FILE'" in capsys.readouterr().err


def test_tensorflow_is_not_started_for_what_is_no_image(trained, folder):
    script = (
        "import sys\n"
        "from mnistcnn_cli.app import run\n"
        "code = run(sys.argv[1:])\n"
        "print(code, 'tensorflow' in sys.modules)\n"
    )
    arguments = ["predict", str(folder / "3.png"), str(folder / "nowhere.png"), "--run", str(trained.path)]
    result = subprocess.run([sys.executable, "-c", script, *arguments], capture_output=True, text=True, check=True)
    assert result.stdout == "4 False\n"


@pytest.mark.parametrize(("accuracy", "warnings"), [(0.1, 1), (0.99, 0)])
def test_a_network_that_learned_nothing_is_told_once(predict, trained, folder, capsys, accuracy, warnings):
    metrics = trained.metrics_path.read_text()
    header = metrics.splitlines()[0]
    trained.metrics_path.write_text(f"{header}\n60,test,bars,120,2.3,{accuracy},\n")
    try:
        assert predict(folder / "1.png", folder / "2.jpg", "--checkpoint", "last") == 0
    finally:
        trained.metrics_path.write_text(metrics)
    captured = capsys.readouterr()
    assert captured.err.count("no better than") == warnings
    assert "no better than" not in captured.out


def test_of_several_pages_the_first_is_read_which_is_said_once(predict, folder, capsys):
    pages = [Image.open(folder / "1.png").convert("L"), Image.open(folder / "2.jpg")]
    for name in ("a.tif", "b.gif", "c.tif"):
        pages[0].save(folder / name, save_all=name < "c", append_images=pages[1:])
    assert predict(folder / "c.tif", folder / "a.tif", folder / "b.gif") == 0
    output = capsys.readouterr()
    assert [line.split()[1] for line in output.out.splitlines()[1:]] == ["1"] * 3
    assert output.err.count("only the first page or frame is read") == 1
    assert f"{folder / 'a.tif'}: only the first page" in output.err


@pytest.fixture
def number(tmp_path):
    """`171.png`: three digits on two lines, the lower one of a 7 alone."""
    page = np.full((300, 260), 255, np.uint8)
    page[20:120, 40:55] = 0
    page[30:45, 90:190] = 0
    page[30:110, 175:190] = 0
    page[170:270, 100:115] = 0
    path = tmp_path / "17 1.png"
    Image.fromarray(page).save(path)
    return path


def test_several_digits_are_read_as_the_number_that_they_spell(predict, number, capsys):
    assert predict(number) == 0
    _, whole, *digits = capsys.readouterr().out.splitlines()
    assert whole.removeprefix(str(number)).split()[:2] == ["17", "1"]
    assert [line.split()[0] for line in digits] == ["1", "7", "1"]
    assert digits[0].endswith("15×100 at 40, 20")


def test_json_has_the_box_of_each_digit_and_the_number(predict, number, capsys):
    assert predict(number, "--json") == 0
    record = json.loads(capsys.readouterr().out)
    assert record["number"] == "17 1"
    assert "digit" not in record
    assert [digit["digit"] for digit in record["digits"]] == [1, 7, 1]
    assert record["digits"][1]["box"] == {"left": 90, "top": 30, "width": 100, "height": 80}
    assert predict(number, "--json", "--show") == 0
    assert np.array(json.loads(capsys.readouterr().out)["digits"][2]["image"]).shape == (28, 28)


def test_show_draws_every_digit(predict, number, capsys):
    assert predict(number, "--show") == 0
    assert len(capsys.readouterr().out.splitlines()) == 2 + 28 + 3 * (1 + 14)


def test_single_refuses_several_digits_and_takes_one(predict, number, folder, capsys):
    assert predict(number, folder / "1.png", "--single") == 4
    output = capsys.readouterr()
    assert f"{number}: 3 digits, but one is needed" in output.err
    assert output.out.splitlines()[1].split()[1] == "1"


def test_save_writes_the_outlined_picture_and_the_inputs_of_the_network(predict, number, folder, tmp_path, capsys):
    (folder / "other").mkdir()
    (folder / "1.png").rename(folder / "other" / "17 1.png")
    saved = tmp_path / "new" / "saved"
    assert predict(number, folder / "3.png", folder / "other", "--save", saved, "--json", "--show") == 4
    first, _, last = map(json.loads, capsys.readouterr().out.splitlines())
    names = [f"1-17 1-{end}.png" for end in ("found", 1, 2, 3)]
    assert first["saved"] == [str(saved / name) for name in names]
    assert last["saved"] == [str(saved / "3-17 1-found.png"), str(saved / "3-17 1-1.png")]
    assert {path.name for path in saved.iterdir()} == {*names, "3-17 1-found.png", "3-17 1-1.png"}
    assert np.array_equal(np.asarray(Image.open(saved / names[2])), first["digits"][1]["image"])
    outlined = np.asarray(Image.open(saved / names[0]))
    assert outlined.shape == (300, 260, 3)
    sides = (outlined[115] == OUTLINE).all(axis=-1)
    assert np.count_nonzero(np.diff(sides.astype(int)) == 1) == 2  # Left and right of the one digit in this row.
    assert tuple(outlined[200, 89]) == (255, 255, 255)


def test_save_never_writes_into_a_folder_with_files(predict, folder, capsys):
    before = sorted(folder.iterdir())
    assert predict(folder / "1.png", "--save", folder) == 2
    assert f"--save {folder}: there are files in it already; choose a new folder" in capsys.readouterr().err
    assert sorted(folder.iterdir()) == before


def test_save_where_nothing_can_be_written_is_one_line(predict, folder, capsys):
    assert predict(folder / "1.png", "--save", folder / "notes.txt" / "saved") == 5
    assert f"{folder / 'notes.txt' / 'saved'}: cannot be written: Not a directory" in capsys.readouterr().err


@pytest.fixture
def doubting(monkeypatch):
    """Sevens are doubted, by a doubt that needs no data."""
    found = FoundDoubt(lambda responses: np.where(responses.logits.argmax(axis=1) == 7, 0.5, -0.5))
    monkeypatch.setattr("mnistcnn.runs.doubt.find_doubt", lambda trained: found)


def test_a_doubted_answer_is_a_question_mark_with_the_nearest_digit(predict, folder, capsys, doubting):
    assert predict(folder / "1.png", folder / "2.jpg") == 0
    header, first, second = capsys.readouterr().out.splitlines()
    assert first.split()[1] == "1"
    assert " ? (nearest: 7) " in second
    assert [line.index("%") for line in (first, second)] == [second.index("%")] * 2
    assert header.index("probability") + len("probability") == second.index("%") + 1


def test_json_has_the_doubt_of_each_digit(predict, folder, capsys, doubting):
    assert predict(folder / "1.png", folder / "2.jpg", "--json") == 0
    first, second = map(json.loads, capsys.readouterr().out.splitlines())
    assert (first["doubt"], first["is_doubted"]) == (-0.5, False)
    assert (second["doubt"], second["is_doubted"], second["digit"]) == (0.5, True, 7)


def test_no_doubt_answers_everything(predict, folder, capsys, doubting):
    assert predict(folder / "2.jpg", "--no-doubt") == 0
    assert capsys.readouterr().out.splitlines()[1].split()[1] == "7"
    assert predict(folder / "2.jpg", "--no-doubt", "--json") == 0
    assert "doubt" not in json.loads(capsys.readouterr().out)


def test_without_the_training_images_it_answers_and_says_once_why_it_cannot_doubt(predict, folder, capsys):
    assert predict(folder / "1.png", folder / "2.jpg") == 0
    output = capsys.readouterr()
    assert [line.split()[1] for line in output.out.splitlines()[1:]] == ["1", "7"]
    assert output.err.count("no doubt: fitting it needs the run's training images") == 1
    assert "--no-doubt" in output.err
