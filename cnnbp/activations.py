"""Activations: each number changes alone, so its gradient is one factor.

Forward and gradient stand one under the other. A gradient function takes the
upstream gradient dY and the input X of the forward pass, and multiplies dY by
the slope at X, entry by entry.
"""

import numpy as np

from cnnbp.shapes import as_float, check_shape


def relu(X):
    """Keep what is positive, replace the rest by 0; y = max(x, 0)."""
    return np.maximum(as_float(X, "X"), 0)


def relu_grad(dY, X):
    """Let the gradient through where x > 0; the slope at 0 is 0, as in PyTorch."""
    dY, X = _pair(dY, X)
    return np.where(X > 0, dY, 0)


def sigmoid(X):
    """Squash to (0, 1); y = 1 / (1 + exp(-x)), without overflow."""
    X = as_float(X, "X")
    small = np.exp(-np.abs(X))
    return np.where(X >= 0, 1, small) / (1 + small)


def sigmoid_grad(dY, X):
    """Multiply by the slope y (1 - y)."""
    dY, X = _pair(dY, X)
    return dY * sigmoid(X) * sigmoid(-X)


def tanh(X):
    """Squash to (-1, 1)."""
    return np.tanh(as_float(X, "X"))


def tanh_grad(dY, X):
    """Multiply by the slope 1 - tanh(x)^2."""
    dY, X = _pair(dY, X)
    return dY * (1 - np.tanh(X) ** 2)


def _pair(dY, X):
    """Both as floats of one shape."""
    dY, X = as_float(dY, "dY"), as_float(X, "X")
    check_shape(dY, X.shape, "dY", "dY has the shape of X, entry by entry")
    return dY, X
