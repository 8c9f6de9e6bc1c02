"""From a dense layer to the convolution: the same numbers as cnnbp in every stage."""

import re

import numpy as np
import pytest

from cnnbp.connections import equations
from cnnbp.explore import CutAndShare
from cnnbp.gradcheck import numerical_gradient
from explorables import assert_refused, javascript
from running_example import TOEPLITZ, F, X, dX, dY, Y


@pytest.fixture
def figure():
    return CutAndShare(X, F, dY)


@pytest.mark.parametrize(("stage", "counts"), [(0, (36, 36)), (1, (16, 16)), (2, (16, 4)), (3, (16, 4))])
def test_connections_and_parameters_are_counted(figure, stage, counts):
    figure.stage = stage
    numbers = figure.numbers()
    assert (numbers["connections"], numbers["parameters"]) == counts
    assert np.count_nonzero(numbers["T"]) == counts[0]


def test_the_running_example(figure):
    """Cutting changes Y, sharing does not, and the transposed matrix gives dX."""
    by_stage = []
    for figure.stage in range(3):
        by_stage.append(figure.numbers()["Y"].tolist())
    assert by_stage == [[[49, 101], [84, 117]], Y, Y]
    np.testing.assert_array_equal(figure.matrix, TOEPLITZ)
    figure.stage = 3
    np.testing.assert_array_equal(figure.numbers()["dX"], dX)
    np.testing.assert_array_equal((figure.matrix.T @ dY.ravel()).reshape(3, 3), dX)


@pytest.mark.parametrize("stage", [0, 1, 2])
def test_the_matrix_sends_any_gradient_back(figure, stage):
    """T' dY is the derivative of what the stage computes."""

    def forward(image):
        figure.X = image
        return figure.numbers()["Y"]

    figure.stage = stage
    back = (figure.matrix.T @ dY.ravel()).reshape(3, 3)
    np.testing.assert_allclose(numerical_gradient(forward, X, dY), back, rtol=0, atol=1e-6)


def test_a_weight_of_its_own_moves_one_output(figure):
    before = figure.numbers()["Y"]
    W = np.array(figure.W)
    W[0, 1] += 1  # from x12 = 1 to y11
    figure.W = W
    np.testing.assert_array_equal(figure.numbers()["Y"] - before, [[1, 0], [0, 0]])


def test_a_shared_weight_moves_them_all(figure):
    figure.stage = 2
    before = figure.numbers()["Y"]
    figure.F = F + [[0, 1], [0, 0]]
    np.testing.assert_array_equal(figure.numbers()["Y"] - before, X[:2, 1:])


@pytest.mark.parametrize(("stage", "which"), [(2, "Y"), (3, "dX")])
def test_why_names_the_terms_of_the_printed_equations(tmp_path, figure, stage, which):
    figure.stage = stage
    (answer,) = javascript("cut_and_share", {}, [figure.state()], tmp_path)
    first = "x" if which == "Y" else "dy"
    for terms, sum_ in zip(answer["terms"], equations(which, (3, 3), (2, 2)).values(), strict=True):
        names = [f"{first}{_index(i, 3 if first == 'x' else 2)}*f{_index(q, 2)}" for i, q in terms]
        assert " + ".join(names) == sum_


def _index(place, width):
    return f"{place // width + 1}{place % width + 1}"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"X": [[1, 2], [3, 4]]}, r"X must have shape \(3, 3\), got \(2, 2\)"),
        ({"W": np.ones((9, 4))}, r"W must have shape \(4, 9\)"),
        ({"stage": 4}, "stage"),
        ({"F": [[1, float("inf")], [1, 1]]}, "finite"),
    ],
)
def test_an_impossible_state_is_refused(figure, change, message):
    assert_refused(figure, change, message)


def test_the_picture_of_each_stage(figure):
    for figure.stage in range(4):
        assert figure.still().startswith(b"\x89PNG")


@pytest.fixture
def page(visit):
    return visit("book/convolution")


@pytest.fixture
def shown(page):
    """The figure on its page, at stage 1, its matrix entry for y11 and x12 chosen."""
    shown = page.locator("figure[data-explorable=cut_and_share]")
    _set(shown, {"stage": 1, "selected": ["W", 1]})
    return shown


def _set(figure, state):
    figure.evaluate("(figure, state) => Object.entries(state).forEach(([k, v]) => figure.explorable.set(k, v))", state)


def test_arrow_keys_walk_the_matrix(page, shown):
    shown.locator("[role=gridcell][tabindex='0']").focus()
    page.keyboard.press("ArrowRight")
    assert "have no connection" in shown.locator(".cx-why").inner_text()
    page.keyboard.press("ArrowDown")
    assert re.match("w23 joins x13 to y12", shown.locator(".cx-why").inner_text())


def test_one_weight_is_changed_alone_and_a_shared_one_everywhere(shown):
    shown.get_by_label("this weight").fill("5")
    shown.get_by_label("this weight").press("Tab")
    assert shown.locator("button.cx-cell").all_inner_texts() == ["52", "107", "87", "119"]
    _set(shown, {"stage": 2})
    assert not shown.get_by_label("this weight").is_visible()
    shown.get_by_label("f 1 2").fill("5")
    shown.get_by_label("f 1 2").press("Tab")
    assert shown.locator("button.cx-cell").all_inner_texts() == ["52", "99", "77", "101"]


@pytest.mark.parametrize(
    ("stage", "guess", "message"),
    [
        (1, [49, 101, 84, 117], "a cut connection still counted"),
        (3, [-7, 8, 41, 22, 0, 17, -15, 10, 50], "cut into nine rows of four"),
        (3, [2, -3, -2, 13, 7, -11, 21, 59, 40], "filter was transposed as well"),
        (3, [8, -15, -2, 31, 31, 1, 21, 41, 10], "was not rotated"),
    ],
)
def test_a_known_mistake_is_named(shown, stage, guess, message):
    """A wrong use of the matrix is told by name."""
    _set(shown, {"stage": stage, "predict": True})
    for field, value in zip(shown.locator(".cx-predict input").all(), guess, strict=True):
        field.fill(str(value))
    shown.get_by_role("button", name="Check").click()
    verdict = shown.locator(".cx-verdict").inner_text()
    assert message in verdict and "not the sum" not in verdict
