"""Mistakes of the loss, of a dense layer and of the update."""

import numpy as np

from classroom.diagnosis.traps.kind import Kind, after, numbers
from cnnbp import dense

SCORES = numbers(3, 3) / 4
LABELS = np.array([2, 0, 1])
LARGE = np.array([[1000.0, 998, 1001], [-1000, -1002, -1001]])

# ----------------------------------------------------------------- softmax


def softmax(Z):
    """Probabilities along the last axis."""
    return dense.softmax(Z)


def unshifted(Z):
    """The formula as it stands, which overflows."""
    return np.exp(Z) / np.exp(Z).sum(axis=-1, keepdims=True)


def shifted_once(Z):
    """The largest score is subtracted above the line only."""
    powers = np.exp(Z - Z.max(axis=-1, keepdims=True))
    return powers / np.exp(Z).sum(axis=-1, keepdims=True)


def shifted_by_largest(Z):
    """One largest score for the whole batch."""
    powers = np.exp(Z - Z.max())
    return powers / powers.sum(axis=-1, keepdims=True)


def over_everything(Z):
    """One sum for the whole batch."""
    powers = np.exp(Z - Z.max())
    return powers / powers.sum()


SOFTMAX = Kind(
    softmax,
    ((SCORES,), (numbers(2, 4) / 4,), (LARGE,), (numbers(4, 3) / 8,)),
    {
        "overflow": (unshifted, shifted_by_largest),
        "shifted-once": (shifted_once,),
        "softmax-over-wrong-axis": (lambda Z: dense.softmax(Z, axis=0), over_everything, lambda Z: np.exp(Z) / np.exp(Z).sum()),
        "not-normalised": (np.exp, lambda Z: np.exp(Z - Z.max(axis=-1, keepdims=True))),
        "exponential-forgotten": (lambda Z: Z / Z.sum(axis=-1, keepdims=True),),
        "logarithm-taken": (lambda Z: np.log(dense.softmax(Z)), lambda Z: -np.log(dense.softmax(Z))),
    },
)

# ----------------------------------------------------- the first gradient


def cross_entropy_grad(Z, t):
    """The gradient of the mean loss for the scores."""
    return dense.softmax_cross_entropy(Z, t)[1]


def hot(Z, t):
    """The labels as rows with a single 1."""
    return np.eye(Z.shape[1])[t]


def probability_gradient(Z, t):
    """The gradient for the probabilities of the summed loss."""
    return -hot(Z, t) / dense.softmax(Z)


def diagonal(Z, t):
    """The softmax treated number by number, like a ReLU."""
    p = dense.softmax(Z)
    return probability_gradient(Z, t) * p * (1 - p)


def twice(Z, t):
    """The right gradient of a loss with one softmax too many."""
    p = dense.softmax(Z)
    g = cross_entropy_grad(p, t)
    return p * (g - (g * p).sum(axis=1, keepdims=True))


def scaled(function, factor):
    """A gradient times a factor of the scores."""
    return lambda Z, t: function(Z, t) * factor(Z)


def with_softmax(wrong):
    """p - t with another function in place of softmax."""
    return lambda Z, t: (wrong(Z) - hot(Z, t)) / len(Z)


def mean(Z):
    """The factor of the mean loss."""
    return 1 / len(Z)


CROSS_ENTROPY_GRAD = Kind(
    cross_entropy_grad,
    (
        (SCORES, LABELS),
        (numbers(2, 4) / 4, np.array([1, 3])),
        (numbers(4, 3) / 8, np.array([1, 2, 0, 1])),
        (numbers(3, 5) / 8, np.array([4, 0, 4])),
        (numbers(1, 3) / 2, np.array([1])),
    ),
    {
        "mean-forgotten": (scaled(cross_entropy_grad, len),),
        "batch-averaged-twice": (scaled(cross_entropy_grad, mean),),
        "divided-by-classes": (
            scaled(cross_entropy_grad, lambda Z: 1 / Z.shape[1]),
            scaled(cross_entropy_grad, lambda Z: len(Z) / Z.shape[1]),
        ),
        "gradient-as-dp": (probability_gradient, scaled(probability_gradient, mean)),
        "softmax-elementwise": (diagonal, scaled(diagonal, mean)),
        "softmax-twice": (twice, scaled(twice, len), with_softmax(after(dense.softmax, dense.softmax))),
        "sign": (scaled(cross_entropy_grad, lambda Z: -1), scaled(cross_entropy_grad, lambda Z: -len(Z))),
        "softmax-forgotten": (with_softmax(lambda Z: Z), lambda Z, t: Z - hot(Z, t)),
        "softmax-over-wrong-axis": (
            with_softmax(lambda Z: dense.softmax(Z, axis=0)),
            with_softmax(over_everything),
            lambda Z, t: dense.softmax(Z, axis=0) - hot(Z, t),
        ),
        "target-forgotten": (lambda Z, t: dense.softmax(Z) / len(Z), lambda Z, t: dense.softmax(Z)),
        "label-as-number": (lambda Z, t: (dense.softmax(Z) - t[:, None]) / len(Z),),
        "batch-not-summed": (lambda Z, t: cross_entropy_grad(Z, t).sum(axis=0),),
    },
)

