"""Dense layer, softmax and loss: by hand, from outside, and at the edges."""

from math import exp, log

import numpy as np
import pytest
from hypothesis import given, strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy.special import log_softmax

import running_example as ex
from cnnbp.connections import apply
from cnnbp.conv import conv2d, conv2d_grad_input, conv2d_grad_weight
from cnnbp.dense import linear, linear_grad, softmax, softmax_cross_entropy
from cnnbp.gradcheck import check_gradient, complex_step_gradient
from running_example import modest, whole_numbers

sizes = st.tuples(st.integers(1, 4), st.integers(1, 5), st.integers(1, 5))
SCORES, LABELS = whole_numbers((4, 5)) / 4, np.array([2, 0, 4, 4])


# ------------------------------------------------------------- linear


def test_linear_by_hand():
    X, W, dY = np.array([[3.0, 1, 4], [1, 5, 9]]), np.array([[2.0, 7, 1], [8, 2, 8]]), np.array([[1.0, -2], [3, 5]])
    assert_array_equal(linear(X, W, np.array([10, -10])), [[27, 48], [56, 80]])
    dX, dW, db = linear_grad(dY, X, W)
    assert_array_equal(dX, [[-14, 3, -15], [46, 31, 43]])
    assert_array_equal(dW, [[6, 16, 31], [-1, 23, 37]])
    assert_array_equal(db, [4, 3])


def test_one_row_needs_no_batch():
    X, W, dY = whole_numbers(3), whole_numbers((2, 3), 1), whole_numbers(2, 2)
    assert_array_equal(linear(X, W, dY), linear(X[None], W, dY)[0])
    dX, dW, db = linear_grad(dY, X, W)
    assert_array_equal(dX, dY @ W)
    assert_array_equal(dW, np.outer(dY, X))
    assert_array_equal(db, dY)


@modest
@given(sizes)
def test_a_dense_layer_is_the_full_list_and_a_1_by_1_convolution(size):
    N, I, O = size
    X, W, dY = whole_numbers((N, I)), whole_numbers((O, I), 1), whole_numbers((N, O), 2)
    n, o, i = (index.ravel() for index in np.indices((N, O, I)))
    full = n * I + i, o * I + i, n * O + o
    dX, dW, db = linear_grad(dY, X, W)
    assert_array_equal(linear(X, W), apply(full, X, W, "Y", (N, O)))
    assert_array_equal(dW, apply(full, X, dY, "dF", W.shape))
    assert_array_equal(dX, apply(full, dY, W, "dX", X.shape))
    assert_array_equal(db, dY.sum(0))
    images, filters, upstream = (A[:, :, None, None] for A in (X, W, dY))
    assert_array_equal(linear(X, W), conv2d(images, filters)[:, :, 0, 0])
    assert_array_equal(dW, conv2d_grad_weight(upstream, images, filters.shape)[:, :, 0, 0])
    assert_array_equal(dX, conv2d_grad_input(upstream, filters, images.shape)[:, :, 0, 0])


def test_linear_gradients_pass_the_numerical_check():
    X, W, b = whole_numbers((4, 3)), whole_numbers((2, 3), 1), whole_numbers(2, 2)
    check_gradient(lambda X: linear(X, W, b), lambda dY: linear_grad(dY, X, W)[0], X)
    check_gradient(lambda W: linear(X, W, b), lambda dY: linear_grad(dY, X, W)[1], W)
    check_gradient(lambda b: linear(X, W, b), lambda dY: linear_grad(dY, X, W)[2], b)


# ------------------------------------------------------------ softmax


def test_softmax_by_hand():
    assert_allclose(softmax(np.log([1.0, 2, 5])), [0.125, 0.25, 0.625], rtol=1e-15)
    assert_array_equal(softmax([7, 7, 7, 7]), [0.25, 0.25, 0.25, 0.25])


def test_softmax_of_the_example():
    assert_allclose(softmax(ex.SCORES), ex.PROBABILITIES, rtol=1e-15)
    total = sum(map(exp, ex.SCORES))
    assert_allclose(softmax(ex.SCORES), [exp(z) / total for z in ex.SCORES], rtol=1e-15)


@pytest.mark.parametrize("axis", [0, 1, 2, -1, -3])
def test_softmax_adds_up_to_1_along_its_axis(axis):
    Z = whole_numbers((2, 3, 4))
    p = softmax(Z, axis)
    assert p.shape == Z.shape
    assert_allclose(p.sum(axis), np.ones(p.sum(axis).shape), rtol=1e-15)
    assert_allclose(np.log(p), log_softmax(Z, axis), rtol=1e-12, atol=1e-14)


def test_softmax_does_not_change_under_a_shift():
    Z = whole_numbers((4, 5))
    assert_array_equal(softmax(Z), softmax(Z + 1024))
    assert_array_equal(softmax(Z - whole_numbers((4, 1), 1)), softmax(Z))


def test_softmax_is_stable():
    assert_array_equal(softmax([5e307, 0, -5e307]), [1, 0, 0])
    assert_array_equal(softmax([0.0, -np.inf]), [1, 0])
    assert_array_equal(softmax([np.nan, 0]), [np.nan, np.nan])


