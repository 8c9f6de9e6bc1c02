"""Compare a result with what it should be, and say what is wrong first.

A message speaks of the type, the shape, the border, the interior or the
values, in this order. NumPy is all it needs, so it runs wherever notebooks do.
"""

import numpy as np

FIRST = []  # what is asked before anything is compared: functions that raise an AssertionError


def check(got, expected, tolerance=1e-9):
    """Raise an AssertionError that says how `got` differs from `expected`, if it does."""
    for ask in FIRST:
        ask()
    expected = np.asarray(expected, dtype=float)
    wanted = "a number" if expected.shape == () else f"an array of shape {expected.shape}"
    try:
        numbers = np.asarray(got)
    except (TypeError, ValueError):
        numbers = np.asarray(None)
    assert numbers.dtype.kind in "iuf", f"type: expected {wanted}, got {_kind(got)}"
    shapes = f"expected {expected.shape}, got {numbers.shape}"
    assert numbers.shape == expected.shape, f"shape: {shapes}"

    near = np.abs(numbers - expected) <= tolerance * np.maximum(1, np.abs(expected))
    if near.all():
        return
    where = tuple(int(i) for i in np.argwhere(~near)[0])
    place = f"first at {where}: " if where else ""
    numbers_there = f"expected {float(expected[where])}, got {float(numbers[where])}"
    raise AssertionError(f"{_part(near)}: {place}{numbers_there}")


def _kind(got):
    """What something that is no array of numbers is, in words."""
    if got is None:
        return "None; is there a return?"
    if isinstance(got, list | tuple | np.ndarray):
        return f"{type(got).__name__} that does not hold one number in each place"
    return type(got).__name__


def _part(near):
    """Which part of an array is wrong: its border, its interior, or values all over."""
    inside = np.zeros(near.shape, bool)
    if near.ndim >= 2:
        inside[..., 1:-1, 1:-1] = True
    if inside.any() and near[inside].all():
        return "the border is wrong, the interior right"
    if inside.any() and near[~inside].all():
        return "the interior is wrong, the border right"
    return "value"
