"""Checks: the same answer in both languages, nothing of it in the page, every check of the book filled in by keyboard."""

import ast
import contextlib
import functools
import json
import re
import subprocess

import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pytest

from cnnbp.explore import Check
from cnnbp.explore.check import NO_SCRIPTS, code, normal
from conftest import ROOT
from publish.notebooks import load, missing_packages
from publish.pages import node
from test_pages import AUDIT, AXE, WCAG

RUN = """
import * as check from "%s/cnnbp/explore/check.mjs";
const calls = JSON.parse(process.argv[1]);
process.stdout.write(JSON.stringify(calls.map(([name, ...rest]) => check[name](...rest))));
"""
MATRIX = np.array([[2.0, -3, 0], [0.25, 1 / 3, 1e-7]])
QUESTIONS = [
    Check("A number?", answer=np.float64(28), wrong={27: "One is lost: “a” ≠ b.", -28: "The sign."}, hint="Count."),
    Check("A list?", answer=[1, -2.5], wrong={(1, 2.5): "The sign."}),
    Check("A rounded one?", answer=np.tanh(0.3), wrong=[(0.3, "Its slope is not 1.")], digits=3),
    Check("A matrix?", answer=MATRIX, wrong=[(-MATRIX, "The sign.")], hint=["One.", "Two.", "Three."]),
    Check("A choice?", choices=["stride", "bias < 2", "`F`"], answer="`F`", wrong={"stride": "It keeps the shape."}),
]


def javascript(*calls):
    """What functions of check.mjs return: one (name, argument, …) a call."""
    command = [node(), "--input-type=module", "-e", RUN % ROOT.as_uri(), json.dumps(calls)]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def texts(check, answer):
    """What a reader writes, one text a field, to give an answer."""
    if "choices" in check.asked:
        return [answer]
    written = [f"{value:.{check.asked['digits']}g}" for value in np.ravel(answer)]
    return written if np.ndim(answer) == 2 else [", ".join(written)]


def test_hash_and_rounding_are_the_same_in_both_languages():
    rng = np.random.default_rng(2)
    words = ["".join(map(chr, rng.integers(1, 0xD7FF, size))) for size in range(100)]
    values = [*(rng.normal(size=300) * 10.0 ** rng.integers(-12, 12, 300)).tolist(), *range(-20, 20), -0.0, 629407744]
    digits = rng.integers(2, 12, len(values)).tolist()
    shown = javascript(*(("hash", word) for word in words), *(("normal", *pair) for pair in zip(values, digits)))
    assert shown == [*map(code, words), *map(normal, values, digits)]


@pytest.mark.parametrize("check", QUESTIONS, ids=lambda check: check.asked["question"])
def test_the_right_answer_and_each_known_wrong_one(check):
    answers = [check.answer, *(answer for answer, _ in check.wrong)]
    right, *wrong = javascript(*(("assess", check.asked, texts(check, answer)) for answer in answers))
    assert all(right["right"]) and right["reaction"] == ""
    for judgement, (_, text) in zip(wrong, check.wrong, strict=True):
        assert not all(judgement["right"]) and judgement["reaction"] == text


def test_another_question_has_other_hashes():
    one, other = (Check(question, answer=[28, 28]).asked["right"] for question in ("One?", "Other?"))
    assert len({*one, *other}) == 4


def test_numbers_that_rounding_blurs_are_the_same():
    assert Check("Q", answer=0.1 + 0.2).asked == Check("Q", answer=0.3).asked
    assert Check("Q", answer=[5, 1e-16]).asked == Check("Q", answer=[5, 0]).asked
    assert Check("Q", answer=3).asked["note"] == "" and "3 significant" in Check("Q", answer=np.pi, digits=3).asked["note"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"answer": "padding", "choices": ["stride", "bias"]}, "none of the choices"),
        ({"answer": np.nan}, "finite numbers"),
        ({"answer": []}, "finite numbers"),
        ({"answer": np.ones((2, 2, 2))}, "finite numbers"),
        ({"answer": 0.12345, "digits": 4}, "lies between"),
        ({"answer": 3, "wrong": {3.0: "No."}}, "cannot be a wrong answer"),
        ({"answer": [3, 4], "wrong": {3: "No."}}, "cannot be a wrong answer"),
        ({"answer": 3, "hint": list("abcd")}, "three hints"),
    ],
)  # fmt: skip
def test_an_impossible_check_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        Check("Q?", **arguments)


def test_faces():
    """Text for paper; for the page the question, its choices, and no button that would be dead."""
    data, _ = QUESTIONS[-1]._repr_mimebundle_()
    assert data["text/plain"] == "Question: A choice?\n( ) stride\n( ) bias < 2\n( ) `F`"
    assert "<li>bias &lt; 2</li><li><code>F</code></li>" in data["text/html"]
    assert NO_SCRIPTS in data["text/html"] and "<button" not in data["text/html"]
    assert "application/vnd.jupyter.widget-view+json" in data


def assert_hidden(check):
    """No reaction in a page's source, and no row of digits that is the answer outside the question's own words."""
    source = check.page_face()
    assert not [text for _, text in check.wrong if text in source or json.dumps(text)[1:-1] in source]
    assert set(check.asked) <= {"question", "note", "hints", "choices", "shape", "digits", "right", "wrong"}
    assert all(re.fullmatch("[0-9a-f]{16}", mark) for mark in (*check.asked["right"], *check.asked["wrong"]))
    if "choices" not in check.asked:
        row = [float(f"{value:.6g}") for value in np.ravel(check.answer)]
        told = [check.asked["note"], *check.asked["hints"]] + [check.asked["question"]] * (len(row) > 1 or abs(row[0]) >= 10)
        found = re.findall(r"-?\d+\.?\d*", " ".join(told).replace("\u2212", "-"))
        found = list(map(float, found))
        assert row not in [found[k : k + len(row)] for k in range(len(found))], f"the answer is told: {told}"


