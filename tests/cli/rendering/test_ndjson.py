import dataclasses
import io
import json
import math
import re
from pathlib import Path
from typing import get_args

import pytest
from mnistcnn_cli.rendering.ndjson import NdJson, RunPath

from mnistcnn.events import Event, StepsDone

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
    assert [record["event"] for record in records] == [type(event).__name__ for event in events]


def test_a_record_carries_every_field_with_its_value(fake_run):
    event = fake_run()[0]
    record = json.loads(written([event]))
    assert record == {"event": "RunStarted", **dataclasses.asdict(event), "run": str(event.run)}


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


def test_the_run_path_is_the_only_line_and_comes_at_the_end(fake_run):
    stream = io.StringIO()
    with RunPath(stream) as sink:
        for event in fake_run():
            sink.show(event)
        assert stream.getvalue() == ""
    assert stream.getvalue() == "runs/20261124-064837-3fa9c1\n"


@pytest.mark.parametrize("kind", get_args(Event))
def test_the_document_names_every_field_of_every_event(kind):
    sections = re.split(r"^## ", DOCUMENT.read_text(encoding="utf-8"), flags=re.MULTILINE)
    (section,) = [part for part in sections if part.startswith(f"`{kind.__name__}`")]
    documented = {
        name for row in re.findall(r"^\| (`.+?) \|", section, re.MULTILINE) for name in re.findall(r"`(\w+)`", row)
    }
    assert documented == {field.name for field in dataclasses.fields(kind)}
