"""A small network whose backward pass may have one wrong step.

Images of 8x8 go through a convolution with stride 2, ReLU, overlapping max
pooling, a second convolution, ReLU and a dense layer with one output; the loss
is half the mean square. Each bug replaces one step of the backward pass and
leaves the forward pass alone, so that a numerical derivative sees it.
"""

import numpy as np

from cnnbp.activations import relu, relu_grad
from cnnbp.conv import conv2d, conv2d_grad_bias, conv2d_grad_input, conv2d_grad_weight, conv2d_loop
from cnnbp.dense import linear, linear_grad
from cnnbp.explore.pooling_router import wrong_gradient
from cnnbp.gradcheck import numerical_gradient
from cnnbp.pool import max_pool2d, max_pool2d_grad

PARAMETERS = ("F1", "b1", "F2", "b2", "W", "c")
RATE, STEPS = 0.1, 20


def start():
    """Four images, the last one an even grey, their targets, and the first parameters."""
    images = np.random.default_rng(537).random((4, 1, 8, 8)).round(2)
    images[3] = 0.6
    P = {
        "F1": np.array([[[[0.6, -0.5], [-0.3, 0.9]]]]), "b1": np.array([0.1]),
        "F2": np.array([[[[0.2, 0.7], [0.1, 0.8]]]]), "b2": np.array([-0.8]),
        "W": np.array([[0.1, -0.2, 0.3, 0.5]]), "c": np.array([0.2]),
    }  # fmt: skip
    errors = np.array([[4.0], [1.5], [-0.5], [1.0]])  # dY of the first image is the running example's, in tenths
    return images, forward(P, images)["z"] - errors, P


def forward(P, images):
    """All that the network computes; X is what the second convolution reads.

    The first convolution is the loop, whose order is fixed: on an even grey all
    its numbers are equal to the last bit, on every machine.
    """
    H = conv2d_loop(images, P["F1"], stride=2) + P["b1"]
    A = relu(H)
    X, indices = max_pool2d(A, 2, stride=1)
    Y = conv2d(X, P["F2"], P["b2"])
    V = relu(Y).reshape(len(images), 4)
    return {"H": H, "A": A, "indices": indices, "X": X, "Y": Y, "V": V, "z": linear(V, P["W"], P["c"])}


def loss(P, images, targets):
    """Half the mean square of what is missing."""
    return 0.5 * ((forward(P, images)["z"] - targets) ** 2).sum() / len(images)


def backward(P, images, targets, bug=None):
    """The gradient of every parameter, and dX of the second convolution, with one bug or none."""
    step = {**RIGHT, **BUGS.get(bug, {})}
    now = forward(P, images)
    dz = step["loss"](now["z"], targets)
    dV, dW, dc = linear_grad(dz, now["V"], P["W"])
    dY = step["relu"](dV.reshape(now["Y"].shape), now["Y"])
    dX = step["input"](dY, P["F2"], now["X"].shape)
    dH = step["relu"](step["pool"](dX, now), now["H"])
    return {
        "F1": step["weight"](dH, images, P["F1"].shape, 2), "b1": step["bias"](dH),
        "F2": step["weight"](dY, now["X"], P["F2"].shape, 1), "b2": step["bias"](dY),
        "W": dW, "c": dc, "X": dX,
    }  # fmt: skip


def numerical(P, images, targets):
    """The gradient of every parameter by central differences: it knows the loss alone."""
    return {name: numerical_gradient(lambda w: loss({**P, name: w}, images, targets), P[name]) for name in P}


def train(bug=None):
    """The losses of a few steps of gradient descent, ended where the loss has doubled."""
    images, targets, P = start()
    losses = [loss(P, images, targets)]
    while len(losses) <= STEPS and losses[-1] < 2 * losses[0]:
        G = backward(P, images, targets, bug)
        P = {name: P[name] - RATE * G[name] for name in P}
        losses.append(loss(P, images, targets))
    return losses


# --------------------------------------------------------------- wrong steps


def _not_rotated(dY, F, input_shape):
    """The full convolution of dY with F as it is."""
    return conv2d_grad_input(dY, F[..., ::-1, ::-1], input_shape)


def _overwritten(dY, F, input_shape):
    """Each window is pasted over what was there, not added to it."""
    dX = np.zeros(input_shape)
    for i, j in np.ndindex(*dY.shape[2:]):
        dX[:, :, i : i + F.shape[2], j : j + F.shape[3]] = dY[:, :, i, j, None, None] * F[:, 0]
    return dX


def _averaged(dY, X, weight_shape, stride):
    """The mean over the windows, as if each had a weight of its own."""
    return conv2d_grad_weight(dY, X, weight_shape, stride) / dY[0, 0].size


def _first_window(dY, X, weight_shape, stride):
    """The loop returns after its first window."""
    only = np.zeros_like(dY)
    only[:, :, 0, 0] = dY[:, :, 0, 0]
    return conv2d_grad_weight(only, X, weight_shape, stride)


def _stride_forgotten(dY, X, weight_shape, stride):
    """The windows stand side by side, whatever the stride of the forward pass."""
    h, w = (size + k - 1 for size, k in zip(dY.shape[2:], weight_shape[2:], strict=True))
    return conv2d_grad_weight(dY, X[:, :, :h, :w], weight_shape)


def _ties_to_all(dX, now):
    """Every cell that equals its window's maximum gets the whole gradient."""
    return np.array([[wrong_gradient(A, g, 2, 1, 0, "all")] for (A,), (g,) in zip(now["A"], dX, strict=True)])


RIGHT = {
    "loss": lambda z, targets: (z - targets) / len(z),
    "relu": relu_grad,
    "input": conv2d_grad_input,
    "pool": lambda dX, now: max_pool2d_grad(dX, now["indices"], now["A"].shape),
    "weight": conv2d_grad_weight,
    "bias": conv2d_grad_bias,
}
BUGS = {
    "rotation": {"input": _not_rotated},
    "overwrite": {"input": _overwritten},
    "mean": {"weight": _averaged},
    "first": {"weight": _first_window},
    "slope": {"relu": lambda dY, X: dY},
    "bias": {"bias": lambda dY: conv2d_grad_bias(dY) / dY[0, 0].size},
    "batch": {"loss": lambda z, targets: (z - targets) / len(z) ** 2},
    "stride": {"weight": _stride_forgotten},
    "ties": {"pool": _ties_to_all},
    "sign": {"loss": lambda z, targets: (targets - z) / len(z)},
}
