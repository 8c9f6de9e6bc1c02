"""The figures without scripts: tables in the book's words, with the numbers of the state."""

import json
import re
import subprocess

import numpy as np
import pytest
import traitlets
from bs4 import BeautifulSoup

from cnnbp.explore.explorable import number, table, text
from conftest import ROOT
from explorables import CLASSES, figures_of_the_book, random_state
from publish.pages import node

FIGURES = list(figures_of_the_book())
NAMES = [f"{page.split('/')[-1]}-{name}-{k}" for k, (page, name, _) in enumerate(FIGURES)]
TENSORS = {"X", "F", "b", "Y", "dX", "dF", "db", "dY"}  # letters of the notation page, which need no more words
WORDS = {"connections", "parameters", "value", "gradient", "bug", "loss", "p", "L", "x", "y", "z"}  # of book and program
RECORDED = {"gradient_check", "training_replay"}  # their tables show more than the state: each bug, each run


def moved(name, state, count=12):
    """A figure of the book in its own state, and in random ones."""
    rng, figure = np.random.default_rng(5), CLASSES[name].from_state(state)
    for _ in range(count):
        yield figure
        for part, value in random_state(figure, rng).items():
            try:
                figure.set_trait(part, value)
            except traitlets.TraitError:
                continue  # this setting does not go with the others


def tables(figure):
    """What a reader without scripts reads: of each table its caption, its headings, its rows of numbers."""
    for found in BeautifulSoup(figure.page_face(), "html.parser").select("table"):
        rows = [[read(cell) for cell in row.select("td") if cell.get_text()] for row in found.select("tr")]
        yield found.caption.get_text(), [cell.get_text() for cell in found.select("th")], [row for row in rows if row]


def read(cell):
    """The number in a cell."""
    assert "-" not in cell.get_text(), "a minus sign is no hyphen"
    return float(cell.get_text().replace("\N{MINUS SIGN}", "-"))


@pytest.mark.parametrize(("page", "name", "state"), FIGURES, ids=NAMES)
def test_captions_and_headings_are_words_of_the_book(page, name, state):
    """No name of the program stands there, in any state, and no two tables have one caption."""
    for figure in moved(name, state):
        inner = {*figure.numbers(), *figure.trait_names()} - TENSORS - WORDS
        captions, headings, _ = zip(*tables(figure), strict=True)
        assert len(set(captions)) == len(captions)
        for words in (*captions, *(word for some in headings for word in some)):
            assert words not in inner and "_" not in words, f"{name}: {words!r} is a name of the program"
            assert words in TENSORS or not re.fullmatch(r"[a-z]*\d", words) or name == "draw_digit", words


@pytest.mark.parametrize(("page", "name", "state"), FIGURES, ids=NAMES)
def test_the_tables_hold_the_numbers_of_the_state(page, name, state):
    """A tensor under its caption, entry by entry; of every other table each number is one of the figure's."""
    for figure in moved(name, state):
        numbers, found = figure.numbers(), {caption: rows for caption, _, rows in tables(figure)}
        for key, caption in figure.captions.items():
            if caption in found:
                rows = np.reshape(numbers[key], np.shape(found[caption]))
                np.testing.assert_allclose(found.pop(caption), rows, rtol=5.1e-5, atol=0, err_msg=caption)
        everything = np.concatenate([np.ravel(A) for A in (*numbers.values(), getattr(figure, "logits", 0.0))])
        shown = [value for rows in found.values() for row in rows for value in row]
        for value in [] if name in RECORDED else shown:
            assert np.isclose(everything, value, rtol=5.1e-5, atol=0).any(), f"{name}: {value} is none of its numbers"


@pytest.mark.parametrize("name", CLASSES)
def test_the_first_sentence_says_what_is_shown(name):
    figure = CLASSES[name].from_state(next(state for _, view, state in FIGURES if view == name))
    said = figure.describe()
    assert said.endswith(".") and "xplorable" not in said and not re.search("[A-Z][a-z]+[A-Z]", said)
    assert not re.search(r"-\d", said), "a minus sign is no hyphen"
    assert f"<p>{said}</p>" in figure.page_face()


def test_numbers_are_told_as_the_live_figure_tells_them():
    """Letter by letter what its script makes of them: what is whole, or short, is exact."""
    chosen = [-2.0, 295713.0, 0.125, -2 / 3, 1e5 / 7, 0.00001, 1e-9 / 3, 0.378139, -0.0]
    values = [*chosen, *np.random.default_rng(3).normal(size=500)]
    script = (
        f"import('{(ROOT / 'cnnbp' / 'explore' / 'triples.mjs').as_uri()}').then(({{ numberText, isLong }}) => "
        f"console.log(JSON.stringify({json.dumps(values)}.map((v) => (isLong(v) ? numberText(v, 5) : numberText(v))))))"
    )
    told = json.loads(subprocess.run([node(), "-e", script], check=True, capture_output=True, text=True).stdout)
    assert [number(value) for value in values] == [word.replace("e-", "e−") for word in told]
    assert told[:5] == ["−2", "295713", "0.125", "−0.66667", "14286"]
    assert text([[1, -2], [1 / 3, -0.0]]) == "[[1, −2], [0.33333, 0]]"


def test_words_in_a_table_are_headings():
    found = BeautifulSoup(table("a < b", [["", "value"], ["x", -1.5]]), "html.parser")
    assert found.caption.get_text() == "a < b"
    assert [[cell.name for cell in row] for row in found.tbody] == [["td", "th"], ["th", "td"]]
    assert found.get_text("|") == "a < b|value|x|−1.5"


def test_each_bug_and_each_run_is_in_its_table():
    """The tables that show more than the state, against the figures of those states."""
    bugs = dict.fromkeys(range(1, 11))
    for bug in bugs:
        figure = CLASSES["gradient_check"](part="bugs", bug=bug)
        (_, _, rows), now = next(tables(figure)), figure.numbers()
        np.testing.assert_allclose(rows[bug - 1], [bug, *now["off"], now["losses"][-1]], rtol=5.1e-5)
    runs = [(rate, momentum) for rate in ("0.01", "0.1", "1.0") for momentum in ("0", "0.9")]
    for k, (rate, momentum) in enumerate(runs):
        figure = CLASSES["training_replay"](rate=rate, momentum=momentum, epoch=10)
        (_, headings, rows), now = next(tables(figure)), figure.numbers()
        assert headings[3 + k] == f"{rate}, {momentum}"
        np.testing.assert_allclose(rows[k], [now["loss"], 100 * now["accuracy"]], rtol=0.006)
    for precision in ("float64", "float32"):
        figure = CLASSES["gradient_check"](precision=precision)
        (_, _, rows), now = next(tables(figure)), figure.numbers()
        np.testing.assert_allclose(np.array(rows)[:, 1:], now["curves"].T, rtol=5.1e-5)
