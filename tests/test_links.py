"""Links that open a figure in a state: the figure is on the page, and it can be in that state."""

import html
import re
from urllib.parse import parse_qsl

import nbformat
import pytest

from conftest import ROOT, toc_entries
from explorables import CLASSES, figures_of_the_book

LINK = re.compile(r'href="(?:(\w+)\.html)?#explore-([a-z_]+)(?:-(\d+))?(?:\?([^"]*))?"')
FIGURES = list(figures_of_the_book())


def text_of(entry):
    """What a page's author wrote: its Markdown."""
    path = ROOT / entry
    if path.with_suffix(".md").exists():
        return path.with_suffix(".md").read_text(encoding="utf-8")
    cells = nbformat.read(path.with_suffix(".ipynb"), as_version=4).cells
    return "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")


def links():
    """All (page, figure's page, view name, which of them, state as text), each once."""
    for entry in toc_entries():
        for page, name, place, state in LINK.findall(text_of(entry)):
            yield entry, f"book/{page}" if page else entry, name, int(place or 1), html.unescape(state)


def value_of(domain, text):
    """A part of a state, as an address writes it."""
    kind = domain["kind"]
    if kind == "number":
        return int(text) if isinstance(domain["step"], int) else float(text)
    if kind == "cell":
        letter, _, place = text.rpartition(".")
        return [letter, int(place)]
    if kind == "matrix":
        return [[float(number) for number in row.split(",")] for row in text.split(";")]
    return {"flag": {"0": False, "1": True}.get(text), "pick": text}[kind]


@pytest.mark.parametrize("link", sorted(set(links())), ids=lambda link: f"{link[0][5:]}-{link[2]}-{link[4]}")
def test_a_link_opens_a_state_that_exists(link):
    """Every part is one of the figure's, with a value that it may have."""
    _, page, name, place, text = link
    states = [state for where, view, state in FIGURES if (where, view) == (page, name)]
    assert 1 <= place <= len(states), f"{page} has {len(states)} figures of {name}"
    domains = CLASSES[name].from_state(states[place - 1]).domains
    parts = {part: value_of(domains[part], value) for part, value in parse_qsl(text, strict_parsing=bool(text))}
    moved = CLASSES[name].from_state(states[place - 1] | parts)
    assert {part: getattr(moved, part) for part in parts} == parts


def test_the_teachers_page_has_links():
    """Two dozen at least: three plans without figures would be none."""
    assert sum(link[0] == "book/teaching" for link in links()) >= 24


def test_each_misconception_has_an_anchor_and_a_figure():
    """Twelve of them, and each opens at least one figure of another page."""
    text = (ROOT / "book" / "misconceptions.md").read_text(encoding="utf-8")
    pieces = re.split(r"^\(mis-(\d+)\)=$", text, flags=re.M)
    assert pieces[1::2] == [str(k) for k in range(1, 13)]
    assert all(LINK.search(piece) for piece in pieces[2::2])
