"""The explorables on the published pages: every control moved by keyboard, no kernel."""

import functools
import gzip
import json
import re

import numpy as np
import pytest

from conftest import toc_entries
from explorables import CLASSES, figures_of_the_book, random_state
from test_explore_why import ASK, product
from test_pages import AUDIT, AXE, WCAG

PAGES = [name for name in toc_entries() if name in {page for page, _, _ in figures_of_the_book()}]
LOOK = """(figure, names) => ({
  state: Object.fromEntries(names.map((name) => [name, figure.explorable.get(name)])
    .filter(([, value]) => value !== undefined)),  // a dial that this figure does not have
  drawn: [...figure.querySelectorAll('[data-number]')].map(
    (node) => [node.dataset.number, Number(node.dataset.value), node.value ?? node.textContent]),
  text: [...figure.querySelectorAll('.cx-stage, .cx-why, .cx-predict')].map((node) => node.innerText
    + [...node.querySelectorAll('[aria-label]')].map((n) => n.getAttribute('aria-label'))).join('|'),
})"""
SET = """(figure, state) => Object.entries(state).forEach(([name, value]) => figure.explorable.set(name, value))"""
NATURE = """(node) => [node.getAttribute('aria-label') ?? node.labels?.[0]?.innerText ?? node.innerText,
  node.type === 'radio' && node.checked, node.disabled]"""
CONTROLS = ".cx-bar input, .cx-bar button, .cx-stage input, .cx-stage button:not(.cx-cell)"


@functools.lru_cache(maxsize=64)
def explorable(name, state):
    """The explorable in Python that has the state of a figure of a page."""
    return CLASSES[name].from_state(json.loads(state))


def look(figure):
    """What a figure shows: its state, its numbers, its words. Each number is cnnbp's."""
    name = figure.get_attribute("data-explorable")
    cls = CLASSES[name]
    seen = figure.evaluate(LOOK, [*cls.all_domains(), *cls.class_traits(given=True)])
    numbers = explorable(name, json.dumps(seen["state"])).numbers()
    expected = {name: np.ravel(values).tolist() for name, values in numbers.items()}
    largest = max([1.0, *(abs(value) for values in expected.values() for value in values)])
    assert seen["drawn"], "a figure without numbers"
    for key, value, text in seen["drawn"]:
        name, place = key.rsplit(":", 1)
        wanted = expected[name][int(place)]
        assert abs(value - wanted) <= 1e-12 * max(largest, abs(wanted)), f"{key} is {value}, not {wanted}"
        if text:
            number = float(text.replace("\u2212", "-"))
            assert abs(number - value) <= max(2e-3 * abs(value), 1e-9 * largest), f"{key} = {value} is shown as {text}"
    return seen


def press(page, control):
    """Move one control by keyboard."""
    kind = control.evaluate("(node) => node.type")
    control.focus()
    if kind == "range":
        full = control.evaluate("(node) => Number(node.value) >= Number(node.max)")
        page.keyboard.press("ArrowLeft" if full else "ArrowRight")
    elif kind in ("radio", "checkbox"):
        page.keyboard.press("Space")
    elif kind == "number":
        value = float(control.input_value())
        page.keyboard.press("Control+A")
        page.keyboard.type(f"{value + (0.5 if value < 1 else -0.5):g}")
        page.keyboard.press("Tab")
    else:
        page.keyboard.press("Enter")


def enable(page, control):
    """Move the player to where a button of it works."""
    end = "Home" if control.inner_text() in ("Next", "Play") else "End"
    control.locator("xpath=ancestor::*[contains(@class,'cx-player')]").locator("input").focus()
    page.keyboard.press(end)


@pytest.mark.parametrize("name", PAGES)
def test_every_control_moves_the_numbers(visit, name):
    """By keyboard alone; each state's numbers as cnnbp computes them; none does nothing."""
    page = visit(name)
    for figure in page.locator("figure[data-explorable]").all():
        start = look(figure)
        reset = figure.get_by_role("button", name="Reset")
        controls = figure.locator(CONTROLS).locator("visible=true")
        count = controls.count()
        assert count > 1
        for k in range(count):
            control = controls.nth(k)
            label, chosen, disabled = control.evaluate(NATURE)
            if label == "Reset" or chosen:
                continue
            before = start
            if disabled:
                enable(page, control)
                before = look(figure)
            press(page, control)
            after = look(figure)
            same = before["drawn"] == after["drawn"] and before["text"] == after["text"]
            assert not same, f"{name}: the control {label!r} does nothing"
            if k + 1 < count:
                figure.evaluate(SET, start["state"])
        reset.focus()
        page.keyboard.press("Enter")
        assert look(figure) == start, "Reset brings the start back"


