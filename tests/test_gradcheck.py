"""The judge is judged: it must find every single wrong entry, and say where."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import running_example as ex
from cnnbp.conv import conv2d, conv2d_grad_input
from cnnbp.gradcheck import check_gradient, complex_step_gradient, numerical_gradient

MATRIX = np.array([[2.0, 7], [1, 8], [2, 8]])


def linear_map(x):
    """A map whose gradient is known: MATRIX' dY."""
    return MATRIX @ x


@pytest.mark.parametrize("slope, digits", [(numerical_gradient, 1e-9), (complex_step_gradient, 1e-15)])
def test_slopes_by_hand(slope, digits):
    X = np.array([[1.0, -2], [0.5, 3]])
    assert_allclose(slope(lambda X: X**3, X), 3 * X**2, rtol=digits, atol=digits)
    assert_allclose(slope(lambda X: (X**2).sum(), X), 2 * X, rtol=digits)  # f may return a number
    dY = np.array([1.0, -2, 3])
    assert_allclose(slope(linear_map, np.array([3.0, 1]), dY), MATRIX.T @ dY, rtol=digits)
    assert_allclose(slope(linear_map, np.array([3.0, 1])), MATRIX.sum(0), rtol=digits)


def test_a_complex_step_is_exact_where_differences_are_not():
    X = np.array([0.3, -1.2])
    exact = np.exp(X) * (np.cos(X) - np.sin(X))
    assert_allclose(complex_step_gradient(lambda X: np.exp(X) * np.cos(X), X), exact, rtol=1e-15)


@pytest.mark.parametrize("eps", [1e-2, 1e-3])
def test_the_error_of_central_differences_falls_with_the_square_of_the_step(eps):
    X = np.array([0.7])
    assert_allclose(numerical_gradient(lambda X: X**3, X, eps=eps) - 3 * X**2, [eps**2], rtol=1e-6)


@pytest.mark.parametrize("slope", [numerical_gradient, complex_step_gradient])
def test_the_input_is_not_touched_and_may_be_anything(slope):
    X = np.array([1, 2, 3])
    X.setflags(write=False)
    assert_allclose(slope(lambda X: X * X, X), 2.0 * X, rtol=1e-9)
    assert_allclose(slope(lambda X: 3 * X, 5), 3, rtol=1e-9)
    assert slope(lambda X: X, np.zeros((0, 3))).shape == (0, 3)


def test_f_may_change_what_it_is_given():
    def careless(X):
        X *= X
        return X

    assert_allclose(numerical_gradient(careless, np.full(2, 3)), [6, 6], rtol=1e-9)
    check_gradient(careless, lambda dY: 6 * dY, np.full(2, 3))


def test_a_right_gradient_passes_and_its_error_is_returned():
    error = check_gradient(lambda X: conv2d(X, ex.F), lambda dY: conv2d_grad_input(dY, ex.F, (3, 3)), ex.X)
    assert 0 <= error <= 1e-8
    assert check_gradient(lambda X: conv2d(X, ex.F), np.array(ex.dX), ex.X, ex.dY) <= 1e-8


@pytest.mark.parametrize("error", [0.5, -0.5])
@pytest.mark.parametrize("place", list(np.ndindex(3, 3)))
def test_one_wrong_entry_is_found_and_named(place, error):
    wrong = np.array(ex.dX, float)
    wrong[place] += error
    named = rf"\[{place[0]}, {place[1]}\]: expected .*, got {wrong[place]:g}; 1 of 9 entries differ by more than 1e-06"
    with pytest.raises(AssertionError, match=f"wrong gradient at {named}"):
        check_gradient(lambda X: conv2d(X, ex.F), wrong, ex.X, ex.dY)


def test_the_worst_of_several_wrong_entries_is_named():
    wrong = np.array(ex.dX) + [[0, 0.1, 0], [0, 0, 30], [0, 1, 0]]
    with pytest.raises(AssertionError, match=r"wrong gradient at \[1, 2\]: expected 1.*, got 49; 3 of 9 entries"):
        check_gradient(lambda X: conv2d(X, ex.F), wrong, ex.X, ex.dY)


def test_the_error_is_relative_above_1_and_absolute_below():
    check_gradient(lambda X: 1e6 * X, np.array([1e6 + 0.5]), np.ones(1))
    with pytest.raises(AssertionError, match="wrong gradient"):
        check_gradient(lambda X: 1e-3 * X, np.array([1e-3 + 2e-6]), np.ones(1))
    check_gradient(lambda X: 1e-3 * X, np.array([1e-3 + 2e-6]), np.ones(1), tolerance=1e-5)


@pytest.mark.parametrize("strange", [np.nan, np.inf])
def test_a_gradient_that_is_no_number_fails(strange):
    with pytest.raises(AssertionError, match=r"wrong gradient at \[1\]: .*1 of 2 entries"):
        check_gradient(lambda X: 2 * X, np.array([2, strange]), np.ones(2))


def test_a_gradient_of_another_shape_fails():
    with pytest.raises(AssertionError, match=r"gradient has shape \(1, 2\); rule: the shape of X, \(2,\)"):
        check_gradient(lambda X: 2 * X, np.array([[2.0, 2]]), np.ones(2))


def test_an_empty_input_has_an_empty_gradient():
    assert_array_equal(check_gradient(lambda X: X, np.zeros((0, 3)), np.zeros((0, 3))), 0)


def test_the_upstream_gradient_is_random_so_that_a_missing_rotation_shows():
    upstream = []

    def unrotated(dY):
        upstream.append(dY)
        return conv2d_grad_input(dY, np.rot90(ex.F, 2), (3, 3))

    with pytest.raises(AssertionError, match="wrong gradient"):
        check_gradient(lambda X: conv2d(X, ex.F), unrotated, ex.X)
    assert len(np.unique(upstream[0])) == 4
    with pytest.raises(AssertionError, match="wrong gradient"):
        check_gradient(lambda X: conv2d(X, ex.F), unrotated, ex.X, seed=1)
    assert not np.allclose(upstream[0], upstream[1])
