"""Every word that a reader meets is in the British dictionary, or in `words.txt`."""

import gc
import re
import warnings
from functools import cache

import nbformat
import pytest
from bs4 import BeautifulSoup
from markdown_it import MarkdownIt
from spylls.hunspell import Dictionary

from conftest import ROOT, toc_entries

WORD = re.compile(r"(?<![\w@#/.\\-])[^\W\d_]+(?:['’][^\W\d_]+)*(?![\w@/\\(])")
NO_PROSE = "figure[data-explorable], pre, code, script, style, svg, a.headerlink, .katex, .math, .toctree-wrapper, .citation"
OURS = set((ROOT / "tests" / "words.txt").read_text(encoding="utf-8").split())
TEXTS = [ROOT / "README.md", *sorted((ROOT / "assignments").glob("*/*.ipynb"))]


@cache
def dictionary():
    """The dictionary of British English, with -ise."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # the reader leaves its files to be closed
        found = Dictionary.from_files(str(ROOT / "node_modules" / "dictionary-en-gb" / "index"))
        gc.collect()
    return found


@cache
def is_right(word):
    """Whether a word is spelt right; a genitive is as right as its word."""
    word = word.replace("’", "'")
    stem = re.sub(r"'s?$", "", word)
    known = OURS & {word, stem, stem[0].lower() + stem[1:]}
    return len(stem) < 3 or bool(known) or dictionary().lookup(word) or dictionary().lookup(stem)


def misspelt(page):
    """The words of some HTML that are in neither list."""
    for part in page.select(NO_PROSE):
        part.replace_with(" ")
    texts = [page.get_text(" "), *(image.get("alt", "") for image in page.select("img"))]
    return sorted({word for text in texts for word in WORD.findall(text) if not is_right(word)})


@pytest.mark.parametrize("name", toc_entries())
def test_a_page_is_spelt_right(name, book):
    """The built page, its code and formulas left out, the descriptions of images included."""
    page = BeautifulSoup((book / f"{name}.html").read_text(encoding="utf-8"), "html.parser")
    wrong = misspelt(page.find("article"))
    assert not wrong


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.stem)
def test_a_text_beside_the_book_is_spelt_right(path):
    """README and the Markdown of the assignments."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".ipynb":
        cells = nbformat.reads(text, as_version=4).cells
        text = "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    text = re.sub(r"\$\$.*?\$\$|\$[^$\n]*\$", " ", text, flags=re.S)
    wrong = misspelt(BeautifulSoup(MarkdownIt().render(text), "html.parser"))
    assert not wrong


def test_the_check_sees_a_mistake():
    """American spelling, a slip, and none in words with a hyphen, a genitive or a capital."""
    page = BeautifulSoup("<p>The filter’s colour, cross-entropy; color, gradiant <code>nmupy</code></p>", "html.parser")
    assert misspelt(page) == ["color", "gradiant"]


def test_our_words_are_few_and_needed():
    """In order, none that the dictionary has, and none twice."""
    words = (ROOT / "tests" / "words.txt").read_text(encoding="utf-8").split()
    assert words == sorted(set(words), key=lambda word: (word.lower(), word))
    assert not [word for word in words if dictionary().lookup(word)]
