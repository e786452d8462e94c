"""Whatever is wrong with what the user gives: one clear message, the right exit code, and nothing half-written."""

from __future__ import annotations

import gzip
import os
import re
import shutil
import subprocess
import zlib
from pathlib import Path

import numpy as np
import pytest
from mnistcnn_cli.app import run

from tests.conftest import idx_bytes

SMALL = "network: {conv1: 2, conv2: 2, fc1: 4}\nsteps: 2\nbatch_size: 10\n"


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    """Commands are typed in an empty directory."""
    directory = tmp_path / "here"
    directory.mkdir()
    monkeypatch.chdir(directory)
    return directory


def everything_below(directory: Path) -> dict[Path, bytes | None]:
    return {path: path.read_bytes() if path.is_file() else None for path in sorted(directory.rglob("*"))}


def refused(capfd, here, arguments, code, *said):
    """Run a command that must fail: check its exit code and its message, and that it wrote nothing."""
    before = everything_below(here)
    assert run(arguments) == code
    out, err = capfd.readouterr()
    errors = [line for line in err.splitlines() if line.startswith("error: ")]
    assert len(errors) == 1, err
    assert "Traceback" not in err
    assert "\x1b" not in err
    assert out == ""
    for part in said:
        assert re.search(part, err), f"{part!r} is not in {err!r}"
    assert everything_below(here) == before


CONFIGURATIONS = {
    "unknown key": ("keep_pob: 0.5\n", r"a\.yaml:1:1: unknown key 'keep_pob'; did you mean 'keep_prob'\?"),
    "wrong type": ("steps: many\n", r"a\.yaml:1:8: steps: expected a whole number, got \"many\""),
    "out of range": ("keep_prob: 1.5\n", r"a\.yaml:1:12: keep_prob: must be between 0\.01 and 1, got 1\.5"),
    "duplicate key": ("steps: 1\nsteps: 2\n", r"a\.yaml:2:1: duplicate key 'steps'"),
    "not YAML": ("steps: [1\n", r"a\.yaml:\d+:\d+: "),
    "empty file": ("", r"a\.yaml"),
    "only comments": ("# nothing\n", r"a\.yaml"),
    "list": ("- steps\n", r"a\.yaml:1:1: "),
    "scalar": ("3000\n", r"a\.yaml:1:1: "),
    "yes for a number": ("steps: yes\n", r"a\.yaml:1:8: steps: "),
    "huge number": (f"steps: {'9' * 40}\n", r"a\.yaml:1:8: steps: must be between 1 and 100,000,000, got 1e\+40\n"),
    "infinity": ("learning_rate: .inf\n", r"a\.yaml:1:16: learning_rate: "),
    "null for a number": ("seed: null\n", r"a\.yaml:1:7: seed: "),
    "unset variable": ("log_dir: $NOWHERE_AT_ALL/x\n", r"a\.yaml:1:10: log_dir: .* NOWHERE_AT_ALL is not set"),
    "decimal comma": ("learning_rate: 1,5\n", r"a\.yaml:1:16: .*write a point, not a comma"),
    "section that is a number": ("data: 3\n", r"a\.yaml:1:7: data: "),
    "tab": ("data:\n\tsource: mnist\n", r"a\.yaml:2:1: "),
}


@pytest.mark.parametrize("kind", CONFIGURATIONS)
def test_a_bad_configuration_is_3_and_says_where(capfd, here, kind):
    content, said = CONFIGURATIONS[kind]
    (here / "a.yaml").write_text(content)
    refused(capfd, here, ["train", "--config", "a.yaml"], 3, said)


@pytest.mark.parametrize("junk", [b"\x00\x01\x02\xff" * 99, b"\xff\xfes\x00t\x00", gzip.compress(b"steps: 1", mtime=0)])
def test_binary_junk_is_3(capfd, here, junk):
    (here / "a.yaml").write_bytes(junk)
    refused(capfd, here, ["train", "--config", "a.yaml"], 3, r"a\.yaml")


def test_a_missing_configuration_and_a_directory_are_3(capfd, here):
    refused(capfd, here, ["train", "--config", "gone.yaml"], 3, r"gone\.yaml.*(No such|no such|not exist)")
    refused(capfd, here, ["train", "--config", "."], 3, "directory")


