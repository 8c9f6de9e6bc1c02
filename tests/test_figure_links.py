"""Links into a state of a figure: the figure stands there, and allows the state."""

import re
from collections import Counter

import pytest

from conftest import ROOT
from explorables import CLASSES, figures_of_the_book
from publish.notebooks import load

LINK = re.compile(r'<a href="(?:(\w+)\.html)?#explore-(\w+?)(?:-(\d+))?\?([^"]*)">')


def texts():
    """(page, its markdown) for every page of the book."""
    for path in sorted((ROOT / "book").glob("*.md")):
        yield path.stem, path.read_text(encoding="utf-8")
    for path in sorted((ROOT / "book").glob("*.ipynb")):
        cells = load(path).cells
        yield path.stem, "\n".join(cell["source"] for cell in cells if cell["cell_type"] == "markdown")


LINKS = [(page, *found) for page, text in texts() for found in LINK.findall(text)]
FIGURES = Counter((page.removeprefix("book/"), name) for page, name, _ in figures_of_the_book())


def allows(domain, text):
    """Whether a part with this domain may be set to what an address says."""
    kind = domain["kind"]
    if kind == "number":
        return domain["min"] <= float(text) <= domain["max"]
    if kind == "pick":
        return text in domain["options"]
    if kind == "flag":
        return text in "01"
    if kind == "cell":
        letter, _, place = text.partition(".")
        return letter in domain["letters"] and place.isdigit()
    return all(domain["min"] <= float(x) <= domain["max"] for row in text.split(";") for x in row.split(","))


@pytest.mark.parametrize("page, other, view, nth, query", LINKS)
def test_a_link_leads_to_a_figure_that_allows_its_state(page, other, view, nth, query):
    """The page shows the figure often enough, and every part takes its value."""
    assert FIGURES[other or page, view] >= int(nth or 1)
    domains = CLASSES[view].class_traits()
    for part in query.split("&amp;"):
        name, _, value = part.partition("=")
        assert allows(domains[name].metadata["domain"], value), part


def test_each_misconception_has_an_anchor_and_a_figure():
    """Twelve of them, and each opens at least one figure of another page."""
    text = (ROOT / "book" / "misconceptions.md").read_text(encoding="utf-8")
    pieces = re.split(r"^\(mis-(\d+)\)=$", text, flags=re.M)
    assert pieces[1::2] == [str(k) for k in range(1, 13)]
    assert all(LINK.search(piece) for piece in pieces[2::2])
