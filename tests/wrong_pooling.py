"""More wrong functions: pooling, losses, dense layers and single numbers."""

import math

import numpy as np

from wrong_functions import wrong

# -------------------------------------------------------------------- pooling


def each_window(grad):
    """A backward pass of max pooling, window by window."""

    def max_pool_grad(dY, X, size, stride):
        dX = np.zeros(X.shape)
        for i in range(len(dY)):
            for j in range(len(dY[0])):
                cells = [(i * stride + a, j * stride + b) for a in range(size) for b in range(size)]
                grad(dX, dY[i, j], {cell: X[cell] for cell in cells})
        return dX

    return max_pool_grad


@wrong("max_pool2d_grad", "ties-duplicated")
@each_window
def every_maximum(dX, gradient, values):
    for cell, value in values.items():
        if value == max(values.values()):
            dX[cell] += gradient


@wrong("max_pool2d_grad", "ties-split")
@each_window
def shared(dX, gradient, values):
    best = [cell for cell, value in values.items() if value >= max(values.values())]
    for cell in best:
        dX[cell] += gradient / len(best)


@wrong("max_pool2d_grad", "last-tie")
@each_window
def sorted_by_value(dX, gradient, values):
    dX[sorted(values, key=values.get)[-1]] += gradient


@wrong("max_pool2d_grad", "overwritten")
@each_window
def inserted(dX, gradient, values):
    dX[max(values, key=values.get)] = gradient


@wrong("max_pool2d_grad", "loose-mask")
@each_window
def nearly(dX, gradient, values):
    top = max(values.values())
    for cell in values:
        if abs(values[cell] - top) < 1e-2:
            dX[cell] += gradient


@wrong("max_pool2d_grad", "ties-duplicated")
@each_window
def every_maximum_put(dX, gradient, values):
    """Two mistakes: which cell is meant comes first."""
    for cell, value in values.items():
        if value == max(values.values()):
            dX[cell] = gradient


@wrong("max_pool2d_grad", "spread-to-all")
@each_window
def skipped(dX, gradient, values):
    for cell in values:
        dX[cell] += gradient


@wrong("max_pool2d", "starts-at-zero")
def from_zero(X, size, stride):
    Y = np.zeros([(n - size) // stride + 1 for n in X.shape])
    for a, b in np.ndindex(size, size):
        Y = np.maximum(Y, X[a:, b:][: (len(Y) - 1) * stride + 1 : stride, : (len(Y[0]) - 1) * stride + 1 : stride])
    return Y


@wrong("max_pool2d", "stride-forgotten")
def tiled(X, size, stride):
    H, W = (n // size * size for n in X.shape)
    return X[:H, :W].reshape(H // size, size, W // size, size).max(axis=(1, 3))


@wrong("avg_pool2d_grad", "factor-forgotten")
def undivided(dY, input_shape, size, stride):
    dX = np.zeros(input_shape)
    for i, j, a, b in np.ndindex(*dY.shape, size, size):
        dX[i * stride + a, j * stride + b] += dY[i, j]
    return dX


@wrong("avg_pool2d_grad", "overwritten")
def shares_replaced(dY, input_shape, size, stride):
    dX = np.zeros(input_shape)
    for i, j, a, b in np.ndindex(*dY.shape, size, size):
        dX[i * stride + a, j * stride + b] = dY[i, j] / (size * size)
    return dX


# ------------------------------------------------------- losses and dense layers

wrong("softmax", "overflow")(lambda Z: np.array([[np.exp(z) / sum(np.exp(row)) for z in row] for row in Z]))
wrong("softmax", "softmax-over-wrong-axis")(lambda Z: np.exp(Z - Z.max(0)) / np.exp(Z - Z.max(0)).sum(0))
wrong("softmax", "not-normalised")(lambda Z: np.exp([row - max(row) for row in Z]))


def probabilities(row):
    """A softmax in plain Python."""
    powers = [math.exp(z - max(row)) for z in row]
    return [power / sum(powers) for power in powers]


def image_by_image(entry):
    """The first gradient, entry by entry, from the probabilities and the label of its image."""

    def grad(Z, t):
        rows = [probabilities(row) for row in Z]
        return [[entry(p, k, label, len(Z)) for k in range(len(p))] for p, label in zip(rows, t)]

    return grad


wrong("cross_entropy_grad", "mean-forgotten")(image_by_image(lambda p, k, label, N: p[k] - (k == label)))
wrong("cross_entropy_grad", "sign")(image_by_image(lambda p, k, label, N: ((k == label) - p[k]) / N))
wrong("cross_entropy_grad", "gradient-as-dp")(image_by_image(lambda p, k, label, N: -float(k == label) / p[k] / N))
wrong("cross_entropy_grad", "softmax-elementwise")(image_by_image(lambda p, k, label, N: -float(k == label) * (1 - p[k]) / N))
wrong("cross_entropy_grad", "softmax-twice")(image_by_image(lambda p, k, label, N: (probabilities(p)[k] - (k == label)) / N))
wrong("cross_entropy_grad", "batch-averaged-twice")(image_by_image(lambda p, k, label, N: (p[k] - (k == label)) / N / N))
wrong("cross_entropy_grad", "target-forgotten")(image_by_image(lambda p, k, label, N: p[k] / N))

wrong("linear_grad", "weights-transposed")(lambda dY, X, W: (dY.dot(W), np.outer(X[0], dY[0]) + X[1:].T.dot(dY[1:]), sum(dY)))
wrong("linear_grad", "bias-not-summed")(lambda dY, X, W: (np.einsum("no,oi->ni", dY, W), np.einsum("no,ni->oi", dY, X), dY))
wrong("linear_grad", "batch-averaged-twice")(
    lambda dY, X, W: (dY @ W, np.mean([np.outer(g, x) for g, x in zip(dY, X)], axis=0), np.mean(dY, axis=0))
)
wrong("sgd_step", "update-ascends")(lambda params, grads, lr: [params[k] + lr * g for k, g in enumerate(grads)])
wrong("sgd_step", "rate-forgotten")(lambda params, grads, lr: list(map(np.subtract, params, grads)))

# ------------------------------------------------------------- single numbers

wrong("fan_out", "fan-out-not-summed")(lambda x, y: np.array([x + y, x]))
wrong("product_of_sum", "order-of-results")(lambda x, y, z: (x + y, z, z))
wrong("neuron", "factor-forgotten")(lambda x, w, b, t: [(sum(x * w) + b - t) * d for d in (x, 1.0, w)])
wrong("neuron", "sign")(lambda x, w, b, t: [2 * (t - b - x @ w) * d for d in (x, 1.0, w)])
wrong("numerical_derivative", "one-sided-difference")(lambda f, x, eps=1e-5: (f(x + eps) - f(x)) / ((x + eps) - x))
wrong("numerical_derivative", "factor-forgotten")(lambda f, x, eps=1e-5: (f(x + eps) - f(x - eps)) / eps)
