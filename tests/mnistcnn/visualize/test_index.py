"""The page that shows the pictures: in chapters, with their words, and nothing from elsewhere."""

import dataclasses
import re

import pytest

from mnistcnn.runs.directory import Run
from mnistcnn.visualize.drawing.captions import CHAPTERS
from mnistcnn.visualize.glossary import GLOSSARY
from mnistcnn.visualize.index import link_terms, render_index


@pytest.fixture(scope="module")
def page(drawn):
    return (drawn[0] / "index.html").read_text(encoding="utf-8")


def test_every_picture_stands_in_its_chapter_with_its_alternative_text(page, drawn):
    chapters = re.split(r'<h2 id="chapter-\d">', page)[1:]
    assert len(chapters) == len(CHAPTERS)
    for picture in filter(None, drawn[1]):
        chapter = chapters[picture.chapter - 1]
        assert f'src="{picture.path.name}" width="{picture.size[0]}"' in chapter
        assert f'id="{picture.path.stem}"' in chapter
    assert len(re.findall(r'<img\s[^>]*alt="[^"]{10,}"', page)) == len(list(filter(None, drawn[1])))


def test_the_captions_are_those_of_the_pictures(page, drawn):
    shown = [re.sub(r"<[^>]*>", "", text) for text in re.findall(r"<figcaption>(.*?)</figcaption>", page)]
    assert shown == [picture.words.sentence for picture in drawn[1] if picture is not None]


def test_it_names_no_other_file_than_the_pictures_and_has_no_script(page, drawn):
    named = set(re.findall(r'(?:src|href)="([^"#]+)"', page))
    assert named == {picture.path.name for picture in drawn[1] if picture is not None}
    assert not re.search(r"<script|@import|url\(", page)


def test_every_link_within_the_page_leads_somewhere(page):
    anchors = set(re.findall(r'id="([^"]+)"', page))
    assert set(re.findall(r'href="#([^"]+)"', page)) <= anchors
    assert {f"term-{term.slug}" for term in GLOSSARY} <= anchors


def test_a_chapter_without_pictures_and_a_run_with_a_hostile_name_do_no_harm(make_subject, drawn, tmp_path):
    confusion = [picture for picture in drawn[1] if picture is not None and picture.show == "mistakes"]
    source = make_subject()
    source.trained = dataclasses.replace(source.trained, run=Run(tmp_path / "<b>run"))
    page = render_index(source, confusion)
    assert re.findall(r'<h2 id="chapter-(\d)">', page) == ["4"]
    assert "&lt;b&gt;run" in page
    assert "<b>run" not in page


def test_a_term_is_linked_where_it_stands_first_and_text_stays_text():
    linked = link_terms("ReLU & <relu>: units of a dense layer")
    assert linked.count('href="#term-relu"') == 1
    assert linked.startswith('<a class="term" href="#term-relu"')
    assert "&amp; &lt;relu&gt;: <a" in linked
    assert 'href="#term-dense-layer"' in linked


def test_the_glossary_is_in_order_and_has_no_word_twice():
    names = [term.name for term in GLOSSARY]
    assert names == sorted(names, key=str.lower)
    forms = [form.lower() for term in GLOSSARY for form in (term.name, *term.forms)]
    assert len(forms) == len(set(forms))


def test_every_term_of_the_glossary_is_used_by_a_picture_or_by_another_term(drawn):
    texts = [f"{picture.words.sentence} {picture.words.alt}" for picture in drawn[1] if picture is not None]
    for term in GLOSSARY:
        others = [other.meaning for other in GLOSSARY if other is not term]
        used = " ".join([*texts, *others]).lower()
        assert any(form.lower() in used for form in (term.name, *term.forms)), term.name
