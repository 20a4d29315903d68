"""What enters a fiche enters as text, and numbers are written as French does."""

from html.parser import HTMLParser

import pytest

from fragility.export.fiche_html import (
    Markup,
    element,
    flow,
    items,
    minutes_of,
    name_of,
    number,
    section,
    table,
    text,
)
from fragility.export.fiche_style import document

HOSTILE = (
    "<script>alert(1)</script>",
    'Saint-Jean "le Vieux" & l\'Abbé',
    "=1+1",
    "\u202eelliV\u202c",
    "</title></svg><img src=x onerror=alert(1)>",
)


class Seen(HTMLParser):
    """Tags and text of a page."""

    def __init__(self):
        super().__init__()
        self.tags, self.words = [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)

    def handle_data(self, data):
        self.words.append(data)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_is_text_wherever_it_enters(name):
    rows = [(name_of(name), name)]
    page = document(
        name, section(name, items([name])), table(name, [("a", ""), ("b", "n")], rows),
        element("p", name, title=name),
    )  # fmt: skip
    seen = Seen()
    seen.feed(page)
    assert not {"script", "img"} & set(seen.tags)
    # Title, heading, list, caption, two cells, paragraph.
    assert sum(name in words for words in seen.words) == 7


def test_a_name_keeps_its_direction_to_itself():
    assert name_of("\u202ea") == "<bdi>\u202ea</bdi>"


def test_html_passes_once():
    assert element("p", Markup("<b>a</b>"), "<b>") == "<p><b>a</b>&lt;b&gt;</p>"
    assert text("« a » : 3 %") == "«\u00a0a\u00a0»\u00a0: 3\u00a0%"


def test_nothing_is_written_for_nothing():
    assert section("Titre", "", items([])) == ""
    assert table("Titre", [("a", "")], []) == ""


def test_numbers():
    assert number(None) == number(float("nan")) == minutes_of(None) == "–"
    assert number(-0.04, 1) == "0,0"
    assert minutes_of(0.4) == "<\u00a01\u00a0min"
    assert flow(["  a", "   b"]) == "a b"


def test_a_page_is_french_and_needs_nothing_else():
    page = document("Titre", "x")
    assert '<html lang="fr">' in page
    assert "<script" not in page
    assert not [word for word in ("http://", "https://", "url(", "@import") if word in page]
