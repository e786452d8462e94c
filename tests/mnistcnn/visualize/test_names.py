"""A folder of something else is not drawn into."""

from __future__ import annotations

import json

import pytest

from mnistcnn.errors import UsageError
from mnistcnn.visualize.names import check_folder

PICTURES = json.dumps({"format": 1, "pictures": []})


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("manifest.json", json.dumps({"format": 1, "state": "finished"})),
        ("manifest.json", json.dumps({"format": 1, "state": "finished", "pictures": []})),
        ("manifest.json", json.dumps({"weights": {}})),
        ("manifest.json", "{damaged"),
        ("manifest.json", "[]"),
        ("index.html", "<h1>My page</h1>"),
    ],
)
def test_a_run_a_checkpoint_or_somebody_elses_page_is_refused_by_name(tmp_path, name, content):
    (tmp_path / name).write_text(content)
    with pytest.raises(UsageError, match=rf"{name}: not written by visualize; .*choose another folder"):
        check_folder(tmp_path)


@pytest.mark.parametrize(
    "content",
    [{}, {"notes.txt": ""}, {"manifest.json": PICTURES, "index.html": ""}, {"arrays.npz": "of one that was killed"}],
)
def test_earlier_pictures_and_other_names_are_no_obstacle(tmp_path, content):
    for name, text in content.items():
        (tmp_path / name).write_text(text)
    check_folder(tmp_path)
    check_folder(tmp_path / "missing")