@pytest.mark.parametrize("name", PAGES)
def test_every_cell_answers(visit, name):
    """A focused cell tells of itself; where it tells a sum, the sum is its value."""
    for figure in visit(name).locator("figure[data-explorable]").all():
        answers = figure.evaluate(ASK)
        assert len({answer["words"] for answer in answers}) == len(answers)
        for answer in answers:
            if answer["sum"]:
                whole, shown = (sum(map(product, answer[text].split(" + "))) for text in ("sum", "shown"))
                assert whole == pytest.approx(answer["value"], rel=1e-11, abs=1e-11)
                assert shown == pytest.approx(whole, rel=1e-3, abs=1e-3), "what is read is the sum, rounded"


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_moved_figures_are_accessible(visit, name, theme):
    """axe-core finds nothing in a moved figure, nor in one that asks for a prediction."""
    rng = np.random.default_rng(11)
    page = visit(name, theme, width=360)
    page.add_script_tag(path=AXE)
    for predict in (False, True):
        for figure in page.locator("figure[data-explorable]").all():
            moved = CLASSES[figure.get_attribute("data-explorable")].from_state(look(figure)["state"])
            for part, value in random_state(moved, rng).items():
                moved.set_trait(part, predict if part == "predict" else value)
            figure.evaluate(SET, {part: getattr(moved, part) for part in moved.domains})
        assert not page.evaluate(AUDIT, WCAG)


@pytest.mark.parametrize("name", PAGES)
def test_an_address_brings_the_state_back(visit, name):
    """What "Link to this" names is what another reader sees; nothing else of the page moves."""
    rng = np.random.default_rng(7)
    page = visit(name)
    for k, figure in enumerate(page.locator("figure[data-explorable]").all()):
        wanted = CLASSES[figure.get_attribute("data-explorable")].from_state(look(figure)["state"])
        for part, value in random_state(wanted, rng).items():
            wanted.set_trait(part, value)
        figure.evaluate(SET, {part: getattr(wanted, part) for part in wanted.domains})
        moved = look(figure)["state"]
        href = figure.locator("a.cx-link").get_attribute("href")
        assert href.startswith("#explore-")
        other = visit(f"{page.url.split('#')[0]}{href}")
        again = other.locator("figure[data-explorable]").nth(k)
        other.wait_for_timeout(50)
        assert look(again)["state"] == moved


def test_the_same_link_brings_the_state_back_again(visit):
    """Pressed a second time, after the reader has moved on, it still does what it says."""
    page = visit("book/grad_input")
    link = page.locator("a[href='#explore-scatter_gather?step=0']").first
    step = page.locator("#explore-scatter_gather").get_by_label("Step", exact=True)
    for _ in range(2):
        link.click()
        page.wait_for_timeout(50)
        assert step.input_value() == "0"
        step.fill("5")


HOSTILE = [
    "stride=9", "stride=1.5", "stride=NaN", "stride=1e999", "stride=", "predict=yes", "which=dW", "X=1,2;3,4",
    "X=1,2,3;4,5,6;7,8,1e9", "X=<img src=x onerror=alert(1)>", "__proto__=1", "constructor=1", "tables=1", "domains=1",
    "selected=Z.0", "selected=Y.-1", "selected=%00", "%", "%E0%A4%A", "stride=2&stride=99", "?".join("aaaa"), "X=" + "9," * 5000,
]  # fmt: skip


@pytest.mark.parametrize("fragment", HOSTILE)
def test_a_hostile_address_does_nothing(visit, fragment):
    page = visit("book/convolution")
    figure = page.locator("figure[data-explorable]").first
    before = look(figure)
    page.evaluate("(text) => { location.hash = text; }", f"explore-convolution?{fragment}")
    page.wait_for_timeout(50)
    assert look(figure) == before


def test_a_cell_that_is_not_there_is_no_trouble(visit):
    """An address may name a cell of another shape; the first cell is told instead."""
    page = visit("book/convolution")
    figure = page.locator("figure[data-explorable]").first
    page.evaluate("location.hash = 'explore-convolution?selected=Y.999&stride=2'")
    page.wait_for_timeout(50)
    assert "y11" in figure.locator(".cx-why").inner_text()


@pytest.mark.parametrize("name", PAGES)
def test_controls_are_large_enough_to_touch(visit, name):
    page = visit(name, width=320)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    for figure in page.locator("figure[data-explorable]").all():
        selector = ".cx input:not([type=radio]):not([type=checkbox]), .cx button, .cx-choice label, .cx-toggle, .cx-link"
        small = figure.evaluate(
            """(figure, selector) => [...figure.querySelectorAll(selector)].filter((node) => {
              const box = node.getBoundingClientRect();
              return box.width && (box.width < 43.9 || box.height < 43.9);
            }).map((node) => node.outerHTML.slice(0, 120))""",
            selector,
        )
        assert small == []


def test_a_page_without_explorables_loads_none_of_it(visit):
    assert "explorables" not in visit("book/notation").content()
    assert "explorables.js" in visit("book/index").content()


def test_without_scripts_the_numbers_are_there(browser, book):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    for name in PAGES:
        page.goto((book / f"{name}.html").as_uri())
        for figure in page.locator("figure[data-explorable]").all():
            assert re.search(r"\d", figure.locator("table").first.inner_text())
    context.close()


def test_scripts_and_styles_are_small(book):
    files = [book / "_static" / name for name in ("explorables.js", "explorables.css")]
    assert sum(len(gzip.compress(path.read_bytes())) for path in files) <= 60_000
