"""The glossary: words in order, each explained shortly, with a place in the book."""

import re

import pytest

from conftest import ROOT, toc_entries

TEXT = (ROOT / "book" / "glossary.md").read_text(encoding="utf-8")
ENTRIES = dict(re.findall(r"^(\S.*)\n  (\S.*)$", TEXT.split(":::")[1], re.M))


def test_the_words_are_in_order_and_enough():
    """Alphabetical in the source too, so that a word is added where it belongs."""
    words = [word.lower() for word in ENTRIES]
    assert words == sorted(words) and len(words) >= 50


def test_no_word_is_a_page():
    """A link `[...](loss)` would not know whether the page or the word is meant."""
    assert not {word.lower() for word in ENTRIES} & {name.removeprefix("book/") for name in toc_entries()}


@pytest.mark.parametrize("word", ENTRIES)
def test_a_word_is_explained_in_few_words_with_a_link(word):
    """At most 30 words, and a link to an equation, a page or another word."""
    assert len(ENTRIES[word].split()) <= 30
    assert re.search(r"\{eq\}`eq-|\]\(\w+\)|\{term\}`", ENTRIES[word])


def test_terms_that_are_referred_to_exist():
    """Every {term} of the book is a word of the glossary."""
    for path in [*(ROOT / "book").glob("*.md"), *(ROOT / "book").glob("*.ipynb")]:
        for term in re.findall(r"\{term\}`(?:[^`<]*<)?([^`>]+)>?`", path.read_text(encoding="utf-8")):
            assert term.lower() in {word.lower() for word in ENTRIES}, f"{path.name}: {term}"
