"""What a configuration may hold: defaults, the files in configs/, intervals, names, paths."""

from __future__ import annotations

import random
import re
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import ValidationError

from mnistcnn.config.schema import CheckpointsConfig, Config, DataConfig, NetworkConfig, dump_config, load_config
from tests.mnistcnn.config.conftest import Write, problems

ROOT = Path(__file__).parents[3]


def test_the_defaults_are_the_tutorials_recipe() -> None:
    config = load_config()
    assert (config.steps, config.batch_size, config.learning_rate, config.keep_prob) == (3000, 50, 1e-4, 0.5)
    assert (config.log_dir, config.name, config.seed, config.threads) == (Path("runs"), None, 0, None)
    assert (config.eval_every, config.report_every) == (250, 20)
    assert config.data == DataConfig(source="auto", dir=None, validation_size=5000)
    assert config.network == NetworkConfig(conv1=32, conv2=64, fc1=1024, initializer="tutorial")
    assert config.checkpoints == CheckpointsConfig(every="10s", keep=5)


def test_default_yaml_sets_every_key_to_its_default() -> None:
    path = ROOT / "configs/default.yaml"
    assert load_config(path) == Config()
    keys = re.findall(r"^ *([a-z0-9_]+):", path.read_text("utf-8"), re.MULTILINE)
    assert keys == re.findall(r"^ *([a-z0-9_]+):", dump_config(Config()), re.MULTILINE)


def test_default_yaml_explains_every_key_of_the_top_level() -> None:
    lines = (ROOT / "configs/default.yaml").read_text("utf-8").splitlines()
    for number, line in enumerate(lines):
        if re.match(r"[a-z]", line):
            assert lines[number - 1].startswith("# "), line


def test_smoke_yaml_needs_no_network_and_few_steps() -> None:
    config = load_config(ROOT / "configs/smoke.yaml")
    assert config.data.source == "digits"
    assert config.steps <= 300


RECIPES = sorted(path for path in (ROOT / "configs").glob("*.yaml") if path.name != "sweep.yaml")