# ------------------------------------------------------------ a dense layer


def parts(**changes):
    """The three gradients with some of them changed."""

    def wrong(dY, X, W):
        dX, dW, db = dense.linear_grad(dY, X, W)
        found = {"dX": dX, "dW": dW, "db": db}
        for name, change in changes.items():
            found[name] = change(dY, X, W)
        return tuple(found.values())

    return wrong


def last_of(index):
    """What the last row alone gives."""
    return lambda dY, X, W: dense.linear_grad(dY[-1:], X[-1:], W)[index]


def over_batch(index):
    """One of the gradients, divided by the number of rows."""
    return lambda dY, X, W: dense.linear_grad(dY, X, W)[index] / len(X)


def every_row(dY, X, W):
    """The gradient of W of each row alone."""
    return dY[:, :, None] * X[:, None, :]


def reordered(*order):
    """The three gradients in another order."""
    return lambda dY, X, W: tuple(dense.linear_grad(dY, X, W)[k] for k in order)


LINEAR_GRAD = Kind(
    dense.linear_grad,
    (
        (numbers(3, 3), numbers(3, 3, seed=1), numbers(3, 3, seed=2)),
        (numbers(3, 2), numbers(3, 4), numbers(2, 4)),
        (numbers(2, 2), numbers(2, 2, seed=1), numbers(2, 2, seed=2)),
        (numbers(4, 1), numbers(4, 3), numbers(1, 3)),
    ),
    {
        "weights-transposed": (
            parts(dX=lambda dY, X, W: dY @ W.T),
            parts(dW=lambda dY, X, W: X.T @ dY),
            parts(dX=lambda dY, X, W: dY @ W.T, dW=lambda dY, X, W: X.T @ dY),
        ),
        "batch-averaged-twice": (
            parts(dW=over_batch(1), db=over_batch(2)),
            parts(dW=over_batch(1)),
            parts(db=over_batch(2)),
            parts(dX=over_batch(0), dW=over_batch(1), db=over_batch(2)),
        ),
        "bias-not-summed": (
            parts(db=lambda dY, X, W: dY),
            parts(db=lambda dY, X, W: np.ones(len(W))),
            parts(db=lambda dY, X, W: dY.sum(axis=1)),
            parts(db=lambda dY, X, W: dY.sum()),
        ),
        "batch-not-summed": (parts(dW=every_row), parts(dW=every_row, db=lambda dY, X, W: dY)),
        "overwritten": (parts(dW=last_of(1), db=last_of(2)), parts(dW=last_of(1)), parts(db=last_of(2))),
        "order-of-results": tuple(reordered(*order) for order in ((1, 0, 2), (1, 2, 0), (0, 2, 1), (2, 1, 0))),
        "sign": (lambda dY, X, W: tuple(-g for g in dense.linear_grad(dY, X, W)),),
    },
)

# --------------------------------------------------------------- the update


def step(way):
    """An update, parameter by parameter."""
    return lambda params, grads, lr: [way(p, g, lr) for p, g in zip(params, grads)]


right_step = step(lambda p, g, lr: p - lr * g)
SGD_STEP = Kind(
    right_step,
    tuple(
        ([numbers(2, 3, seed=k), numbers(2, seed=k)], [numbers(2, 3, seed=k + 5), numbers(2, seed=k + 5)], rate)
        for k, rate in enumerate((0.5, 0.25, 2.0))
    ),
    {
        "update-ascends": (step(lambda p, g, lr: p + lr * g),),
        "rate-forgotten": (step(lambda p, g, lr: p - g),),
        "divided-by-rate": (step(lambda p, g, lr: p - g / lr),),
        "change-returned": (step(lambda p, g, lr: -lr * g), step(lambda p, g, lr: lr * g)),
        "return-in-loop": (
            after(right_step, lambda new: new[:1]),
            lambda params, grads, lr: [params[0] - lr * grads[0], *params[1:]],
        ),
        "not-updated": (step(lambda p, g, lr: p),),
    },
)
