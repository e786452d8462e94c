"""The documents agree with each other and with the code: links lead somewhere, and there is one glossary."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mnistcnn.visualize.glossary import GLOSSARY

ROOT = Path(__file__).parents[1]
DOCS = sorted((ROOT / "docs").glob("*.md"))
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *DOCS, *sorted((ROOT / "docs/decisions").glob("*.md"))]


def anchors(document: Path) -> set[str]:
    """The anchors that GitHub gives to the headings of a document."""
    text = re.sub(r"^```.*?^```", "", document.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_to_a_file_and_a_heading_that_exist(document):
    text = re.sub(r"^```.*?^```", "", document.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"https?:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (document.parent / path).resolve() if path else document
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


def test_the_contents_name_every_document():
    contents = (ROOT / "docs/README.md").read_text(encoding="utf-8")
    assert [path.name for path in DOCS if path.name != "README.md" and f"]({path.name})" not in contents] == []


def test_the_glossary_has_the_terms_and_meanings_of_the_pictures():
    sections = (ROOT / "docs/glossary.md").read_text(encoding="utf-8").split("\n### ")[1:]
    written = [(name, " ".join(meaning.split())) for name, _, meaning in (part.partition("\n") for part in sections)]
    assert written == [(term.name, term.meaning) for term in GLOSSARY]
