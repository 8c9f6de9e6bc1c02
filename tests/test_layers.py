"""Layers: numbers by hand, gradient checks, memory, bad shapes."""

import numpy as np
import pytest
from hypothesis import given, strategies as st

import running_example as example
from cnnbp.conv import conv2d
from cnnbp.gradcheck import check_gradient
from cnnbp.layers import AvgPool2d, Conv2d, Flatten, Linear, MaxPool2d, ReLU, Sequential, Sigmoid, Tanh
from running_example import modest

LAYERS = {
    "conv": lambda dtype: Conv2d(2, 3, (2, 3), stride=(2, 1), padding=1, dilation=(1, 2), rng=0, dtype=dtype),
    "conv without bias": lambda dtype: Conv2d(2, 2, 3, bias=False, rng=0, dtype=dtype),
    "max": lambda dtype: MaxPool2d((2, 3), stride=1, padding=1),
    "average": lambda dtype: AvgPool2d(3, stride=2, padding=1, count_include_pad=False),
    "relu": lambda dtype: ReLU(),
    "sigmoid": lambda dtype: Sigmoid(),
    "tanh": lambda dtype: Tanh(),
    "flatten": lambda dtype: Flatten(),
    "linear": lambda dtype: Sequential(Flatten(), Linear(60, 4, rng=0, dtype=dtype)),
}
each_layer = pytest.mark.parametrize("make", LAYERS.values(), ids=LAYERS.keys())


def images(shape=(3, 2, 5, 6), dtype=np.float64, seed=1):
    """Random numbers."""
    return np.random.default_rng(seed).standard_normal(shape).astype(dtype)


# -------------------------------------------------------------- by hand


def test_conv_layer_on_the_running_example():
    """Y with the bias 10, dX, dF and db, as in the book."""
    layer = Conv2d(1, 1, 2)
    layer.params["F"][...] = example.F
    layer.params["b"][...] = example.b
    Y = layer(example.X.reshape(1, 1, 3, 3))
    dX = layer.backward(example.dY.reshape(1, 1, 2, 2))
    np.testing.assert_array_equal(Y[0, 0], example.Y_WITH_BIAS)
    np.testing.assert_array_equal(dX[0, 0], example.dX)
    np.testing.assert_array_equal(layer.grads["F"][0, 0], example.dF)
    np.testing.assert_array_equal(layer.grads["b"], [example.db])


def test_a_batch_adds_up_the_gradients_of_its_examples():
    """Twice the running example in one batch: twice dF, the same dX for each."""
    layer = Conv2d(1, 1, 2)
    layer.params["F"][...] = example.F
    layer.forward(np.tile(example.X, (2, 1, 1, 1)))
    dX = layer.backward(np.tile(example.dY, (2, 1, 1, 1)))
    np.testing.assert_array_equal(layer.grads["F"][0, 0], 2 * np.array(example.dF))
    np.testing.assert_array_equal(layer.grads["b"], [14])
    np.testing.assert_array_equal(dX[1, 0], example.dX)


def test_linear_layer_by_hand():
    """X = [1, 2], W = [[3, 4], [5, 6], [7, 8]], b = [1, 1, 1], dY = [1, -2, 3]."""
    layer = Linear(2, 3)
    layer.params["W"][...] = [[3, 4], [5, 6], [7, 8]]
    layer.params["b"][...] = 1
    np.testing.assert_array_equal(layer([[1, 2]]), [[12, 18, 24]])
    np.testing.assert_array_equal(layer.backward([[1, -2, 3]]), [[14, 16]])
    np.testing.assert_array_equal(layer.grads["W"], [[1, 2], [-2, -4], [3, 6]])
    np.testing.assert_array_equal(layer.grads["b"], [1, -2, 3])


