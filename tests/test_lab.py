"""The notebooks in JupyterLab, in a real browser: the explorable is live, both ways."""

import json
import shutil
import socket
import subprocess
import sys
import time
import urllib.request

import nbformat
import numpy as np
import pytest
from playwright.sync_api import TimeoutError

from conftest import ROOT
from explorables import CLASSES
from publish.notebooks import METADATA
from running_example import F, X, dY

PREDICT = ":::{admonition} Predict\n:class: tip\nGuess first.\n:::"
LINK = "[Set stride 2.](#explore-convolution?stride=2) [Not here.](#explore-pooling_router?stride=2)"
CODE = """\
from ipywidgets import IntSlider, link
from cnnbp.explore import Convolution, beside
figure = Convolution({X}, {F}, {dY})
stride = IntSlider(value=1, min=1, max=3, description="stride")
link((stride, "value"), (figure, "stride"))
beside(stride, figure)"""

ALL = f"""\
import json, sys
sys.path[:0] = {[str(ROOT), str(ROOT / "tests")]}
import numpy as np
from IPython.display import display
from explorables import CLASSES, figures_of_the_book, random_state
first = {{name: state for _, name, state in reversed(list(figures_of_the_book()))}}
figures = {{name: CLASSES[name].from_state(first[name]) for name in sorted(CLASSES)}}
display(*figures.values())"""
CHECK = """\
from cnnbp.explore import Check
Check("How many triples?", answer=4 * 4, wrong={9: "That is how many pixels."})"""
MOVE = """\
rng = np.random.default_rng(5)
for figure in figures.values():
    for name, value in random_state(figure, rng).items():
        if name != "predict":
            figure.set_trait(name, value)
print("moved")"""
REPORT = "print(json.dumps([figure.state() for figure in figures.values()]))"
ACTIVE = "[...document.querySelectorAll('.jp-Cell')].findIndex((cell) => cell.classList.contains('jp-mod-active'))"
DRAWN = """(figure) => [...figure.querySelectorAll('[data-number]')].map(
  (node) => [node.dataset.number, Number(node.dataset.value)])"""


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """The address of a JupyterLab with one notebook in its folder."""
    folder = tmp_path_factory.mktemp("lab")
    cells = [nbformat.v4.new_code_cell(CODE.format(X=X.tolist(), F=F.tolist(), dY=dY.tolist()))]
    cells += [nbformat.v4.new_code_cell("figure.padding = 1; print('set')")]
    cells += [nbformat.v4.new_code_cell("print(figure.stride, figure.X[0][0], figure.result.tolist())")]
    cells += [nbformat.v4.new_markdown_cell(text) for text in (PREDICT, LINK)]
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=METADATA), folder / "page.ipynb")
    cells = [nbformat.v4.new_code_cell(code) for code in (ALL, MOVE, REPORT)]
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=METADATA), folder / "all.ipynb")
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(CHECK)], metadata=METADATA), folder / "check.ipynb")
    with socket.socket() as free:
        free.bind(("localhost", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", f"--port={port}"]
    command += ["--ServerApp.port_retries=0", "--IdentityProvider.token=", f"--notebook-dir={folder}"]
    command += ["--LabApp.news_url=", "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"]
    with (folder / "log").open("w") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        address = f"http://localhost:{port}"
        for _ in range(120):
            try:
                urllib.request.urlopen(f"{address}/api", timeout=2).close()
                break
            except OSError:
                time.sleep(0.5)
        else:
            pytest.fail((folder / "log").read_text())
        yield address
    finally:
        server.terminate()
        server.wait(20)
        shutil.rmtree(folder, ignore_errors=True)


def numbers(page, letter):
    cells = page.locator(f".jp-OutputArea .cx-{letter} .cx-cell")
    return [float(cell.get_attribute("data-value")) for cell in cells.all()]


def run(page, cell):
    """Run one cell; its number shows that it is done. A key that comes too early is pressed again."""
    box = page.locator(".jp-Notebook .jp-CodeCell").nth(cell)
    numbered = "n => /\\[\\d+\\]/.test(document.querySelectorAll('.jp-CodeCell .jp-InputPrompt')[n].textContent)"
    for _ in range(6):
        box.locator(".cm-content").click()
        page.keyboard.press("Control+Enter")
        try:
            page.wait_for_function(numbered, arg=cell, timeout=15_000)
            return box
        except TimeoutError:
            continue
    return pytest.fail(f"cell {cell} does not run")


def test_the_explorable_is_live_in_both_directions(browser, lab):
    context = browser.new_context(viewport={"width": 1200, "height": 1400})
    page = context.new_page()
    page.set_default_timeout(60_000)
    page.goto(f"{lab}/lab/tree/page.ipynb?reset")
    run(page, 0)
    figure = page.locator(".jp-OutputArea .cx")
    figure.wait_for()
    assert numbers(page, "Y") == [54, 107, 87, 119]

    # The boxes of the chapters are boxes here too.
    box = page.locator(".jp-MarkdownCell p", has_text="Guess first.")
    box.wait_for()
    assert page.locator(".jp-MarkdownCell p", has_text=":::").count() == 0

    # Python moves the figure.
    run(page, 1)
    page.wait_for_function("document.querySelectorAll('.cx-Y .cx-cell').length === 16")

    # A linked slider of ipywidgets moves the figure; arrow keys stay with it.
    page.locator(".widget-slider .noUi-handle, .jupyter-widgets .noUi-handle").first.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("document.querySelectorAll('.cx-Y .cx-cell').length === 4")

    # The figure's own dial moves the trait, and JupyterLab does not take the key.
    dial = figure.get_by_label("stride", exact=True)
    dial.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("document.querySelectorAll('.cx-Y .cx-cell').length === 4")
    assert page.evaluate("document.activeElement.type") == "range"

    # An edited cell reaches Python.
    cell = figure.get_by_label("x 1 1", exact=True)
    cell.fill("10")
    page.keyboard.press("Tab")
    box = run(page, 2)
    text = box.locator(".jp-OutputArea-output").last
    text.wait_for()
    stride, x11, result = text.inner_text().split(" ", 2)
    assert (int(stride), float(x11)) == (3, 10)
    np.testing.assert_allclose(np.ravel(json.loads(result)), numbers(page, "Y"), rtol=1e-12)

    # A link of the prose moves the figure, and the notebook stays where it is; so it does for a figure of another page.
    address = page.url
    page.get_by_role("link", name="Set stride 2.").click()
    page.wait_for_function("document.querySelector('.jp-OutputArea .cx input[type=range]').value === '2'")
    assert page.url == address
    page.get_by_role("link", name="Not here.").click()
    box = run(page, 2)
    page.wait_for_function(
        "[...document.querySelectorAll('.jp-CodeCell')][2].querySelector('.jp-OutputArea').innerText.startsWith('2 ')")
    assert page.url.split("#")[0] == address.split("#")[0] and figure.is_visible()
    context.close()


def reported(page):
    """The explorables as the kernel has them now, one a figure."""
    output = run(page, 2).locator(".jp-OutputArea-output").last
    output.wait_for()
    states = json.loads(output.inner_text())
    return [CLASSES[name].from_state(state) for name, state in zip(sorted(CLASSES), states, strict=True)]


def differences(figure, explorable):
    """The numbers that a figure draws and that are not its explorable's."""
    numbers = {name: np.ravel(values) for name, values in explorable.numbers().items()}
    drawn = [(*key.rsplit(":", 1), value) for key, value in figure.evaluate(DRAWN)]
    assert drawn
    return [
        (name, place, value)
        for name, place, value in drawn
        if int(place) >= numbers[name].size or not np.isclose(value, numbers[name][int(place)], rtol=1e-9)
    ]


def await_numbers(page, figures):
    """Wait until each figure draws what the kernel says."""
    for _ in range(20):
        wrong = [differences(*pair) for pair in zip(figures, reported(page), strict=True)]
        if not any(wrong):
            return
        page.wait_for_timeout(250)
    pytest.fail(f"the figures show other numbers than Python: {wrong}")


def test_every_explorable_is_live(browser, lab):
    """Python moves each figure, each figure moves its traits, arrow keys stay with it."""
    context = browser.new_context(viewport={"width": 1200, "height": 20_000}, reduced_motion="reduce")
    page = context.new_page()
    page.set_default_timeout(60_000)
    page.goto(f"{lab}/lab/tree/all.ipynb?reset")
    run(page, 0)
    page.wait_for_function("(n) => document.querySelectorAll('.jp-OutputArea .cx').length === n", arg=len(CLASSES))
    figures = page.locator(".jp-OutputArea .cx").all()
    await_numbers(page, figures)
    start = [explorable.state() for explorable in reported(page)]

    for figure in figures:
        control = figure.locator("input[type=range]:visible, input[type=radio]:not(:checked)").first
        control.focus()
        place = page.evaluate(ACTIVE)
        kind = control.get_attribute("type")
        full = kind == "range" and control.evaluate("(node) => Number(node.value) >= Number(node.max)")
        page.keyboard.press("Space" if kind == "radio" else "ArrowLeft" if full else "ArrowRight")
        assert page.evaluate("document.activeElement.closest('.cx') !== null"), "JupyterLab took the key"
        assert page.evaluate(ACTIVE) == place, "the notebook moved"
    await_numbers(page, figures)
    moved = [explorable.state() for explorable in reported(page)]
    still = [name for name, before, after in zip(sorted(CLASSES), start, moved, strict=True) if before == after]
    assert not still, f"moved in the browser, not in Python: {still}"

    run(page, 1)
    await_numbers(page, figures)
    assert all(before != after.state() for before, after in zip(moved, reported(page), strict=True))
    context.close()


def test_a_check_answers(browser, lab):
    """Its field keeps its keys, Enter checks."""
    page = browser.new_page()
    page.set_default_timeout(60_000)
    page.goto(f"{lab}/lab/tree/check.ipynb?reset")
    run(page, 0)
    field = page.locator(".jp-OutputArea .cx").get_by_label("How many triples?")
    for text, said in (("9", "✗ Not yet. That is how many pixels."), ("16", "✓ Right.")):
        field.fill("")
        field.focus()
        page.keyboard.type(text)
        page.keyboard.press("Enter")
        page.get_by_text(said, exact=True).wait_for()
    page.close()
