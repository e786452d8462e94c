"""Many files are read by several processes: in their order, and never more at once than memory has room for."""

import io
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from mnistcnn_cli import file_reading
from mnistcnn_cli.file_reading import HowToRead, read_files
from PIL import Image


def image(width):
    """A stroke of this width, as a PNG file."""
    pixels = np.full((60, 50), 255, np.uint8)
    pixels[10:50, 15 : 15 + width] = 0
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()


@pytest.fixture
def names(tmp_path):
    """Twelve images, the fifth of which is none, and standard input as the third."""
    files = [tmp_path / f"{number:02}.png" for number in range(12)]
    for number, file in enumerate(files):
        file.write_bytes(b"no image" if number == 4 else image(4 + number % 3))
    return [*map(str, files[:2]), "-", *map(str, files[2:])]


def test_several_processes_give_what_one_gives_in_the_same_order(names, monkeypatch):
    results = []
    for cores in (1, 2):
        monkeypatch.setattr(file_reading, "available_cores", lambda cores=cores: cores)
        monkeypatch.setattr(file_reading, "MANY", 1)
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(image(9))))
        results.append(list(read_files(names, HowToRead(preview=True))))
    for one, other in zip(*results, strict=True):
        assert (one.file, str(one.error)) == (other.file, str(other.error))
        assert [digit.image.tolist() for digit in one.digits] == [digit.image.tolist() for digit in other.digits]
    assert [one.file for one in results[1]] == names
    assert [one.error is not None for one in results[1]].index(True) == 5
    assert results[1][0].preview.pixels.shape == (60, 50, 3)


def test_where_there_can_be_no_processes_this_one_reads(names, monkeypatch):
    monkeypatch.setattr(file_reading, "available_cores", lambda: 2)
    monkeypatch.setattr(file_reading, "MANY", 1)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(image(9))))

    def no_socket():
        raise OSError("AF_UNIX path too long")

    monkeypatch.setattr(file_reading.forkserver, "ensure_running", no_socket)
    assert [one.file for one in read_files(names, HowToRead())] == names


READING = """
import sys
from mnistcnn_cli import file_reading

file_reading.MANY, file_reading.available_cores = 1, lambda: 2
for file in file_reading.read_files(sys.argv[1:], file_reading.HowToRead()):
    print(file.file, flush=True)
    sys.stdin.read()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")
def test_no_process_outlives_the_one_that_was_killed(names):
    files = [name for name in names if name != "-"]
    command = [sys.executable, "-c", READING, *files]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, **pipes, start_new_session=True, text=True) as reading:
        assert reading.stdout.readline().strip() == files[0]
        assert len(session(reading.pid)) > 3
        reading.kill()
    until = time.monotonic() + 30
    while session(reading.pid) and time.monotonic() < until:
        time.sleep(0.1)
    assert session(reading.pid) == []


def session(leader):
    """The processes of a session that run."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            state, _, _, of = (process / "stat").read_text().rsplit(")", 1)[1].split()[:4]
        except OSError:
            continue
        if int(of) == leader and state != "Z":
            found.append(process.name)
    return found
