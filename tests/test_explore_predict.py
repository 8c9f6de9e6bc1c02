"""Predict: the answer hides, a guess is compared entry by entry, a known mistake is named."""

import numpy as np
import pytest

from running_example import dF, dX, Y

ANSWERS = {"Y": np.array(Y), "dF": np.array(dF), "dX": np.array(dX)}
MISTAKES = [
    ("Y", [42, 65, 39, 101], "true convolution"),
    ("dF", [7.25, 13.25, 6.75, 7.5], "mean over the windows"),
    ("dF", [25, 45, 30, 25], "only the last window"),
    ("dX", [8, -15, -2, 31, 31, 1, 21, 41, 10], "not rotated"),
    ("dX", [8, -9, -14, 25, 61, 31, 3, 11, 10], "transposed"),
    ("dX", [2, -4, -14, 6, 10, 35, 3, 5, 40], "overwrote"),
]


@pytest.fixture
def guess(visit):
    """A function that opens a reading with the answer hidden, fills in a guess, and checks it."""

    def commit(which, values):
        page = visit(f"book/convolution#explore-convolution?which={which}&predict=1")
        figure = page.locator("#explore-convolution")
        figure.get_by_role("button", name="Check").wait_for()
        for field, value in zip(figure.locator(".cx-predict input").all(), values, strict=True):
            field.fill("" if value is None else f"{value:g}")
        figure.get_by_role("button", name="Check").focus()
        page.keyboard.press("Enter")
        return figure

    return commit


@pytest.mark.parametrize("which", ANSWERS)
def test_a_right_answer(guess, which):
    figure = guess(which, ANSWERS[which].ravel())
    count = ANSWERS[which].size
    assert f"{count} of {count} right." in figure.locator(".cx-verdict").inner_text()
    assert figure.locator(".cx-wrong").count() == 0


@pytest.mark.parametrize(("which", "values", "words"), MISTAKES)
def test_a_mistake_is_named_with_its_entries(guess, which, values, words):
    figure = guess(which, values)
    wrong = int(np.sum(np.array(values) != ANSWERS[which].ravel()))
    assert words in figure.locator(".cx-verdict").inner_text()
    assert figure.locator(".cx-wrong").count() == wrong


def test_the_answer_is_hidden_until_it_is_asked_for(guess):
    figure = guess("dX", np.zeros(9))
    assert not figure.locator(".cx-dX .cx-cell:not(input)").first.is_visible()
    assert not figure.locator(".cx-why").is_visible()
    assert figure.locator(".cx-stage .cx-slot").first.evaluate("(n) => getComputedStyle(n, '::before').display") == "none"
    figure.get_by_role("button", name="Show the answer").click()
    assert figure.locator(".cx-dX .cx-cell").first.is_visible() and figure.locator(".cx-predict").is_hidden()


def test_an_empty_cell_is_asked_for(guess):
    figure = guess("Y", [54, None, 87, 119])
    assert "Fill every cell" in figure.locator(".cx-verdict").inner_text()


def test_a_guess_that_is_no_known_mistake(guess):
    text = guess("Y", [54, 107, 87, 5]).locator(".cx-verdict").inner_text()
    assert "3 of 4 right." in text and "y22 (you wrote 5)" in text
