"""Activations: known values, slopes from outside, and no overflow anywhere."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.special import expit

import running_example as ex
from cnnbp.activations import relu, relu_grad, sigmoid, sigmoid_grad, tanh, tanh_grad
from cnnbp.gradcheck import check_gradient, complex_step_gradient
from running_example import whole_numbers

PAIRS = [(relu, relu_grad), (sigmoid, sigmoid_grad), (tanh, tanh_grad)]
all_three = pytest.mark.parametrize("forward, grad", PAIRS, ids=["relu", "sigmoid", "tanh"])
SMOOTH = [(sigmoid_grad, lambda x: 1 / (1 + np.exp(-x))), (tanh_grad, np.tanh)]


def test_relu_by_hand():
    X = np.array([[-2.0, 0, 3], [1, -0.0, -5]])
    assert_array_equal(relu(X), [[0, 0, 3], [1, 0, 0]])
    assert_array_equal(relu_grad(np.full((2, 3), 7.0), X), [[0, 0, 7], [7, 0, 0]])


def test_the_slope_of_relu_at_0_is_0():
    assert_array_equal(relu_grad(np.ones(3), np.array([0.0, -0.0, 5e-324])), [0, 0, 1])


def test_relu_blocks_even_an_infinite_gradient():
    assert_array_equal(relu_grad(np.array([np.inf, -np.inf, np.inf]), np.array([-1.0, 0, 1])), [0, 0, np.inf])


def test_sigmoid_and_tanh_by_hand():
    log3 = np.log(3)
    assert_allclose(sigmoid([0, log3, -log3]), [0.5, 0.75, 0.25], rtol=1e-15)
    assert_allclose(sigmoid_grad(np.array([1.0, 16, -16]), [0, log3, -log3]), [0.25, 3, -3], rtol=1e-15)
    assert_allclose(tanh([0, log3, -log3]), [0, 0.8, -0.8], rtol=1e-15)
    assert_allclose(tanh_grad(np.array([1.0, 25, -25]), [0, log3, -log3]), [1, 9, -9], rtol=1e-14)


def test_sigmoid_agrees_with_scipy_and_is_symmetric():
    X = np.linspace(-700, 700, 4001)
    assert_allclose(sigmoid(X), expit(X), rtol=1e-14)
    assert_allclose(sigmoid(X) + sigmoid(-X), np.ones(len(X)), rtol=1e-15)


def test_the_slope_of_sigmoid_keeps_its_digits_far_out():
    """Where y is almost 1, the difference 1 - y has lost them."""
    far = np.array([-40.0, 30, 40])
    assert_allclose(sigmoid_grad(np.ones(3), far), np.exp(-np.abs(far)), rtol=1e-12)


def test_tanh_is_a_stretched_sigmoid():
    X = whole_numbers((3, 4)) / 4
    assert_allclose(tanh(X), 2 * sigmoid(2 * X) - 1, rtol=1e-14, atol=1e-15)


@all_three
def test_gradients_pass_the_numerical_check(forward, grad):
    X = whole_numbers((2, 3, 4)) + 0.5  # away from the corner of relu
    check_gradient(forward, lambda dY: grad(dY, X / 3), X / 3)


@pytest.mark.parametrize("grad, formula", SMOOTH, ids=["sigmoid", "tanh"])
def test_a_complex_step_agrees_to_12_digits(grad, formula):
    X, dY = whole_numbers((4, 5)) / 4, whole_numbers((4, 5), 1)
    assert_allclose(grad(dY, X), complex_step_gradient(formula, X, dY), rtol=1e-12, atol=1e-12)


@all_three
def test_far_from_0_nothing_overflows(forward, grad):
    X = np.array([-np.inf, -1e308, -1000, 1000, 1e308, np.inf])
    ends = {relu: [0, 0, 0, 1000, 1e308, np.inf], sigmoid: [0, 0, 0, 1, 1, 1], tanh: [-1, -1, -1, 1, 1, 1]}
    assert_array_equal(forward(X), ends[forward])
    assert_array_equal(grad(np.ones(6), X), [0, 0, 0, 1, 1, 1] if forward is relu else np.zeros(6))


@all_three
def test_nan_passes_through(forward, grad):
    assert_array_equal(np.isnan(forward(np.array([np.nan, 1]))), [True, False])
    assert_array_equal(np.isnan(grad(np.array([np.nan, 1]), np.ones(2))), [True, False])


@all_three
@pytest.mark.parametrize("shape", [(), (3,), (2, 3), (2, 1, 3, 2), (0, 3)])
def test_any_shape_is_kept(forward, grad, shape):
    X = whole_numbers(shape)
    assert np.shape(forward(X)) == np.shape(grad(np.ones(shape), X)) == shape


@all_three
def test_single_precision_stays_and_integers_become_float64(forward, grad):
    for given_type, result_type in [(np.float32, np.float32), (np.int64, np.float64), (np.uint8, np.float64)]:
        X = ex.X.astype(given_type)
        for result, expected in [(forward(X), forward(ex.X)), (grad(X, X), grad(ex.X, ex.X))]:
            assert result.dtype == result_type
            assert_allclose(result, expected, rtol=2e-6, atol=2e-6)


@all_three
def test_inputs_are_read_only_of_any_layout_and_never_shared(forward, grad):
    X, dY = np.abs(ex.X).T[::-1], ex.X[:, ::-1]
    for A in (X, dY):
        A.setflags(write=False)
    assert_array_equal(forward(X), forward(X.copy()))
    assert_array_equal(grad(dY, X), grad(dY.copy(), X.copy()))
    for result in (forward(X), grad(dY, X)):
        assert not np.shares_memory(result, X) and not np.shares_memory(result, dY)


@all_three
@pytest.mark.parametrize("wrong", [complex, object, str])
def test_numbers_that_are_not_real_are_refused(forward, grad, wrong):
    A = ex.X.astype(wrong)
    with pytest.raises(TypeError, match="X must hold real numbers, got dtype"):
        forward(A)
    with pytest.raises(TypeError, match="X must hold real numbers, got dtype"):
        grad(ex.X, A)
    with pytest.raises(TypeError, match="dY must hold real numbers, got dtype"):
        grad(A, ex.X)


@all_three
@pytest.mark.parametrize("shape", [(3,), (3, 1), (1, 3, 3), ()])
def test_a_gradient_of_another_shape_is_refused_not_broadcast(forward, grad, shape):
    with pytest.raises(ValueError, match=r"dY has shape .*, expected \(3, 3\); rule: dY has the shape of X"):
        grad(np.ones(shape), ex.X)
