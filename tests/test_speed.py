"""What speed rests on: single precision throughout, layouts that pass through, memory that stays."""

import tracemalloc

import numpy as np
import pytest

from cnnbp import workspace
from cnnbp.conv import conv2d
from cnnbp.dense import softmax_cross_entropy
from cnnbp.layers import AvgPool2d, Conv2d, Flatten, Linear, MaxPool2d, ReLU, Sequential, Sigmoid, Tanh
from cnnbp.lowering import batch_last
from cnnbp.optim import SGD, Adam
from cnnbp.training import train

SINGLE = np.dtype(np.float32)


def lenet(activation=ReLU, pooling=MaxPool2d):
    """A network like LeNet-5 for images of 28×28, in single precision."""
    make = {"rng": np.random.default_rng(0), "dtype": np.float32}
    return Sequential(
        Conv2d(1, 6, 5, padding=2, **make), activation(), pooling(2),
        Conv2d(6, 16, 5, **make), activation(), pooling(2),
        Flatten(), Linear(400, 120, **make), activation(), Linear(120, 10, **make),
    )  # fmt: skip


def digits(N):
    """N images of noise with labels."""
    rng = np.random.default_rng(1)
    return rng.normal(size=(N, 1, 28, 28)).astype(np.float32), rng.integers(0, 10, N)


@pytest.mark.parametrize("activation, pooling", [(ReLU, MaxPool2d), (Sigmoid, AvgPool2d), (Tanh, MaxPool2d)])
@pytest.mark.parametrize("optimizer", [SGD, Adam])
def test_single_precision_in_single_precision_everywhere(activation, pooling, optimizer):
    model, (X, t) = lenet(activation, pooling), digits(3)
    optimizer = optimizer(model, 0.1)
    outputs = model.activations(X)
    gradient = softmax_cross_entropy(outputs[-1], t)[1]
    assert {gradient.dtype, *(Y.dtype for Y in outputs)} == {SINGLE}
    for layer in reversed(model.layers):
        gradient = layer.backward(gradient)
        assert gradient.dtype == SINGLE, layer
    optimizer.step()
    arrays = [A for _, *pair in model.parameters() for A in pair] + list(optimizer.memory.values())
    assert {A.dtype for A in arrays} == {SINGLE}


@pytest.mark.parametrize("layer", [ReLU(), Sigmoid(), Tanh(), MaxPool2d(2), MaxPool2d(3, 2, 1), AvgPool2d(2)], ids=repr)
def test_layers_pass_the_layout_of_a_convolution_on(layer):
    """The batch stays the innermost axis, forwards and backwards: nothing is copied into another order."""
    X, F = np.ones((4, 2, 6, 6)), np.ones((3, 2, 3, 3))
    X = conv2d(X, F)
    assert np.shares_memory(batch_last(X), X)
    Y = layer(X)
    dX = layer.backward(Y)
    for A in (Y, dX):
        assert A.strides[0] == A.itemsize, layer


def test_a_convolution_remembers_its_input_without_another_copy():
    first, second = Conv2d(1, 2, 3, rng=0), Conv2d(2, 3, 3, rng=0)
    X = first(np.ones((4, 1, 8, 8)))
    second(X)
    assert np.shares_memory(second._memory, X)


def test_memory_stays_over_epochs():
    """The fourth and fifth epoch leave no more behind than the third; the peak is that of one step."""
    model, (X, t) = lenet(), digits(40)
    optimizer = Adam(model)
    sizes = []
    tracemalloc.start()
    for epochs in range(1, 6):
        train(model, X, t, optimizer, epochs=1, batch_size=20, seed=epochs, progress=False)
        sizes.append(tracemalloc.get_traced_memory())
        tracemalloc.reset_peak()
    tracemalloc.stop()
    current, peak = zip(*sizes[2:])
    assert max(current) - min(current) < 50_000
    assert max(peak) - min(peak) < 500_000


@pytest.mark.parametrize("K", [3, 5, 7])
def test_lowering_needs_less_memory_than_im2col(K):
    """At most 2/K of the bytes that the copies of im2col alone would take."""
    N, C, size = 4, 8, 32
    X, F = np.ones((N, C, size, size), np.float32), np.ones((4, C, K, K), np.float32)
    workspace.release()
    tracemalloc.start()
    Y = conv2d(X, F)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    columns = K * K * C * Y.size // 4 * Y.itemsize
    assert peak - Y.nbytes < columns * 2 / K
