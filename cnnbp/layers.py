"""Layers: functions that remember their input, so that they can run backwards.

`forward` computes the output and keeps what the gradient will need; `backward`
takes the gradient of the output, puts the gradients of the layer's parameters
into `grads`, and returns the gradient of the input. Every backward pass
replaces the gradients of the one before: nothing is added up behind the
reader's back. A `Sequential` runs its layers forwards, then backwards.
"""

from math import prod, sqrt

import numpy as np

from cnnbp.activations import relu, relu_grad, sigmoid, sigmoid_grad, tanh, tanh_grad
from cnnbp.conv import conv2d, conv2d_grad_bias, conv2d_grad_input, conv2d_grad_weight
from cnnbp.dense import linear, linear_grad
from cnnbp.lowering import batch_last
from cnnbp.pool import avg_pool2d, avg_pool2d_grad, max_pool2d, max_pool2d_grad
from cnnbp.sequential import Sequential
from cnnbp.shapes import as_float, as_pair

__all__ = [
    "AvgPool2d", "Conv2d", "Flatten", "Layer", "Linear", "MaxPool2d", "ReLU", "Sequential", "Sigmoid", "Tanh",
]


class Layer:
    """What all layers share: `params` and `grads` by letter, and the memory of a forward pass."""

    def __init__(self, **params):
        self.params, self.grads, self._memory = params, {}, None

    def __call__(self, X):
        return self.forward(X)

    def parameters(self):
        """Yield name, array and gradient of each parameter; None before the first backward."""
        for name, array in self.params.items():
            yield name, array, self.grads.get(name)

    def _recall(self):
        """What the last forward pass has kept."""
        if self._memory is None:
            raise RuntimeError(f"{type(self).__name__}.backward needs a forward pass before it")
        return self._memory

    def __repr__(self):
        shapes = ", ".join(f"{name}: {array.shape}" for name, array in self.params.items())
        return f"{type(self).__name__}({shapes})"


def _he(shape, rng, dtype):
    """Random weights after He et al. (2015): variance 2 / (inputs of one output)."""
    rng = np.random.default_rng(rng)
    return (rng.standard_normal(shape) * sqrt(2 / prod(shape[1:]))).astype(dtype)


class Conv2d(Layer):
    """
    A convolution with learned filters F and biases b.

    Parameters
    ----------
    in_channels, out_channels : int
    kernel_size, stride, padding, dilation : int or pair of int
    bias : bool
    rng : int, numpy Generator or None
        Where the filters come from; the same int gives the same filters.
    dtype : data type
        float64 or float32.

    Notes
    -----
    X (N, C, H, W) becomes Y (N, O, OH, OW); F has the shape (O, C, KH, KW).
    PyTorch: `torch.nn.Conv2d`, which initialises its filters in another way.
    """

    def __init__(
        self, in_channels, out_channels, kernel_size, stride=1, padding=0, dilation=1,
        bias=True, rng=None, dtype=np.float64,
    ):
        shape = (out_channels, in_channels, *as_pair(kernel_size, "kernel_size", 1))
        super().__init__(F=_he(_sizes(shape, "Conv2d"), rng, dtype))
        if bias:
            self.params["b"] = np.zeros(out_channels, dtype)
        self.geometry = {"stride": stride, "padding": padding, "dilation": dilation}

    def forward(self, X):
        """The convolution of X with F, plus b."""
        X = batch_last(as_float(X, "X"))
        Y = conv2d(X, self.params["F"], self.params.get("b"), **self.geometry)
        self._memory = X
        return Y

    def backward(self, dY):
        """Put dF and db into `grads`; return dX."""
        X, F, dY = self._recall(), self.params["F"], batch_last(as_float(dY, "dY"))
        self.grads = {"F": conv2d_grad_weight(dY, X, F.shape, **self.geometry)}
        if "b" in self.params:
            self.grads["b"] = conv2d_grad_bias(dY)
        return conv2d_grad_input(dY, F, X.shape, **self.geometry)