# ------------------------------------------------------ cross-entropy


def test_the_loss_and_its_gradient_of_the_example():
    L, dZ = softmax_cross_entropy(ex.SCORES, ex.LABEL)
    assert_allclose(L, ex.LOSS, rtol=1e-15)
    assert_allclose(dZ, np.ravel(ex.STEP_dY), rtol=1e-15)
    assert_allclose(L, -log(ex.PROBABILITIES[ex.LABEL]), rtol=1e-15)


def test_the_loss_is_the_mean_over_the_batch_and_so_is_the_gradient():
    L, dZ = softmax_cross_entropy(SCORES, LABELS)
    each = [softmax_cross_entropy(z, t) for z, t in zip(SCORES, LABELS)]
    assert_allclose(L, np.mean([loss for loss, _ in each]), rtol=1e-14)
    assert_allclose(dZ, np.array([gradient for _, gradient in each]) / 4, rtol=1e-14)
    assert_allclose(dZ, (softmax(SCORES) - np.eye(5)[LABELS]) / 4, rtol=1e-14, atol=1e-16)


def test_labels_and_their_one_hot_rows_are_the_same_target():
    expected, gradient = softmax_cross_entropy(SCORES, LABELS)
    for target in (np.eye(5)[LABELS], np.eye(5, dtype=int)[LABELS], LABELS.astype(np.uint8), LABELS.tolist()):
        L, dZ = softmax_cross_entropy(SCORES, target)
        assert_allclose(L, expected, rtol=1e-15)
        assert_array_equal(dZ, gradient)


@pytest.mark.parametrize("scale", [1, 3], ids=["probabilities", "any weights"])
def test_the_gradient_passes_the_numerical_check_and_a_complex_step(scale):
    soft = scale * softmax(whole_numbers((4, 5), 1))

    def formula(target):
        return lambda Z: -(target * np.log(np.exp(Z) / np.exp(Z).sum(-1, keepdims=True))).sum() / len(Z)

    for target, weights in [(LABELS, np.eye(5)[LABELS]), (soft, soft)]:
        dZ = softmax_cross_entropy(SCORES, target)[1]
        check_gradient(lambda Z: softmax_cross_entropy(Z, target)[0], dZ, SCORES)
        assert_allclose(dZ, complex_step_gradient(formula(weights), SCORES), rtol=1e-12, atol=1e-13)
        assert_allclose(softmax_cross_entropy(SCORES, target)[0], formula(weights)(SCORES), rtol=1e-12)


def test_0_log_0_is_0_and_certainty_costs_nothing():
    for Z in ([0.0, -np.inf], [1e300, -1e300], [1000, 0]):
        L, dZ = softmax_cross_entropy(Z, 0)
        assert_array_equal([L, np.signbit(L), *dZ], [0, 0, 0, 0])
    assert_array_equal(softmax_cross_entropy([0.0, -np.inf], [1.0, 0])[0], 0)


def test_a_wrong_certainty_costs_what_it_should():
    L, dZ = softmax_cross_entropy([1000.0, 0], 1)
    assert_array_equal([L, *dZ], [1000, 1, -1])
    assert_array_equal(softmax_cross_entropy([0.0, -np.inf], 1)[0], np.inf)


def test_nan_passes_through():
    L, dZ = softmax_cross_entropy([[np.nan, 0], [0, 0]], [0, 1])
    assert_array_equal([L, *dZ[0], *dZ[1]], [np.nan, np.nan, np.nan, 0.25, -0.25])


# ------------------------------------------------ what the docs promise


def all_results(X, W, b, dY):
    """Every array that the room returns."""
    return [linear(X, W, b), *linear_grad(dY, X, W), softmax(X), softmax_cross_entropy(X, [0] * len(X))[1]]


@pytest.mark.parametrize("given_type, result_type", [(np.float32, np.float32), (np.int64, float), (np.int8, float)])
def test_single_precision_stays_and_integers_become_float64(given_type, result_type):
    tensors = [whole_numbers(shape) for shape in ((4, 3), (2, 3), (2,), (4, 2))]
    results = all_results(*(A.astype(given_type) for A in tensors))
    assert [r.dtype for r in results] == [result_type] * 6
    for got, expected in zip(results, all_results(*tensors)):
        assert_allclose(got, expected, rtol=1e-5, atol=1e-7)
    X, W = (A.astype(np.float32) for A in tensors[:2])
    assert linear(X, W, tensors[2]).dtype == np.float32
    assert softmax_cross_entropy(X, np.eye(3)[[0, 1, 2, 0]])[1].dtype == np.float32


def test_inputs_are_read_only_of_any_layout_and_never_shared():
    tensors = [whole_numbers(shape[::-1]).T for shape in ((4, 3), (2, 3), (2,), (4, 2))]
    expected = all_results(*(A.copy() for A in tensors))
    for A in tensors:
        A.setflags(write=False)
    for got, exact in zip(all_results(*tensors), expected):
        assert_allclose(got, exact, rtol=1e-14)
        assert not any(np.shares_memory(got, A) for A in tensors)
    one = linear_grad(np.ones(1), np.ones(1), np.ones((1, 1)))
    assert all(A.flags.owndata or A.base.flags.writeable for A in one)


