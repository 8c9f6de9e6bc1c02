"""No loop: products and sums from the standard library, and recursion."""

# cell: chain-loop-answer
from functools import reduce
from operator import mul


def sum_over_paths(paths):
    return sum(map(lambda rates: reduce(mul, rates, 1), paths))


# cell: chain-nudge-answer
from fractions import Fraction


def numerical_derivative(f, x, eps=1e-5):
    weights = {Fraction(1, 2): x + eps, Fraction(-1, 2): x - eps}
    return sum(float(weight) * f(place) for weight, place in weights.items()) / eps


# cell: chain-repair-answer
def descend(gradient, w, rate, steps):
    return w if steps == 0 else descend(gradient, w - gradient(w) * rate, rate, steps - 1)
