"""Mistakes with the chain rule: paths, factors, and numerical derivatives."""

import numpy as np

from classroom.diagnosis.traps.kind import Kind, numbers

# ------------------------------------------------------------------ two paths


def fan_out(x, y):
    """The derivatives of (x + y) * x."""
    return 2 * x + y, x


FAN_OUT = Kind(
    fan_out,
    ((3.0, 2.0), (5.0, -7.0), (-4.0, 11.0), (2.0, 6.0)),
    {
        "fan-out-not-summed": (lambda x, y: (x, x), lambda x, y: (x + y, x)),
        "paths-multiplied": (lambda x, y: (x * (x + y), x),),
        "averaged": (lambda x, y: ((2 * x + y) / 2, x),),
        "order-of-results": (lambda x, y: (x, 2 * x + y),),
        "sign": (lambda x, y: (-2 * x - y, -x), lambda x, y: (y, x)),
        "upstream-forgotten": (lambda x, y: (1, 1), lambda x, y: (2, 1), lambda x, y: (2 * x + y, 1)),
    },
)

# ------------------------------------------------------- a sum, then a product


def product_of_sum(x, y, z):
    """The derivatives of (x + y) * z."""
    return z, z, x + y


PRODUCT_OF_SUM = Kind(
    product_of_sum,
    ((3.0, 2.0, 7.0), (5.0, -7.0, 4.0), (-4.0, 11.0, -3.0)),
    {
        "upstream-forgotten": (lambda x, y, z: (1, 1, x + y), lambda x, y, z: (1, 1, 1)),
        "order-of-results": (lambda x, y, z: (x + y, z, z), lambda x, y, z: (z, x + y, z)),
        "paths-multiplied": (lambda x, y, z: (x * z, y * z, x + y), lambda x, y, z: (x * z, y * z, x * y)),
        "sign": (lambda x, y, z: (-z, -z, -x - y),),
        "not-derived": (lambda x, y, z: ((x + y) * z,) * 3,),
    },
)

# ------------------------------------------------------------------ one neuron


def error(x, w, b, t):
    """How far the neuron is off."""
    return np.dot(x, w) + b - t


def neuron(x, w, b, t):
    """The derivatives of (x.w + b - t)^2 for w, b and x."""
    return from_error(2 * error(x, w, b, t), x, w)


def from_error(slope, x, w):
    """The three gradients, given the one of the neuron's output."""
    return slope * x, slope, slope * w


def slope(way):
    """A neuron whose first gradient is wrong."""
    return lambda x, w, b, t: from_error(way(x, w, b, t), x, w)


def reordered(*order):
    """The three gradients in another order."""
    return lambda x, w, b, t: tuple(neuron(x, w, b, t)[k] for k in order)


NEURON = Kind(
    neuron,
    (
        (numbers(2), numbers(2, seed=1), 3.0, 5.0),
        (numbers(3), numbers(3, seed=1), -2.0, 7.0),
        (numbers(4), numbers(4, seed=1), 5.0, -3.0),
    ),
    {
        "factor-forgotten": (slope(error),),
        "sign": (slope(lambda *given: -2 * error(*given)),),
        "bias-forgotten": (slope(lambda x, w, b, t: 2 * error(x, w, 0, t)),),
        "target-forgotten": (slope(lambda x, w, b, t: 2 * error(x, w, b, 0)),),
        "order-of-results": (reordered(2, 1, 0), reordered(1, 0, 2), reordered(2, 0, 1), reordered(0, 2, 1)),
        "upstream-forgotten": (lambda x, w, b, t: (x, 1.0, w), lambda x, w, b, t: (2 * x, 2.0, 2 * w)),
        "not-derived": (slope(lambda *given: error(*given) ** 2),),
    },
)

# ------------------------------------------------------------ nudge and compare


def central(f, x, eps=1e-5):
    """A nudge to both sides."""
    return (f(x + eps) - f(x - eps)) / (2 * eps)


NUMERICAL_DERIVATIVE = Kind(
    central,
    (
        (lambda x: x**3, 2.0, 0.5),
        (lambda x: x**3 - 4 * x**2, -3.0, 0.25),
        (lambda x: 5 * x**2 + x**4, 1.0, 0.5),
    ),
    {
        "one-sided-difference": (
            lambda f, x, eps: (f(x + eps) - f(x)) / eps,
            lambda f, x, eps: (f(x) - f(x - eps)) / eps,
            lambda f, x, eps: (f(x + eps) - f(x)) / (2 * eps),
        ),
        "factor-forgotten": (
            lambda f, x, eps: (f(x + eps) - f(x - eps)) / eps,
            lambda f, x, eps: (f(x + eps) - f(x - eps)) / 2 * eps,
        ),
        "sign": (lambda f, x, eps: -central(f, x, eps),),
        "not-divided": (lambda f, x, eps: f(x + eps) - f(x - eps), lambda f, x, eps: f(x + eps) - f(x)),
    },
)
