"""Diagnosis: wrong functions get the name of their mistake, right ones none."""

import functools
import importlib
import math
import re
import tomllib
from dataclasses import replace

import nbformat
import numpy as np
import pytest
from docutils.nodes import make_id

from classroom.diagnosis.comparison import LARGEST, SILENT, Unusable, answer, diagnose, plain, same
from classroom.diagnosis.misconceptions import MISCONCEPTIONS
from classroom.diagnosis.traps import KINDS
from conftest import ROOT
from explorables import CLASSES, figures_of_the_book
from unusual_functions import UNUSUAL
from wrong_functions import WRONG

for more in ("wrong_gradients", "wrong_pooling"):  # they add to WRONG
    importlib.import_module(more)


@pytest.mark.parametrize("kind", KINDS)
def test_every_trap_is_told_from_all_others_and_from_the_right_function(kind):
    for code, traps in KINDS[kind].traps.items():
        with np.errstate(all="ignore"):
            assert [diagnose(kind, trap) for trap in traps] == [code] * len(traps)


@pytest.mark.parametrize("kind", KINDS)
def test_the_right_function_has_no_diagnosis(kind):
    assert diagnose(kind, KINDS[kind].reference) is None


@pytest.mark.parametrize("kind", KINDS)
def test_few_calls_and_no_shared_arrays(kind):
    """At most 12 calls; what a function does to its arguments harms no later probe."""
    calls = []

    def spoil(*given):
        calls.append(given)
        for array in given:
            if isinstance(array, np.ndarray):
                array[...] = 0
        return 0

    assert diagnose(kind, spoil) is None
    assert 3 <= len(calls) <= 12
    assert diagnose(kind, KINDS[kind].reference) is None
    arrays = [array for probe in KINDS[kind].probes for array in probe if isinstance(array, np.ndarray)]
    assert all(array.any() for array in arrays)


def dies(kind, error=ValueError):
    """A function of a kind that always raises, and its number of calls."""
    calls = []

    def function(*given):
        calls.append(given)
        raise error

    return function, calls


@pytest.mark.parametrize("kind", KINDS)
def test_a_function_that_raises_is_left_alone(kind):
    function, calls = dies(kind)
    assert diagnose(kind, function) is None
    assert len(calls) <= len(KINDS[kind].probes) // 2 + 1


def test_a_function_that_hangs_is_asked_once():
    function, calls = dies("conv2d", TimeoutError)
    assert diagnose("conv2d", function) is None
    assert len(calls) == 1


class EqualToAll(np.ndarray):
    """A hostile array."""

    def __eq__(self, other):
        return True


HOSTILE = [
    None, "text", object(), {}, [], (), [[]], [None], np.array([object()]), np.array(["a"]), np.zeros(2).view(EqualToAll),
    np.zeros(20_000), 1j, np.array([1j]), [[[[[[1]]]]]], print, np.datetime64("2026-01-01"), float("nan"), np.inf,
]  # fmt: skip