@pytest.mark.parametrize("path", RECIPES, ids=lambda path: path.name)
def test_every_shipped_file_loads_and_opens_with_schema_command_time_and_accuracy(path: Path) -> None:
    load_config(path)
    head = path.read_text("utf-8").partition("\n\n")[0]
    schema = head.splitlines()[0].removeprefix("# yaml-language-server: $schema=")
    assert (path.parent / schema).resolve() == ROOT / "configs/schema.json"
    assert f"mnistcnn train --config configs/{path.name}" in head
    assert re.search(r"^#   time  .*^#   accuracy  ", head, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("bounds", ["steps=1", "seed=2147483647", "keep_prob=1", "learning_rate=10", "threads=1024"])
def test_the_ends_of_a_range_belong_to_it(bounds: str) -> None:
    load_config(None, [bounds, "data.validation_size=0", "checkpoints.keep=1", "network.fc1=4096"])


@pytest.mark.parametrize(
    ("text", "steps", "seconds"),
    [("100", 100, None), ("10s", None, 10.0), ("0.5s", None, 0.5), ("2m", None, 120.0), ("1h", None, 3600.0)],
)
def test_checkpoints_come_every_so_many_steps_or_seconds(text: str, steps: int | None, seconds: float | None) -> None:
    checkpoints = load_config(None, [f"checkpoints.every={text}"]).checkpoints
    assert (checkpoints.every_steps, checkpoints.every_seconds) == (steps, seconds)
    assert f"every: {text}\n" in dump_config(load_config(None, [f"checkpoints.every={text}"]))


@pytest.mark.parametrize(
    "text", ["0", "-5", "0s", "10x", "s", "10", "1e2", "true", "10 s", "-1s", "٣s", "10sx", "1d", "[1]"]
)
def test_other_intervals_are_refused(text: str) -> None:
    text = f"'{text}'" if text == "10" else text
    [problem] = problems(None, f"checkpoints.every={text}")
    assert "expected steps such as 500, or a time such as 30s, 2m or 1h, got " in problem


@pytest.mark.parametrize("name", ["a", "2024", "lr 1e-4, seed 3", "modèle", "a.b", "=", "x" * 100])
def test_a_run_may_have_any_name_that_is_safe_as_a_directory(name: str) -> None:
    assert load_config(options={"name": name}).name == name


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", ".a", "a/b", "a\\b", "-a", " a", "a ", "a\nb", "a\0", "\x1b[31m", "x" * 101, "ä" * 51],
)
def test_a_name_that_is_unsafe_as_a_directory_is_refused(name: str) -> None:
    [problem] = problems(None, name=name)
    assert problem.startswith("--name: expected ")
    assert problem.isprintable()


def test_latest_cannot_be_a_name() -> None:
    [problem] = problems(None, name="latest")
    assert problem.startswith("--name: ")
    assert problem.endswith('got "latest"')


def test_a_home_directory_is_expanded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/ada")
    assert load_config(None, ["log_dir=~/runs", "data.dir=~/mnist"]).log_dir == Path("/home/ada/runs")
    assert load_config(options={"log_dir": Path("~/runs")}).log_dir == Path("/home/ada/runs")


def test_a_configuration_cannot_be_changed() -> None:
    with pytest.raises(ValidationError):
        load_config().steps = 3  # type: ignore[misc]


def test_a_dump_has_every_key_in_the_order_of_the_schema() -> None:
    dumped = dump_config(Config())
    assert dumped.splitlines()[0] == "steps: 3000"
    assert re.findall(r"^(\w+):", dumped, re.MULTILINE) == list(Config.model_fields)
    assert "\ndata:\n  source: auto\n  dir: null\n  validation_size: 5000\n" in dumped


def test_any_configuration_survives_a_dump(write: Write) -> None:
    draw = random.Random(0)
    for _ in range(100):
        config = Config(
            steps=draw.randint(1, 10**8),
            learning_rate=10 ** draw.uniform(-300, 1),
            keep_prob=draw.uniform(0.01, 1),
            log_dir=Path("".join(draw.choices("ab/.- $'\"#:é\u2028\t", k=9)) or "."),
            name=draw.choice([None, "a", "1e-4"]),
            seed=draw.randint(0, 2**31 - 1),
            threads=draw.choice([None, 1]),
            data=DataConfig(source=draw.choice(["auto", "idx"]), dir=draw.choice([None, Path("x" * 300)])),
            checkpoints=CheckpointsConfig(every=draw.choice([1, "0.5s", "2m"])),
        )
        assert load_config(write(dump_config(config))) == config


def test_loading_imports_nothing_heavy() -> None:
    code = "import sys; from mnistcnn.config.schema import load_config; load_config(); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    heavy = {
        "tensorflow",
        "keras",
        "numpy",
        "sklearn",
        "matplotlib",
        "rich",
        "typer",
        "asyncio",
        "email.parser",
    }
    assert not heavy & set(done.stdout.split())


@pytest.mark.parametrize("text", ["$SCRATCH/runs", "${SCRATCH}/runs"])
def test_variables_are_expanded_in_a_file_an_override_and_an_option(
    write: Write, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setenv("SCRATCH", "/scratch/ada")
    expected = Path("/scratch/ada/runs")
    assert load_config(write(f"data: {{dir: '{text}'}}\n")).data.dir == expected
    assert load_config(None, [f"log_dir={text}"]).log_dir == expected
    assert load_config(options={"log_dir": Path(text)}).log_dir == expected


def test_a_variable_that_is_not_set_is_named_with_its_place(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMPTY", "")
    path = write("steps: 3\nlog_dir: $NOWHERE/runs\n")
    assert problems(path, "data.dir=${EMPTY}/mnist") == [
        "a.yaml:2:10: log_dir: the environment variable NOWHERE is not set ($$ stands for a dollar sign), "
        'got "$NOWHERE/runs"',
        "--set data.dir=${EMPTY}/mnist: the environment variable EMPTY is empty ($$ stands for a dollar sign), "
        'got "${EMPTY}/mnist"',
    ]


def test_only_a_configuration_that_is_read_has_variables() -> None:
    assert Config(log_dir=Path("$HOME")).log_dir == Path("$HOME")


@pytest.mark.parametrize("source", ["auto", "mnist", "digits"])
def test_only_own_files_can_be_transposed(source: str) -> None:
    assert load_config(None, ["data={source: idx, transpose: true}"]).data.transpose
    override = f"data={{source: {source}, transpose: true}}"
    assert problems(None, override) == [
        f"--set {override}: data.transpose: only data.source=idx can be transposed, and this is {source}"
    ]
