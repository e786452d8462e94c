import io
import re

import pytest
from mnistcnn_cli.rendering.tables import Listing, draw

TABLE = Listing(
    "Runs",
    ("run", "accuracy", "time", "not default"),
    [
        ("first", "98.10 %", "1:23", "steps 40, learning_rate 0.001, seed 3, data.source digits"),
        ("ü\x1b[2J", "–", "", ""),
    ],
    numbers=(1, 2),
    whole=(0, 1, 2),
    optional=(3, 2),
)


ESCAPE = re.compile(r"\x1b\[[0-9;]*m")


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def drawn(monkeypatch):
    def draw_at(width, table=TABLE):
        stream, errors = Terminal(), io.StringIO()
        monkeypatch.setattr("sys.stdout", stream)
        monkeypatch.setattr("sys.stderr", errors)
        monkeypatch.setenv("COLUMNS", str(width))
        monkeypatch.setenv("TERM", "xterm")
        draw([table])
        return ESCAPE.sub("", stream.getvalue()), errors.getvalue()

    return draw_at


def test_in_a_pipe_it_is_plain_text_with_numbers_at_the_right(capsys):
    draw([TABLE])
    out, err = capsys.readouterr()
    assert out.splitlines() == [
        "Runs",
        "  run       accuracy  time  not default",
        "  first      98.10 %  1:23  steps 40, learning_rate 0.001, seed 3, data.source digits",
        "  ü\\x1b[2J         –",
        "",
    ]
    assert err == ""


@pytest.mark.parametrize("name", ["a\x1b[2J", "a\nb", "[red]a"])
def test_a_name_at_the_head_of_a_column_is_only_a_name(capsys, drawn, name):
    table = Listing("", ("", name), [("state", "finished")])
    draw([table])
    for out in (capsys.readouterr().out, drawn(80, table)[0]):
        assert name.replace("\x1b", "\\x1b").replace("\n", "\\n") in out


def test_a_wide_window_shows_every_column(drawn):
    out, err = drawn(120)
    assert "learning_rate 0.001, seed 3" in out
    assert err == ""


@pytest.mark.parametrize(
    ("width", "gone"), [(52, ""), (40, "not default"), (24, "not default, time"), (3, "not default, time")]
)
def test_a_narrow_window_leaves_columns_out_and_says_which(drawn, width, gone):
    out, err = drawn(width)
    assert err == (f"this window is too narrow for: {gone}\n" if gone else "")
    assert ("1:23" in out) == ("time" not in gone)
    # What is never broken needs 21 columns.
    assert max(map(len, out.splitlines())) <= max(width, 21)


def test_a_row_that_stays_on_one_line_ends_with_an_ellipsis(drawn):
    out, _ = drawn(60, TABLE._replace(one_line=True))
    (row,) = [line for line in out.splitlines() if "first" in line]
    assert row.rstrip().endswith("…")
    assert "steps 40, lear" in row
    assert max(map(len, out.splitlines())) <= 60


@pytest.mark.parametrize("width", range(1, 130, 7))
def test_in_every_window_a_row_is_one_line_and_its_name_is_whole(drawn, width):
    out, _ = drawn(width, TABLE._replace(one_line=True))
    rows = [line for line in out.splitlines() if "98.10 %" in line]
    assert len(rows) == 1
    assert rows[0].strip().startswith("first ")


def test_what_is_copied_is_never_broken(drawn):
    assert re.search(r"first +98\.10 %", drawn(24)[0])


def test_control_characters_do_not_reach_the_terminal(drawn):
    assert "\x1b[2J" not in drawn(80)[0]