def test_one_row_shares_nothing_either():
    X, W, dY = whole_numbers(3), whole_numbers((2, 3), 1), whole_numbers(2, 2)
    for result in [linear(X, W), *linear_grad(dY, X, W), softmax(X), softmax_cross_entropy(X, 0)[1]]:
        assert not any(np.shares_memory(result, A) for A in (X, W, dY))


def test_an_empty_batch_gives_an_empty_result():
    X, W, b, dY = np.zeros((0, 3)), np.ones((2, 3)), np.ones(2), np.zeros((0, 2))
    dX, dW, db = linear_grad(dY, X, W)
    assert (linear(X, W, b).shape, dX.shape, softmax(X).shape) == ((0, 2), (0, 3), (0, 3))
    assert_array_equal(dW, np.zeros((2, 3)))
    assert_array_equal(db, np.zeros(2))
    L, dZ = softmax_cross_entropy(X, np.zeros(0, int))
    assert_array_equal(L, 0)
    assert dZ.shape == (0, 3)


# ----------------------------------------------------------- bad input


@pytest.mark.parametrize(
    "X, W", [((4, 3), (2, 4)), ((3,), (2, 4)), ((4, 3), (3,)), ((1, 4, 3), (2, 3)), ((), (2, 3)), ((4, 3), (1, 2, 3))]
)
def test_inputs_and_weights_that_do_not_fit_are_refused(X, W):
    for call in (lambda: linear(np.zeros(X), np.zeros(W)), lambda: linear_grad(np.zeros(2), np.zeros(X), np.zeros(W))):
        with pytest.raises(ValueError) as refusal:
            call()
        assert str(refusal.value) == f"X {X} and W {W} do not belong together; rule: (N, I) with (O, I)"


def test_a_wrong_bias_or_gradient_is_refused():
    X, W = np.zeros((4, 3)), np.zeros((2, 3))
    for shape in [(3,), (1,), (), (4, 2)]:
        with pytest.raises(ValueError, match=r"b has shape .*, expected \(2,\); rule: one bias for each output O"):
            linear(X, W, np.zeros(shape))
    for shape in [(2,), (4, 3), (1, 2), (4, 1)]:
        with pytest.raises(ValueError, match=r"dY has shape .*, expected \(4, 2\); rule: dY has the shape of"):
            linear_grad(np.zeros(shape), X, W)


@pytest.mark.parametrize("wrong", [complex, object, str])
def test_numbers_that_are_not_real_are_refused(wrong):
    tensors = {"X": np.zeros((4, 3)), "W": np.zeros((2, 3)), "b": np.zeros(2), "dY": np.zeros((4, 2))}
    for name in tensors:
        X, W, b, dY = (tensors | {name: tensors[name].astype(wrong)}).values()
        with pytest.raises(TypeError, match=f"{name} must hold real numbers, got dtype"):
            linear_grad(dY, X, W) if name == "dY" else linear(X, W, b)
    Z = np.zeros((2, 3), wrong)
    for call in (lambda: softmax(Z), lambda: softmax_cross_entropy(Z, [0, 0])):
        with pytest.raises(TypeError, match="Z must hold real numbers, got dtype"):
            call()
    with pytest.raises(TypeError, match="target must hold real numbers, got dtype"):
        softmax_cross_entropy(np.zeros((2, 3)), Z)


@pytest.mark.parametrize("shape, axis", [((), -1), ((0,), -1), ((3, 0), 1), ((0, 3), 0), ((3,), 1), ((2, 3), -3)])
def test_softmax_needs_a_class(shape, axis):
    with pytest.raises(ValueError, match=rf"Z has shape .*; rule: at least one class along axis {axis}"):
        softmax(np.zeros(shape), axis)


@pytest.mark.parametrize("shape", [(), (1, 2, 3)])
def test_the_loss_wants_one_row_of_scores_per_image(shape):
    with pytest.raises(ValueError, match=r"Z has shape .*; rule: \(K,\) or \(N, K\)"):
        softmax_cross_entropy(np.zeros(shape), 0)


@pytest.mark.parametrize("labels", [[0, 3], [-1, 0], [7, 7]])
def test_labels_that_are_no_class_are_refused(labels):
    with pytest.raises(ValueError, match=rf"target holds labels {min(labels)}\.\.{max(labels)}; rule: 0\.\.2"):
        softmax_cross_entropy(np.zeros((2, 3)), labels)


@pytest.mark.parametrize("target", [[0], [0, 1, 2], [[0, 1]], [0.0, 1.0], 0])
def test_targets_of_another_shape_are_refused(target):
    with pytest.raises(ValueError, match=r"target has shape .*, expected \(2, 3\); rule: labels of shape"):
        softmax_cross_entropy(np.zeros((2, 3)), target)
