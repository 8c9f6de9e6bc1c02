"""The explorables on the published page: every control moved by keyboard, no kernel."""

import re

import numpy as np
import pytest

from cnnbp.explore import Convolution
from conftest import ROOT, toc_entries
from running_example import F, X, dY

PAGES = ["book/index", "book/convolution", "book/grad_filter", "book/grad_input"]
CELLS = """(figure, letter) => [...figure.querySelectorAll(`.cx-${letter} .cx-cell`)].map(
  (cell) => Number(cell.dataset.value))"""


def shown(figure, letter):
    """The numbers of one tensor, as the figure holds them."""
    return np.array(figure.evaluate(CELLS, letter))


def expected(which, X=X, **setting):
    return Convolution(X, F, dY, which=which, **setting).result.ravel()


@pytest.mark.parametrize("name", PAGES)
def test_every_control_moves_the_numbers(visit, name):
    """Choices, dials, cells and reset, by keyboard alone; each state as cnnbp computes it."""
    page = visit(name)
    for figure in page.locator("figure[data-explorable]").all():
        for which in ("Y", "dF", "dX"):
            figure.locator(f"input[value={which}]").focus()
            page.keyboard.press("Space")
            np.testing.assert_allclose(shown(figure, which), expected(which), rtol=1e-12)
        figure.locator("input[value=Y]").check()
        for dial in ("stride", "padding", "dilation"):
            slider = figure.get_by_label(dial, exact=True)
            before = shown(figure, "Y")
            slider.focus()
            page.keyboard.press("ArrowRight")
            after = shown(figure, "Y")
            setting = {dial: int(slider.input_value())}
            assert before.tolist() != after.tolist()
            np.testing.assert_allclose(after, expected("Y", **setting), rtol=1e-12)
            page.keyboard.press("ArrowLeft")
        cell = figure.get_by_label("x 2 2", exact=True)
        cell.focus()
        page.keyboard.press("Control+A")
        page.keyboard.type("-0.25")
        page.keyboard.press("Tab")
        changed = X.copy()
        changed[1, 1] = -0.25
        np.testing.assert_allclose(shown(figure, "Y"), expected("Y", changed), rtol=1e-12)
        figure.get_by_role("button", name="Reset").focus()
        page.keyboard.press("Enter")
        figure.locator("input[value=Y]").check()
        np.testing.assert_array_equal(shown(figure, "X"), X.ravel())


def test_why_adds_up_for_every_cell(visit):
    """The printed sum evaluates to the printed result and has a term for each marked cell."""
    figure = visit("book/convolution").locator("figure[data-explorable]").first
    for which, stride, padding in (("Y", 1, 0), ("dF", 1, 1), ("dX", 2, 1), ("dX", 1, 0)):
        figure.locator(f"input[value={which}]").check()
        for dial, value in (("stride", stride), ("padding", padding)):
            figure.get_by_label(dial, exact=True).fill(str(value))
        for cell in figure.locator(f".cx-{which} .cx-cell").all():
            cell.focus()
            value = float(cell.get_attribute("data-value"))
            result = figure.locator(".cx-result").text_content()
            assert float(result.replace("\u2212", "-")) == pytest.approx(value, rel=1e-12)
            terms = figure.locator(".cx-numbers")
            if terms.count():
                text = terms.text_content().replace("\u2212", "-")
                assert sum(_product(term) for term in text.split(" + ")) == pytest.approx(value, rel=1e-12)
                assert figure.locator(".cx-on").count() == 2 * len(text.split(" + "))


def _product(term):
    a, b = (float(factor.strip("()")) for factor in term.split("\u00b7"))
    return a * b


def test_a_pixel_tells_whom_it_feeds(visit):
    figure = visit("book/convolution").locator("figure[data-explorable]").first
    figure.get_by_label("x 2 2", exact=True).focus()
    text = figure.locator(".cx-why").text_content()
    assert re.findall(r"y(\d\d) times f(\d\d)", text) == [("11", "22"), ("12", "21"), ("21", "12"), ("22", "11")]


def test_nonsense_in_a_cell_is_put_back(visit):
    page = visit("book/convolution")
    cell = page.get_by_label("x 1 1", exact=True).first
    cell.fill("")
    page.keyboard.press("Tab")
    assert cell.input_value() == "3"


def test_controls_are_large_enough_to_touch(visit):
    page = visit("book/convolution", width=360)
    figure = page.locator("figure[data-explorable]").first
    for control in figure.locator("input:not([type=radio]), button, .cx-choice label").all():
        box = control.bounding_box()
        assert box["height"] >= 44 and box["width"] >= 44


def test_a_page_without_explorables_loads_none_of_it(visit):
    assert "explorables" not in visit("book/notation").content()
    assert "explorables.js" in visit("book/index").content()


def test_the_pages_with_explorables_are_those_tested(book):
    with_figure = [n for n in toc_entries() if "data-explorable" in (book / f"{n}.html").read_text(encoding="utf-8")]
    assert with_figure == PAGES


def test_without_scripts_the_numbers_are_there(browser, book):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((book / "book/convolution.html").as_uri())
    assert page.locator("figure[data-explorable] table").first.inner_text()
    context.close()


def test_scripts_and_styles_are_small(book):
    import gzip

    files = [book / "_static" / name for name in ("explorables.js", "explorables.css")]
    assert sum(len(gzip.compress(path.read_bytes())) for path in files) < 60_000
