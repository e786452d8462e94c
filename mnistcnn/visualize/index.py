"""`index.html`: the pictures of a folder in chapters, with their captions, alternative texts and a glossary.

It needs no script and nothing but the files beside it, so that it can be opened from a disk, mailed as a folder, or
put on a web server.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from .. import __version__
from .drawing.captions import CHAPTERS
from .drawing.style import hex_colour
from .glossary import GLOSSARY, Term
from .manifest import Drawn
from .picture_source import PictureSource
from .sheets.words import named, small_print


def render_index(source: PictureSource, pictures: Sequence[Drawn]) -> str:
    """The page as text, the same for the same pictures.

    Args:
        source: what the pictures are of.
        pictures: those in the folder, in order; a chapter without any is left out.
    """
    environment = Environment(
        loader=PackageLoader(__package__, "."), autoescape=True, undefined=StrictUndefined, keep_trailing_newline=True
    )
    trained = source.trained
    return environment.get_template("index.html").render(
        version=__version__,
        run=trained.run.path.resolve().name,
        step=f"{trained.step:,}",
        asked="" if trained.checkpoint.isdigit() else f" ({trained.checkpoint})",
        data=trained.data,
        digit=named(source.digit) + (f", {source.digit.reason}" if source.digit.reason else ""),
        paper=hex_colour(source.theme.background),
        chapters=[
            {
                "number": number,
                "title": title,
                "subtitle": subtitle,
                "pictures": [_entry(picture) for picture in pictures if picture.chapter == number],
            }
            for number, (title, subtitle) in enumerate(CHAPTERS, 1)
            if any(picture.chapter == number for picture in pictures)
        ],
        glossary=GLOSSARY,
        small_print=small_print(source, digit=False),
    )


def _entry(picture: Drawn) -> dict[str, Any]:
    """What the page says of a picture; its alternative text leaves out what stands beside it."""
    return {
        "id": picture.path.stem,
        "file": picture.path.name,
        "is_image": picture.path.suffix != ".pdf",
        "title": picture.words.title,
        "shape": picture.words.shape,
        "caption": link_terms(picture.words.sentence),
        "alt": picture.words.description,
        "width": picture.size[0],
        "height": picture.size[1],
    }


def link_terms(text: str) -> Markup:
    """Escape a text for HTML, and link each term of the glossary where it stands first."""
    linked: set[str] = set()

    def link(match: re.Match[str]) -> str:
        term = _terms()[match[0].lower()]
        if term.slug in linked:
            return match[0]
        linked.add(term.slug)
        return f'<a class="term" href="#term-{term.slug}" title="{escape(term.meaning)}">{match[0]}</a>'

    return Markup(_pattern().sub(link, str(escape(text))))  # noqa: S704 (escaped, but for our own links)


@lru_cache
def _terms() -> dict[str, Term]:
    """Every form of every term, in lower case."""
    return {form.lower(): term for term in GLOSSARY for form in (term.name, *term.forms)}


@lru_cache
def _pattern() -> re.Pattern[str]:
    forms = sorted(_terms(), key=len, reverse=True)
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, forms))})\b", re.IGNORECASE)