def test_pooling_layers_on_the_running_example():
    """The maximum 9 belongs to two windows and gets both gradients."""
    layer = MaxPool2d(2, stride=1)
    np.testing.assert_array_equal(layer(example.X), [[5, 9], [6, 9]])
    np.testing.assert_array_equal(layer.backward(example.dY), [[0, 0, 0], [0, 1, 3], [0, 3, 0]])
    layer = AvgPool2d(2, stride=1)
    np.testing.assert_array_equal(layer(example.X), [[2.5, 4.75], [3.5, 6.25]])
    np.testing.assert_array_equal(layer.backward(4 * example.dY), [[1, -1, -2], [4, 7, 3], [3, 8, 5]])


def test_the_average_layer_may_leave_the_padding_out():
    """Means over the one, two or four pixels that a window sees, not over four every time."""
    layer = AvgPool2d(2, 2, 1, count_include_pad=False)
    np.testing.assert_array_equal(layer(example.X), [[3, 2.5], [1.5, 6.25]])
    np.testing.assert_array_equal(layer.backward(example.dY), [[1, -1, -1], [1.5, 1.25, 1.25], [1.5, 1.25, 1.25]])


def test_a_tie_gives_its_gradient_to_one_entry():
    """The first of the four; four times the gradient would go back if all of them got it."""
    layer = MaxPool2d(2)
    np.testing.assert_array_equal(layer(np.full((2, 2), 7.0)), [[7]])
    np.testing.assert_array_equal(layer.backward(np.array([[5.0]])), [[5, 0], [0, 0]])


def test_flatten_keeps_row_major_order():
    """Channel by channel, row by row."""
    layer, X = Flatten(), np.arange(24.0).reshape(2, 2, 2, 3)
    np.testing.assert_array_equal(layer(X), np.arange(24).reshape(2, 12))
    np.testing.assert_array_equal(layer.backward(np.arange(24).reshape(2, 12)), X)


# ------------------------------------------------------------ gradients


@each_layer
def test_gradient_of_each_layer(make):
    """dX and every parameter's gradient, all entries, against a random dY."""
    layer, X = make(np.float64), images((3, 2, 5, 6))
    dY = images(layer(X).shape, seed=2)
    dX = layer.backward(dY)
    check_gradient(layer.forward, dX, X, dY)
    for _, array, gradient in list(layer.parameters()):
        check_gradient(with_parameter(layer, array, X), gradient, array.copy(), dY)


def with_parameter(layer, array, X):
    """The layer's output as a function of one of its parameters."""

    def f(values):
        kept = array.copy()
        array[...] = values
        Y = layer.forward(X)
        array[...] = kept
        return Y

    return f


@modest
@given(stride=st.integers(1, 3), padding=st.integers(0, 2), dilation=st.integers(1, 2), size=st.integers(5, 8))
def test_conv_layer_passes_its_geometry_on(stride, padding, dilation, size):
    """The adjoint identity: sum(dY Y) = sum(dX X) = sum(dF F), without bias."""
    layer = Conv2d(2, 3, (3, 2), stride, padding, dilation, bias=False, rng=1)
    X = images((2, 2, size, size + 1))
    Y = layer(X)
    np.testing.assert_array_equal(Y, conv2d(X, layer.params["F"], None, stride, padding, dilation))
    dY = images(Y.shape, seed=3)
    dX = layer.backward(dY)
    assert np.sum(dX * X) == pytest.approx(np.sum(dY * Y), abs=1e-9)
    assert np.sum(layer.grads["F"] * layer.params["F"]) == pytest.approx(np.sum(dY * Y), abs=1e-9)


# ------------------------------------------------------------ behaviour


@each_layer
def test_backward_changes_neither_dY_nor_X_nor_parameters(make):
    """Read-only inputs go in; the parameters come out as they were."""
    layer, X = make(np.float64), images((3, 2, 5, 6))
    X.flags.writeable = False
    dY = images(layer(X).shape, seed=2)
    dY.flags.writeable = False
    before = [array.copy() for _, array, _ in layer.parameters()]
    layer.backward(dY)
    for old, (_, new, _) in zip(before, layer.parameters(), strict=True):
        np.testing.assert_array_equal(old, new)


