"""What a diagnosis needs of one sort of function: the right one, questions, and wrong ones.

Where a solution makes two mistakes, one code must be chosen. The order is: how
the kernel lies or which cell is meant, then stride, then padding, then how parts
are gathered. `crossed` makes the pairs.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Kind:
    """
    One sort of function that students write.

    Attributes
    ----------
    reference : callable
        The right function.
    probes : tuple of tuple
        Arguments on which a student's function is called.
    traps : dict of str to tuple of callable
        For each code of a misconception, functions that make this mistake. There
        may be several ways to make it.
    """

    reference: Callable
    probes: tuple[tuple, ...]
    traps: dict[str, tuple[Callable, ...]]


def numbers(*shape, seed=0):
    """Whole numbers of both signs, no two of the same size: nothing symmetric, no ties."""
    rng = np.random.default_rng([seed, *shape])
    n = int(np.prod(shape))
    return ((rng.permutation(n) + 1.0) * rng.choice([-1, 1], n)).reshape(shape)


def after(function, change):
    """The function with something done to its result."""
    return lambda *args: change(function(*args))


def crossed(turns, ways):
    """
    Every pair of a turn (of a kernel, say) and a way to go on, by the code that is told.

    Parameters
    ----------
    turns : list of (str, callable)
        The code ("" where it is right) and what is done first.
    ways : list of (str, callable)
        The code, and a function that takes the turn and returns a trap.
    """
    found = {}
    for first, turn in turns:
        for second, way in ways:
            if first or second:
                found.setdefault(first or second, []).append(way(turn))
    return found


def merged(*tables):
    """Tables of traps joined: the functions of one code stand together."""
    codes = dict.fromkeys(code for table in tables for code in table)
    return {code: tuple(trap for table in tables for trap in table.get(code, ())) for code in codes}