def test_all_problems_come_at_once_with_those_of_the_command_line(capfd, here):
    (here / "a.yaml").write_text("keep_pob: 1\nsteps: 0\n")
    arguments = ["train", "--config", "a.yaml", "--set", "data.sorce=mnist", "--seed", "-1"]
    refused(capfd, here, arguments, 3, "4 problems", "keep_pob", "a.yaml:2:8: steps", r"data\.sorce", "--seed")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["train", "--set", "steps"], "KEY=VALUE|steps="),
        (["train", "--set", "=3"], "."),
        (["train", "--steps", "many"], "'--steps': expected a whole number, got many"),
        (["train", "--learning-rate", "1,5"], "'--learning-rate': expected a number, got 1,5"),
        (["data", "--validation-size", "-1"], "'--validation-size': must be at least 0, got -1"),
        (["visualize", "--format", "jpg"], "'--format': 'jpg' is not one of"),
        (["predict", ""], "an argument is empty; is it a variable of the shell that is not set"),
        (["runs", "--log-dir", ""], "--log-dir: the value is empty"),
        (["runs", "--log-dir="], "--log-dir: the value is empty"),
        (["train", "--stpes", "3"], "--stpes"),
        (["trian"], "trian"),
        (["train", "--resume", "x", "--config", "a.yaml"], "--resume .* cannot be used with --config"),
        (["train", "--resume", "x", "--name", "y"], "cannot be used with --config or --name"),
    ],
)
def test_a_command_line_that_makes_no_sense_is_2(capfd, here, arguments, said):
    refused(capfd, here, arguments, 2, said)


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("predict --run RUN NAME", 4),
        ("predict --run NAME a.png", 5),
        ("page NAME", 5),
        ("runs show NAME", 5),
        ("data --import NAME --out out", 4),
        ("export RUN --format NAME", 2),
        ("train --from NAME", 5),
        ("train NAME", 2),
        ("NAME", 2),
    ],
)
def test_a_name_cannot_split_or_colour_an_error(capfd, here, bars_run, line, code):
    words = {"RUN": str(bars_run), "NAME": "a\nerror: b\x1b[31m"}
    shown = r"a\\(n|x0a)error: b\\x1b\[31m"
    refused(capfd, here, [words.get(word, word) for word in line.split()], code, shown)


def spoil_images(folder, change):
    path = folder / "train-images-idx3-ubyte.gz"
    path.write_bytes(gzip.compress(change(gzip.decompress(path.read_bytes()))))


def set_label(folder, value):
    path = folder / "train-labels-idx1-ubyte.gz"
    content = bytearray(gzip.decompress(path.read_bytes()))
    content[8 + 17] = value
    path.write_bytes(gzip.compress(content))


def bomb(folder):
    """64 MB of zeros in 64 kB, behind an honest header."""
    packer = zlib.compressobj(9, wbits=31)
    packed = packer.compress((folder / "t10k-images-idx3-ubyte").read_bytes())
    packed += b"".join(packer.compress(bytes(1 << 20)) for _ in range(64)) + packer.flush()
    (folder / "t10k-images-idx3-ubyte").unlink()
    (folder / "t10k-images-idx3-ubyte.gz").write_bytes(packed)


DATA = {
    "truncated": (lambda d: spoil_images(d, lambda c: c[:-1]), r"train-images-idx3-ubyte\.gz"),
    "too long": (lambda d: spoil_images(d, lambda c: c + b"x"), r"train-images-idx3-ubyte\.gz"),
    "wrong magic": (lambda d: spoil_images(d, lambda c: b"\x01\x02" + c[2:]), r"not an IDX file|first"),
    "wrong type": (lambda d: spoil_images(d, lambda c: c[:2] + b"\x0d" + c[3:]), r"train-images"),
    "wrong size": (lambda d: spoil_images(d, lambda c: idx_bytes(np.zeros((240, 14, 14), np.uint8))), "28"),
    "counts": (
        lambda d: spoil_images(d, lambda c: idx_bytes(np.zeros((239, 28, 28), np.uint8))),
        r"(?s)239.*240|240.*239",
    ),
    "label of 12": (lambda d: set_label(d, 12), r"(?s)train-labels.*17|17.*train-labels"),
    "missing file": (lambda d: (d / "t10k-labels-idx1-ubyte").unlink(), "t10k-labels-idx1-ubyte"),
    "gzip bomb": (bomb, r"t10k-images-idx3-ubyte\.gz"),
    "damaged gzip": (
        lambda d: (d / "train-labels-idx1-ubyte.gz").write_bytes(
            (d / "train-labels-idx1-ubyte.gz").read_bytes()[:-6] + b"000000"
        ),
        r"train-labels-idx1-ubyte\.gz",
    ),
}


@pytest.mark.parametrize("kind", DATA)
def test_bad_data_is_4_and_names_the_file(capfd, here, idx_dir, kind):
    spoil, said = DATA[kind]
    spoil(idx_dir)
    arguments = ["train", "-q", "--set", "data.source=idx", "--set", f"data.dir={idx_dir}"]
    refused(capfd, here, [*arguments, "--set", "data.validation_size=40"], 4, said)