@each_layer
def test_gradients_are_replaced_not_added(make):
    """Two backward passes leave what one leaves."""
    layer = make(np.float64)
    dY = images(layer(images((3, 2, 5, 6))).shape, seed=2)
    first, once = layer.backward(dY), [g.copy() for _, _, g in layer.parameters()]
    np.testing.assert_array_equal(layer.backward(dY), first)
    for old, (_, _, new) in zip(once, layer.parameters(), strict=True):
        np.testing.assert_array_equal(old, new)


@each_layer
def test_results_stay_when_the_layer_runs_again(make):
    """Output, dX and gradients of one pass are memory of their own, which the next pass leaves alone."""
    layer = make(np.float64)

    def once(seed):
        Y = layer(images((3, 2, 5, 6), seed=seed))
        return [Y, layer.backward(images(Y.shape, seed=seed + 1)), *(g for _, _, g in layer.parameters())]

    first = once(1)
    kept = [A.copy() for A in first]
    second = once(5)
    for A, before in zip(first, kept, strict=True):
        np.testing.assert_array_equal(A, before)
        assert not any(np.shares_memory(A, later) for later in second)


@each_layer
def test_float32_stays_float32(make):
    """Output, dX and the gradients."""
    layer = make(np.float32)
    Y = layer(images((3, 2, 5, 6), np.float32))
    dX = layer.backward(np.ones_like(Y))
    kinds = {Y.dtype, dX.dtype, *(a.dtype for _, *pair in layer.parameters() for a in pair)}
    assert kinds == {np.dtype(np.float32)}


@each_layer
def test_backward_before_forward(make):
    """Nothing is remembered yet."""
    with pytest.raises(RuntimeError, match="backward needs a forward pass before it"):
        make(np.float64).backward(np.ones((1, 1)))


@each_layer
def test_an_empty_batch_gives_an_empty_result(make):
    """No image in, no image out, gradients 0."""
    layer = make(np.float64)
    Y = layer(np.empty((0, 2, 5, 6)))
    assert len(Y) == 0
    assert layer.backward(Y).shape == (0, 2, 5, 6)
    assert all(not gradient.any() for _, _, gradient in layer.parameters())


def test_wrong_shapes_are_named():
    """Both shapes and the rule."""
    with pytest.raises(ValueError, match=r"\(1, 3, 5, 5\).*\(2, 1, 3, 3\).*rule"):
        Conv2d(1, 2, 3)(np.ones((1, 3, 5, 5)))
    with pytest.raises(ValueError, match=r"\(1, 5\).*\(2, 4\).*rule"):
        Linear(4, 2)(np.ones((1, 5)))
    flatten = Flatten()
    flatten(np.ones((2, 3, 4)))
    with pytest.raises(ValueError, match=r"\(2, 11\).*\(2, 3, 4\).*rule"):
        flatten.backward(np.ones((2, 11)))
    with pytest.raises(ValueError, match=r"\(3, 8\).*\(2, 3, 4\).*rule"):
        flatten.backward(np.ones((3, 8)))
    with pytest.raises(ValueError, match=r"rule: \(N, \.\.\.\)"):
        flatten(np.array(1.0))


@pytest.mark.parametrize(
    "make", [lambda: Conv2d(0, 1, 3), lambda: Conv2d(1, 1, 0), lambda: Linear(2, -1), lambda: Linear(2.0, 1)]
)
def test_sizes_below_1_are_refused(make):
    """A layer without weights is no layer."""
    with pytest.raises(ValueError, match=">= 1"):
        make()


def test_he_initialisation():
    """Variance 2/(C KH KW); decided by the seed; biases 0; a Generator moves on."""
    layer = Conv2d(16, 64, (3, 5), rng=3)
    assert layer.params["F"].std() == pytest.approx(np.sqrt(2 / (16 * 15)), rel=0.03)
    assert Linear(400, 100, rng=3).params["W"].std() == pytest.approx(np.sqrt(2 / 400), rel=0.03)
    assert not layer.params["b"].any()
    np.testing.assert_array_equal(layer.params["F"], Conv2d(16, 64, (3, 5), rng=3).params["F"])
    rng = np.random.default_rng(3)
    first, second = (Linear(2, 2, rng=rng).params["W"] for _ in range(2))
    assert not np.array_equal(first, second)
