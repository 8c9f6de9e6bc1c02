"""Scatter and gather: the same dX on two ways, every setting, every step."""

from itertools import product

import numpy as np
import pytest
import traitlets

from cnnbp.conv import conv2d, conv2d_grad_input
from cnnbp.explore import ScatterGather
from cnnbp.gradcheck import numerical_gradient
from explorables import assert_refused, assert_same_numbers, javascript
from running_example import F, dX, dY

SETTINGS = list(product((3, 4, 5), (1, 2, 3), (0, 1, 2)))


@pytest.fixture
def figure():
    return ScatterGather(F, dY)


def test_running_example(figure):
    """Both sides end at dX; half way, one has pasted windows, the other has finished pixels."""
    n = figure.numbers()
    np.testing.assert_array_equal(n["S"], dX)
    np.testing.assert_array_equal(n["G"], dX)
    figure.step = 2
    np.testing.assert_array_equal(figure.numbers()["S"], [[2, 3, -14], [1, 6, -16], [0, 0, 0]])
    np.testing.assert_array_equal(figure.numbers()["G"], [[2, 3, 0], [0, 0, 0], [0, 0, 0]])


@pytest.mark.parametrize("K", [1, 2, 3])
def test_both_sides_are_the_numerical_gradient(K):
    """For every size, stride and padding, at the last step, also where border cells are cut off."""
    kernel = np.random.default_rng(K).normal(size=(K, K))
    figure = ScatterGather(kernel, dY)
    for figure.size, figure.stride, figure.padding in SETTINGS:
        setting = {"stride": figure.stride, "padding": figure.padding}
        X = np.zeros((figure.size, figure.size))
        expected = numerical_gradient(lambda X: conv2d(X, kernel, **setting), X, figure.upstream)
        n = figure.numbers()
        np.testing.assert_allclose(n["S"], expected, atol=1e-8)
        np.testing.assert_allclose(n["G"], expected, atol=1e-8)


@pytest.mark.parametrize("K", [1, 2, 3])
def test_javascript_walks_as_python_does(K, tmp_path):
    """Every setting at every kind of step."""
    rng = np.random.default_rng(K)
    figure = ScatterGather(rng.normal(size=(K, K)), rng.normal(size=(9, 9)))
    states, expected = [], []
    for (size, stride, padding), step in product(SETTINGS, (0, 1, 3, 8, 24, 80)):
        figure.size, figure.stride, figure.padding, figure.step = size, stride, padding, step
        states.append({part: getattr(figure, part) for part in figure.domains})
        expected.append(figure.numbers())
    answers = javascript("scatter_gather", {"tables": figure.tables}, states, tmp_path)
    for answer, numbers in zip(answers, expected, strict=True):
        assert_same_numbers(answer["numbers"], numbers)


def test_the_sheet_has_the_zeros_that_are_told(figure):
    """Stride 2 on 4x4 with padding 1: holes of 1, no border left over but the remainder's."""
    figure.size, figure.stride, figure.padding = 4, 2, 1
    n = figure.numbers()
    between, border, rest, unread = n["told"]
    assert (between, border, rest, unread) == (1, 0, 0, 0)
    np.testing.assert_array_equal(n["sheet"][::2, ::2], n["dY"])
    figure.size, figure.padding = 5, 0
    assert figure.numbers()["told"].tolist() == [1, 1, 1, 9]
    np.testing.assert_array_equal(figure.numbers()["sheet"][1:4:2, 1:4:2], dY)


def test_what_no_window_reads_gets_nothing(figure):
    figure.size, figure.stride = 5, 3
    n = figure.numbers()
    unread = conv2d_grad_input(np.ones((2, 2)), np.ones((2, 2)), (5, 5), 3) == 0
    assert unread.sum() == 9 == n["told"][3]
    assert not n["S"][unread].any() and not n["G"][unread].any()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"F": np.ones((3, 3))}, r"F must have shape \(2, 2\)"),
        ({"dY": [[np.nan]]}, "finite"),
        ({"size": 6}, "size"),
        ({"stride": 0}, "stride"),
        ({"padding": 3}, "padding"),
        ({"step": -1}, "step"),
    ],
)
def test_an_impossible_state_is_refused_and_nothing_changes(figure, change, message):
    assert_refused(figure, change, message)


@pytest.mark.parametrize("shape", [(2, 3), (4, 4), (2,)])
def test_a_filter_must_be_a_small_square(shape):
    with pytest.raises(traitlets.TraitError, match="square of at most 3x3"):
        ScatterGather(np.ones(shape), dY)
