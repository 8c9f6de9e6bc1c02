"""What the letters and words of a page mean: the tables from which a printed equation is computed."""

from typing import NamedTuple

import numpy as np


class Pair(NamedTuple):
    """A size that has one letter and two values, by rows and by columns: K, S, P, D."""

    rows: int
    columns: int


class Along(NamedTuple):
    """Numbers that differ along some letters; the first axes of the array are these letters."""

    letters: tuple
    array: np.ndarray


class Of(NamedTuple):
    """A tensor that is a function of another: A, where A = act(Z)."""

    function: object
    name: str


class Lines(tuple):
    """A name that has another meaning in each line of the print."""


def order(value):
    """What O(…) means: an error that shrinks like what stands inside."""
    raise NotImplementedError("compared, not computed")


class Meaning:
    """One world in which an equation must hold.

    Parameters
    ----------
    names : dict
        What each name of the print stands for: a number, an array, a `Pair`, `Along`, `Of`, a function,
        or a dict from layer to array. A name may be written with its index, as in K_H.
    letters : dict
        The index letters and how far they run, from 0. Cases are letters too, if they are never printed.
    zero : collection of str
        The names that the page takes as 0 outside; others must not be read there.
    flat : collection of str
        The maps whose cells may be counted row by row: X_p is a cell, and X_{hw} too.
    small : tuple of str and float, optional
        The name that shrinks, and by what factor, where the print holds for small numbers only.
    near : float, optional
        By what factor the two sides of an ≈ may differ.
    """

    def __init__(self, names, letters=(), zero=(), flat=(), small=None, near=None):
        self.names, self.letters = dict(names), dict(letters)
        self.zero, self.flat = frozenset(zero), frozenset(flat)
        self.small, self.near = small, near

    def shrunk(self):
        """The same world with the small thing smaller."""
        name, factor = self.small
        return Meaning(self.names | {name: self.names[name] * factor}, self.letters, self.zero, self.flat, self.small)