class MaxPool2d(Layer):
    """The largest entry of each window; `stride` is the kernel size unless given."""

    def __init__(self, kernel_size, stride=None, padding=0):
        super().__init__()
        self.geometry = {"kernel_size": kernel_size, "stride": stride, "padding": padding}

    def forward(self, X):
        """The maxima; which entries they were is remembered."""
        Y, indices = max_pool2d(X, **self.geometry)
        self._memory = indices, np.shape(X)
        return Y

    def backward(self, dY):
        """Return dX: each gradient goes to the entry that was the maximum."""
        return max_pool2d_grad(dY, *self._recall())


class AvgPool2d(Layer):
    """The mean of each window; `stride` is the kernel size unless given."""

    def __init__(self, kernel_size, stride=None, padding=0, count_include_pad=True):
        super().__init__()
        self.geometry = {"kernel_size": kernel_size, "stride": stride, "padding": padding}
        self.geometry["count_include_pad"] = count_include_pad

    def forward(self, X):
        """The means."""
        Y = avg_pool2d(X, **self.geometry)
        self._memory = np.shape(X)
        return Y

    def backward(self, dY):
        """Return dX: each gradient is shared out evenly over its window."""
        return avg_pool2d_grad(dY, self._recall(), **self.geometry)


class _Activation(Layer):
    """A function applied to each number, with its gradient."""

    function = gradient = None

    def forward(self, X):
        """The function of each entry."""
        Y = self.function(X)
        self._memory = as_float(X, "X")
        return Y

    def backward(self, dY):
        """Return dX: each gradient times the slope at its entry."""
        return self.gradient(dY, self._recall())


class ReLU(_Activation):
    """max(x, 0); its gradient at 0 is 0."""

    function, gradient = staticmethod(relu), staticmethod(relu_grad)


class Sigmoid(_Activation):
    """1 / (1 + exp(-x))."""

    function, gradient = staticmethod(sigmoid), staticmethod(sigmoid_grad)


class Tanh(_Activation):
    """The hyperbolic tangent."""

    function, gradient = staticmethod(tanh), staticmethod(tanh_grad)


class Flatten(Layer):
    """Each example of the batch as one row: (N, C, H, W) becomes (N, C*H*W)."""

    def forward(self, X):
        """The rows."""
        X = as_float(X, "X")
        if X.ndim == 0:
            raise ValueError("Flatten got shape (); rule: (N, ...)")
        self._memory = X.shape
        return X.reshape(len(X), prod(X.shape[1:]))

    def backward(self, dY):
        """Return dX: the same numbers in the shape of X."""
        shape, dY = self._recall(), as_float(dY, "dY")
        if dY.shape != (shape[0], prod(shape[1:])):
            raise ValueError(f"dY has shape {dY.shape}, X had {shape}; rule: (N, product of the rest)")
        return dY.reshape(shape)


class Linear(Layer):
    """
    A dense layer with weights W of shape (O, I) and biases b: Y = X Wᵀ + b.

    Parameters
    ----------
    in_features, out_features : int
    bias, rng, dtype
        As in `Conv2d`.
    """

    def __init__(self, in_features, out_features, bias=True, rng=None, dtype=np.float64):
        shape = _sizes((out_features, in_features), "Linear")
        super().__init__(W=_he(shape, rng, dtype))
        if bias:
            self.params["b"] = np.zeros(out_features, dtype)

    def forward(self, X):
        """The weighted sums."""
        Y = linear(X, self.params["W"], self.params.get("b"))
        self._memory = as_float(X, "X")
        return Y

    def backward(self, dY):
        """Put dW and db into `grads`; return dX."""
        dX, dW, db = linear_grad(dY, self._recall(), self.params["W"])
        self.grads = {"W": dW, "b": db} if "b" in self.params else {"W": dW}
        return dX


def _sizes(shape, name):
    """The shape, if each size is an int of at least 1."""
    for size in shape:
        if not isinstance(size, (int, np.integer)) or size < 1:
            raise ValueError(f"{name} cannot have weights of shape {shape}; rule: each size is an int >= 1")
    return shape
