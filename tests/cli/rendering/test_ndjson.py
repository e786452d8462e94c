import dataclasses
import io
import json
import math
import re
import sys
from pathlib import Path
from typing import get_args

import pytest
from mnistcnn_cli.rendering.ndjson import NdJson, event_name, write_record

from mnistcnn.events import Evaluating, Event, StepsDone

DOCUMENT = Path(__file__).parents[3] / "docs" / "events.md"


def written(events):
    stream = io.StringIO()
    with NdJson(stream) as sink:
        for event in events:
            sink.show(event)
    return stream.getvalue()


def test_every_event_is_one_object_on_one_line(fake_run):
    events = fake_run(warning="two\nlines")
    records = [json.loads(line) for line in written(events).splitlines()]
    assert [record["event"] for record in records[:4]] == ["run_started", "warned", "evaluated", "evaluated"]
    assert [record["event"] for record in records[-2:]] == ["checkpoint_saved", "run_finished"]
    assert len(records) == len(events)


@pytest.mark.parametrize("kind", get_args(Event))
def test_an_event_is_named_in_snake_case(kind):
    assert event_name(kind).replace("_", "") == kind.__name__.lower()
    assert event_name(kind).count("_") == sum(map(str.isupper, kind.__name__)) - 1


def test_a_record_carries_every_field_with_its_value(fake_run):
    event = fake_run()[0]
    record = json.loads(written([event]))
    assert record == {"event": "run_started", **dataclasses.asdict(event), "run": str(event.run)}


def test_floats_come_back_to_the_last_digit():
    event = StepsDone(1, "mnist", 50, 0.1 + 0.2, 1 / 3, 1e-4, 5e-324, 1.7976931348623157e308)
    record = json.loads(written([event]))
    assert [record[name] for name in ("loss", "accuracy", "seconds", "images_per_second")] == [
        0.1 + 0.2, 1 / 3, 5e-324, 1.7976931348623157e308,
    ]  # fmt: skip


@pytest.mark.parametrize("loss", [math.nan, math.inf, -math.inf])
def test_a_number_that_is_not_finite_is_null_so_that_every_line_is_json(loss):
    line = written([StepsDone(1, "mnist", 50, loss, 0.5, 1e-4, 1.0, 50.0)])
    assert json.loads(line, parse_constant=pytest.fail)["loss"] is None


def test_paths_and_numbers_that_are_not_finite_are_plain_at_any_depth():
    stream = io.StringIO()
    write_record({"event": "made", "best": [{"run": Path("runs/one"), "loss": (math.nan, 1.5)}]}, stream)
    assert stream.getvalue() == '{"event": "made", "best": [{"run": "runs/one", "loss": [null, 1.5]}]}\n'


def test_a_record_goes_to_standard_output_and_is_flushed(capsys, monkeypatch):
    flushed = []
    monkeypatch.setattr(sys.stdout, "flush", lambda: flushed.append(True))
    write_record({"event": "made"})
    assert capsys.readouterr().out == '{"event": "made"}\n'
    assert flushed


def test_the_progress_of_an_evaluation_is_not_written():
    assert written([Evaluating(100, 500, 15_000)]) == ""


@pytest.mark.parametrize("kind", sorted(set(get_args(Event)) - {Evaluating}, key=str))
def test_the_document_names_every_field_of_every_event(kind):
    sections = re.split(r"^## ", DOCUMENT.read_text(encoding="utf-8"), flags=re.MULTILINE)
    (section,) = [part for part in sections if part.startswith(f"`{event_name(kind)}`")]
    documented = {
        name for row in re.findall(r"^\| (`.+?) \|", section, re.MULTILINE) for name in re.findall(r"`(\w+)`", row)
    }
    assert documented == {field.name for field in dataclasses.fields(kind)}