@pytest.mark.parametrize("result", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("kind", ["conv2d", "softmax", "linear_grad", "output_size"])
def test_what_is_not_numbers_has_no_diagnosis(kind, result):
    assert diagnose(kind, lambda *given: result) is None


def test_a_subclass_of_an_array_has_no_diagnosis_though_its_numbers_are_a_mistake():
    def rotated(X, F):
        return KINDS["conv2d"].reference(X, F[::-1, ::-1])

    assert diagnose("conv2d", rotated) == "rotated-forward"
    assert diagnose("conv2d", lambda X, F: rotated(X, F).view(EqualToAll)) is None


def test_two_mistakes_that_give_the_same_numbers_are_not_told_apart(monkeypatch):
    known = KINDS["conv2d"]
    rotated = known.traps["rotated-forward"]
    monkeypatch.setitem(KINDS, "twins", replace(known, traps={"sign": rotated, "averaged": rotated}))
    assert diagnose("twins", rotated[0]) is None


@pytest.mark.parametrize("path", sorted(ROOT.glob("assignments/*/assignment.toml")), ids=lambda path: path.parent.name)
def test_assignments_ask_for_kinds_that_there_are(path):
    """Each task that is diagnosed names a kind, and a function that the master defines."""
    notebook = path.with_name(f"{path.parent.name}.ipynb").read_text(encoding="utf-8")
    asked = [task for task in tomllib.loads(path.read_text(encoding="utf-8"))["tasks"].values() if "diagnose" in task]
    assert asked
    for task in asked:
        assert task["diagnose"] in KINDS and f"def {task['function']}(" in notebook


def test_raising_where_the_mistake_cannot_run_is_forgiven():
    """A transposed kernel that stops on kernels that are not square is still recognised."""

    def transposed(X, F):
        assert F.shape[0] == F.shape[1]
        return KINDS["conv2d"].reference(X, F.T)

    assert diagnose("conv2d", transposed) == "transposed"


def test_right_where_it_answers_is_not_a_mistake():
    """Plain Python stops at large scores; what it does answer is right."""

    def softmax(Z):
        powers = [[math.exp(z) for z in row] for row in Z]
        return [[power / sum(row) for power in row] for row in powers]

    assert diagnose("softmax", softmax) is None


def test_large_results_are_not_looked_at():
    with pytest.raises(Unusable):
        plain(np.zeros(LARGEST + 1))


def test_all_zeros_have_no_diagnosis():
    for kind, known in KINDS.items():

        def zeros(*given, right=known.reference):
            result = right(*given)
            return type(result)(map(np.zeros_like, result)) if isinstance(result, (tuple, list)) else np.zeros_like(result)

        assert diagnose(kind, zeros) is None, kind


# ------------------------------------------- functions as students write them


def test_wrong_functions_get_the_name_of_their_mistake():
    """At least 95 % of them; none gets the name of another mistake."""
    found = [(code, diagnose(kind, function)) for kind, code, function in WRONG]
    assert len(found) >= 60 and {kind for kind, _, _ in WRONG} == set(KINDS)
    assert not [pair for pair in found if pair[1] not in (pair[0], None)]
    assert sum(code == told for code, told in found) >= 0.95 * len(found)


@pytest.mark.parametrize("kind", sorted({kind for kind, _ in UNUSUAL}))
def test_right_functions_have_no_diagnosis_however_they_are_written(kind):
    for function in (function for known, function in UNUSUAL if known == kind):
        right = [(probe, answer(KINDS[kind].reference, probe)) for probe in KINDS[kind].probes]
        agrees = [same(answer(function, probe), known) for probe, known in right if known is not SILENT]
        assert agrees and all(agrees), f"the example {function} itself is wrong"
        assert diagnose(kind, function) is None, function


def test_there_are_enough_right_functions():
    assert len(UNUSUAL) >= 25 and {kind for kind, _ in UNUSUAL} >= set(KINDS) - {"product_of_sum"}


# --------------------------------------------------------------- the words


def test_every_code_has_words_and_every_word_a_code():
    assert {code for known in KINDS.values() for code in known.traps} == set(MISCONCEPTIONS)


def test_the_words_are_short_and_plain():
    for code, words in MISCONCEPTIONS.items():
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", code)
        assert len(words.title) <= 60 and not words.title.endswith("."), code
        assert 40 <= len(words.explanation) <= 330, code
        assert 1 <= len(re.findall(r"[.:;]( |$)", words.explanation)) <= 5, code
        assert not re.search(r"\b(just|simply|obviously|note that|easy)\b|!", words.explanation), code


FIGURES = list(figures_of_the_book())


@functools.cache
def headings(page):
    """The anchors of a chapter's headings."""
    cells = nbformat.read(ROOT / "book" / f"{page}.ipynb", as_version=4).cells
    text = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    return {make_id(title) for title in re.findall(r"^#+ (.*)$", text, re.M)}


def test_the_section_stands_in_the_book():
    for code, words in MISCONCEPTIONS.items():
        page, anchor = words.section.split(".html#")
        assert anchor in headings(page), code


def read(text, domain):
    """A part of an address as its domain reads it."""
    if domain["kind"] == "number":
        return int(text) if isinstance(domain["step"], int) else float(text)
    if domain["kind"] == "cell":
        letter, place = text.split(".")
        assert letter in domain["letters"]
        return [letter, int(place)]
    return {"0": False, "1": True}[text] if domain["kind"] == "flag" else text


@pytest.mark.parametrize("code", MISCONCEPTIONS)
def test_the_figure_takes_the_address(code):
    """The page has that figure, and the figure allows every part of the state."""
    page, address = MISCONCEPTIONS[code].explorable.split(".html#explore-")
    name, query = address.split("?")
    view, number = re.fullmatch(r"(\w+?)(?:-(\d))?", name).groups()
    states = [state for where, each, state in FIGURES if (where, each) == (f"book/{page}", view)]
    figure = CLASSES[view].from_state(states[int(number or 1) - 1])
    before = figure.state()
    parts = dict(pair.split("=") for pair in query.split("&"))
    for part, value in parts.items():
        figure.set_trait(part, read(value, figure.domains[part]))
    moved = figure.state()
    assert all(moved[part] == read(value, figure.domains[part]) for part, value in parts.items())
    assert moved == {**before, **{part: moved[part] for part in parts}}, "an address sets no more than it names"
