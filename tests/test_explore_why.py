"""Ask any number why: every cell of many presets, and whom a cell feeds."""

import re

import numpy as np
import pytest

from cnnbp.explore import Convolution
from explorables import lone_page

READINGS = ("Y", "dF", "dX")
# Image, filter, stride, padding, dilation: non-square, even and single-row kernels, remainders.
PRESETS = [
    ((3, 3), (2, 2), 1, 0, 1), ((3, 3), (2, 2), 2, 0, 1), ((3, 3), (2, 2), 1, 2, 1), ((3, 3), (2, 2), 1, 0, 2),
    ((4, 3), (2, 3), 1, 0, 1), ((4, 3), (3, 2), 2, 1, 1), ((3, 5), (1, 2), 3, 0, 1), ((5, 4), (4, 2), 1, 1, 1),
    ((5, 5), (3, 3), 2, 1, 1), ((5, 5), (3, 3), 3, 2, 1), ((5, 5), (2, 2), 1, 0, 3), ((5, 5), (3, 3), 1, 0, 2),
    ((4, 4), (2, 2), 3, 1, 1), ((4, 6), (2, 4), 2, 2, 1), ((6, 4), (3, 1), 2, 0, 2), ((1, 5), (1, 3), 1, 1, 2),
    ((5, 1), (2, 1), 2, 1, 1), ((4, 4), (4, 4), 1, 0, 1), ((4, 4), (1, 1), 2, 0, 1), ((5, 4), (3, 2), 3, 2, 2),
]  # fmt: skip
ASK = """async (figure) => {
  const answers = [];
  for (const cell of figure.querySelectorAll('button.cx-cell')) {
    cell.focus();
    await null; await null;
    const plain = (text) => text?.replaceAll('\\u2212', '-');
    const sum = figure.querySelector('.cx-why .cx-numbers');
    const marked = [...figure.querySelectorAll('.cx-on')].map((c) => c.parentElement.dataset.order);
    answers.push({ value: Number(cell.dataset.value), sum: plain(sum?.dataset.sum), shown: plain(sum?.textContent),
                   result: plain(figure.querySelector('.cx-why .cx-result')?.textContent), marked, words: figure.querySelector('.cx-why').innerText });
  }
  return answers;
}"""


def product(term):
    return np.prod([float(factor.strip("()")) for factor in term.split("\u00b7")])


def check_answers(answers, factors=2):
    """Each sum is its cell's value, and has a term for each cell that is marked; returns how many."""
    assert len({answer["words"] for answer in answers}) == len(answers), "two cells tell the same"
    for answer in answers:
        assert float(answer["result"]) == pytest.approx(answer["value"], rel=1e-11, abs=1e-11)
        terms = answer["shown"].split(" + ") if answer["shown"] else []
        assert answer["shown"] == answer["sum"], "these inputs are short, so nothing is rounded"
        assert sum(map(product, terms)) == pytest.approx(answer["value"], rel=1e-12, abs=1e-12)
        assert len(answer["marked"]) == factors * len(terms)
    return len(answers)


def check_sum(figure, cell):
    """The sum that is told now is this cell's value; returns its number of terms."""
    told = figure.locator(".cx-why .cx-numbers")
    terms = told.get_attribute("data-sum").replace("\u2212", "-").split(" + ") if told.count() else []
    assert sum(map(product, terms)) == pytest.approx(float(cell.get_attribute("data-value")), rel=1e-11, abs=1e-11)
    return len(terms)


@pytest.mark.parametrize("which", READINGS)
def test_every_sum_of_sixty_presets(visit, tmp_path, which):
    """Twenty convolutions in three readings."""
    rng = np.random.default_rng(3)
    figures = [
        Convolution(*(rng.integers(-9, 10, size) / 4 for size in (shape, kernel, (9, 9))), which=which,
                    stride=s, padding=p, dilation=d)
        for shape, kernel, s, p, d in PRESETS
    ]  # fmt: skip
    page = visit(lone_page(figures, tmp_path))
    for figure, shown in zip(figures, page.locator("figure[data-explorable]").all(), strict=True):
        assert check_answers(shown.evaluate(ASK)) == figure.result.size


def test_the_marks_are_numbered_in_the_order_of_the_sum(visit):
    """For the middle pixel the weights are read backwards: 4, 3, 2, 1."""
    figure = visit("book/grad_input#explore-convolution?selected=dX.4").locator("#explore-convolution")
    orders = [figure.locator(f".cx-{letter} .cx-slot").all() for letter in ("dY", "F")]
    assert [[slot.get_attribute("data-order") for slot in slots] for slots in orders] == [list("1234"), list("4321")]


def test_a_pixel_tells_whom_it_feeds(visit):
    figure = visit("book/convolution").locator("figure[data-explorable='convolution']").first
    figure.get_by_label("x 2 2", exact=True).focus()
    text = figure.locator(".cx-why").text_content()
    assert re.findall(r"y(\d\d) times f(\d\d)", text) == [("11", "22"), ("12", "21"), ("21", "12"), ("22", "11")]


def test_nonsense_in_a_cell_is_put_back(visit):
    page = visit("book/convolution")
    cell = page.locator("figure[data-explorable='convolution']").first.get_by_label("x 1 1", exact=True)
    for nonsense in ("", "1e999"):
        cell.fill(nonsense)
        page.keyboard.press("Tab")
        assert cell.input_value() == "3"