@pytest.mark.parametrize("check", QUESTIONS, ids=lambda check: check.asked["question"])
def test_the_page_does_not_tell(check):
    assert_hidden(check)


def test_a_told_answer_is_noticed():
    for told in (Check("Is it 28?", answer=28), Check("Q", answer=3, hint="It is 3."), Check("−1, 2?", answer=[-1, 2])):
        with pytest.raises(AssertionError, match="is told"):
            assert_hidden(told)


# The checks of the book: their answers come from the notebooks' code.


def notebooks_with_checks():
    """The notebooks that show a check."""
    return [path.stem for path in sorted((ROOT / "book").glob("*.ipynb")) if "<figure data-check>" in path.read_text("utf-8")]


@functools.cache
def checks_of(name):
    """The checks of a notebook with their cells, as its code makes them when it runs here."""
    found, names = [], {}
    path = ROOT / "book" / f"{name}.ipynb"
    if lacking := missing_packages(load(path)):
        pytest.skip(f"{path.name} needs {', '.join(lacking)}; its outputs come from a real run")
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type != "code":
            continue
        *before, last = ast.parse(re.sub(r"^\s*[%!].*$", "", cell.source, flags=re.M)).body or [ast.Pass()]
        with contextlib.chdir(ROOT / "book"), plt.rc_context({"backend": "agg", "figure.max_open_warning": 0}):
            exec(compile(ast.Module(before, []), name, "exec"), names)
            if isinstance(last, ast.Expr):
                value = eval(compile(ast.Expression(last.value), name, "eval"), names)
                found += [(value, cell)] if isinstance(value, Check) else []
            else:
                exec(compile(ast.Module([last], []), name, "exec"), names)
            plt.close("all")
    return found


every_notebook = pytest.mark.parametrize("name", notebooks_with_checks())


@every_notebook
def test_cells_of_checks_show_the_question_alone(name):
    """The code, which holds the answer, is not on the page, and is folded in JupyterLab."""
    for check, cell in checks_of(name):
        assert cell.metadata["tags"] == ["remove-input"] and cell.metadata["jupyter"] == {"source_hidden": True}
        assert [output.data["text/html"] for output in cell.outputs] == [check.page_face()], "make notebooks"
        assert_hidden(check)


def answer(page, figure, check, given):
    """Give an answer by keyboard alone; what the live region says."""
    if "choices" in check.asked:
        figure.get_by_role("radio").nth(check.asked["choices"].index(given)).focus()
        page.keyboard.press("Space")
    else:
        for field, text in zip(figure.locator("input").all(), texts(check, given), strict=True):
            field.focus()
            page.keyboard.press("Control+A")
            page.keyboard.type(text)
    figure.get_by_role("button", name="Check").focus()
    page.keyboard.press("Enter")
    return figure.get_by_role("status").inner_text()


def another(check):
    """An answer that is neither right nor known to be wrong, or one of the wrong choices."""
    if "choices" in check.asked:
        return next(choice for choice in check.asked["choices"] if choice != check.answer)
    return np.asarray(check.answer, float) + 1234.5


@every_notebook
def test_every_check_of_the_page_answers(visit, name):
    page = visit(f"book/{name}", width=360)
    checks = [check for check, _ in checks_of(name)]
    figures = page.locator("figure[data-check]").all()
    for figure, check in zip(figures, checks, strict=True):
        for given, text in [(another(check), ""), *check.wrong]:
            said = answer(page, figure, check, given)
            assert said.startswith("✗ Not yet.") and text.replace("`", "") in said
        for _ in check.asked["hints"]:
            figure.locator("summary:visible").last.focus()
            page.keyboard.press("Enter")
        for hint in check.asked["hints"]:
            assert figure.get_by_text(hint.replace("`", ""), exact=True).is_visible()
        assert answer(page, figure, check, check.answer) == "✓ Right."


@every_notebook
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_answered_checks_are_accessible(visit, name, theme):
    """axe-core finds nothing after wrong answers, targets are large, nothing scrolls sideways."""
    page = visit(f"book/{name}", theme, width=320)
    page.add_script_tag(path=AXE)
    figures = page.locator("figure[data-check]").all()
    for figure, (check, _) in zip(figures, checks_of(name), strict=True):
        answer(page, figure, check, another(check))
        for control in figure.locator("button, summary, label:has(input), input:not([type=radio])").locator("visible=true").all():
            box = control.bounding_box()
            assert min(box["width"], box["height"]) >= 43.9, control.evaluate("(node) => node.outerHTML")
    page.evaluate("scrollTo(0, 0)")  # else the header that stays in sight lies on what was scrolled under it
    assert not page.evaluate(AUDIT, WCAG)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


@every_notebook
def test_without_scripts_the_question_stands(browser, book, name):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((book / "book" / f"{name}.html").as_uri())
    for figure, (check, _) in zip(page.locator("figure[data-check]").all(), checks_of(name), strict=True):
        assert check.asked["question"].replace("`", "") in figure.inner_text()
        assert NO_SCRIPTS in figure.inner_text() and figure.locator("button, input").count() == 0
    context.close()
