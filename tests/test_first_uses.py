"""The first use of a word of the glossary on a page is a link to it, and no other use is."""

from collections import Counter

import pytest
from bs4 import BeautifulSoup

from conftest import toc_entries
from publish.glossary import pattern_of, surface_forms

NEVER = "h1, h2, h3, pre, code, .katex, figcaption, .admonition-title, table, strong, .dropdown, .citation, a a"


def links(path):
    """The words that a built page links to, each link once."""
    page = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser").find("article")
    assert not [link for part in page.select(NEVER) for link in part.select("a.first-use")]
    return page.select("a.first-use")


@pytest.mark.parametrize("name", toc_entries())
def test_a_word_is_linked_once_and_a_page_stays_calm(name, book):
    """Never in a title, code, a formula, a table or a fold; at most 18 on a chapter, 25 on an appendix."""
    found = Counter(link["href"].partition("#")[2] for link in links(book / f"{name}.html"))
    assert set(found.values()) <= {1}
    assert len(found) <= (25 if "errata" in name else 18)
    assert all(word.startswith("term-") for word in found)


def test_chapters_use_the_glossary(book):
    """Five words at least on each chapter with an exercise; none on the glossary itself."""
    assert not links(book / "book" / "glossary.html")
    assert all(len(links(book / f"book/{name}.html")) >= 5 for name in ("convolution", "grad_input", "loss", "pooling"))


def test_the_longest_word_wins_and_inflected_ones_count():
    """Plurals, a capital, a second name, a line break; not a part of a word nor of a compound."""
    forms = surface_forms(["pooling", "max pooling", "matrix", "batch", "filter"], {"filter": ["kernel"]}, ["batch"])
    text = "Max\npooling and pooling; matrices, batches, Kernels; a pooling-layer, kernelled"
    found = [forms[" ".join(match[0].split())] for match in pattern_of(forms).finditer(text)]
    assert found == ["max pooling", "pooling", "matrix", "filter"]