def test_idx_without_a_directory_and_mnist_in_an_empty_one_are_4(capfd, here):
    refused(capfd, here, ["train", "-q", "--set", "data.source=idx"], 4, r"data\.dir")
    (here / "file").write_text("")
    refused(capfd, here, ["train", "-q", "--set", "data.dir=file"], 4, "file: a file, where a folder is expected")
    (here / "link").symlink_to("link")
    refused(capfd, here, ["train", "-q", "--set", "data.dir=link"], 4, "link: a link to link, which is not there")
    (here / "empty").mkdir()
    refused(capfd, here, ["train", "-q", "--set", "data.dir=empty"], 4, "empty", "train-images")


@pytest.fixture
def small(here, idx_dir):
    """Arguments that would train a very small network in a moment."""
    (here / "small.yaml").write_text(f"{SMALL}data: {{source: idx, dir: {idx_dir}, validation_size: 40}}\n")
    return ["train", "-q", "--config", "small.yaml"]


def test_a_batch_larger_than_the_training_set_is_3(capfd, here, small):
    refused(capfd, here, [*small, "--batch-size", "201"], 3, "batch_size: 201 is more than the training set has")


def test_a_log_dir_that_cannot_be_written_is_5(capfd, here, small):
    (here / "file").write_text("")
    refused(capfd, here, [*small, "--log-dir", "file"], 5, "file: cannot create a run here")
    refused(
        capfd, here, [*small, "--log-dir", "file/below"], 5, "file/below: cannot create a run here: Not a directory"
    )
    refused(capfd, here, [*small, "--log-dir", "/proc/nothing"], 5, "/proc/nothing: cannot create a run here")


@pytest.mark.parametrize("command", [["train"], ["train", "--seeds", "0,1"], ["sweep", "--config", "sweep.yaml"]])
def test_a_log_dir_that_cannot_be_one_is_found_before_the_data_is_read(capfd, here, command):
    (here / "sweep.yaml").write_text("space: {keep_prob: {uniform: [0.3, 0.9]}}\n")
    (here / "link").symlink_to("gone")
    refused(capfd, here, [*command, "--log-dir", "link"], 5, "link: cannot create a run here: link is a link to gone")
    refused(capfd, here, [*command, "--log-dir", "x" * 300], 5, "cannot create a run here: File name too long")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_log_dir_without_permission_is_5(capfd, here, small):
    (here / "locked").mkdir(mode=0o500)
    refused(capfd, here, [*small, "--log-dir", "locked"], 5, "locked.*Permission denied")


def test_an_existing_name_is_5_and_the_run_stays_as_it_is(capfd, here, small):
    assert run([*small, "--name", "mine"]) == 0
    capfd.readouterr()
    refused(capfd, here, [*small, "--name", "mine"], 5, "mine: exists already, and a run is never overwritten")


def test_a_run_to_resume_that_is_not_there_is_5(capfd, here):
    refused(capfd, here, ["train", "-q", "--resume", "gone"], 5, "gone: no such run")
    refused(capfd, here, ["train", "-q", "--resume", "latest"], 5, "no run with a checkpoint here")


def test_resuming_with_another_recipe_is_3_and_prints_the_difference(capfd, here, small):
    assert run([*small, "--name", "mine"]) == 0
    capfd.readouterr()
    changed = ["train", "-q", "--resume", "mine", "--seed", "1", "--set", "network.fc1=5"]
    refused(capfd, here, changed, 3, "2 problems", "seed, which is 0, not 1", "fc1, which is 4, not 5")


def test_a_learning_rate_without_measure_diverges_with_6_and_keeps_the_first_checkpoint(capfd, here, small):
    by_steps = ["--set", "checkpoints.every=1000"]  # By time, a slow machine would save another one.
    assert run([*small, "--learning-rate", "1e30", "--steps", "50", *by_steps, "--name", "wild"]) == 6
    err = capfd.readouterr().err
    assert re.search(r"error: runs/wild: training diverged: .*; the newest checkpoint: step 0", err)
    assert (here / "runs/wild/checkpoints/last/weights.npz").is_file()


@pytest.mark.skipif(not shutil.which("mount") or os.geteuid() != 0, reason="only root may mount a small disk")
def test_a_full_disk_is_5_and_leaves_nothing_half_written(capfd, here, small):
    (here / "disk").mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", "disk"], check=False)
    if mounted.returncode:
        pytest.skip("may not mount a tmpfs here")
    try:
        assert run([*small, "--log-dir", "disk", "--name", "mine"]) == 5
        assert "No space left on device" in capfd.readouterr().err
        assert not list((here / "disk").rglob(".mnistcnn-tmp-*"))
        assert not list((here / "disk").rglob("step-*"))
    finally:
        # Lazily: the traceback of the error may still hold a file of it open.
        subprocess.run(["umount", "--lazy", "disk"], check=True)
