"""The signs of the print, as operations on arrays: products, sliding windows, places read by index.

An array's first axes are the index letters of the equation, one axis for each, of length 1 where
nothing depends on the letter. The axes behind them are the tensor's own.
"""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view


class Misread(AssertionError):
    """The print says something that has no meaning."""


def need(condition, message):
    """Refuse what makes no sense as printed."""
    if not condition:
        raise Misread(message)


def rank(value, letters):
    """How many axes of its own a value has."""
    return value.ndim - letters


def spread_out(value, letters, own):
    """A number, given as many axes of its own as a tensor has."""
    return value.reshape(value.shape + (1,) * own)


def add(a, b, letters):
    """Sum of two numbers, or of two tensors of one shape."""
    need(a.shape[letters:] == b.shape[letters:], f"sum of shapes {a.shape[letters:]} and {b.shape[letters:]}")
    return a + b


def multiply(a, b, letters):
    """The product that is written without a sign: of numbers, or of matrices; one axis is a column."""
    need(bool not in (a.dtype, b.dtype), "a claim as a factor")
    ranks = rank(a, letters), rank(b, letters)
    if 0 in ranks:
        return spread_out(a, letters, ranks[1]) * b if ranks[0] == 0 else a * spread_out(b, letters, ranks[0])
    need(ranks in ((2, 2), (2, 1), (1, 2)), f"matrix product of arrays with {ranks} axes")
    A = a[..., None] if ranks[0] == 1 else a
    B = b[..., None] if ranks[1] == 1 else b
    need(A.shape[-1] == B.shape[-2], f"matrix product of shapes {A.shape[letters:]} and {B.shape[letters:]}")
    return (A @ B)[..., 0] if ranks[1] == 1 else A @ B


def entry_by_entry(a, b, letters):
    """The Hadamard product; shapes equal."""
    need(a.shape[letters:] == b.shape[letters:], f"⊙ of shapes {a.shape[letters:]} and {b.shape[letters:]}")
    need(rank(a, letters) > 0, "⊙ of two numbers")
    return a * b


def transpose(value, letters):
    """The transposed matrix; of a column, a row."""
    own = rank(value, letters)
    need(own in (1, 2), f"transpose of {own} axes")
    return value[..., None, :] if own == 1 else value.swapaxes(-1, -2)


def correlate(a, f, letters, stride=(1, 1), dilation=(1, 1)):
    """Slide f over a as it is, valid places only."""
    need(rank(a, letters) == rank(f, letters) == 2, "★ is for two maps")
    covered = [D * (K - 1) + 1 for K, D in zip(f.shape[-2:], dilation)]
    need(all(c <= size for c, size in zip(covered, a.shape[-2:])), "the filter is larger than the map")
    windows = sliding_window_view(a, covered, (-2, -1))
    windows = windows[..., :: stride[0], :: stride[1], :: dilation[0], :: dilation[1]]
    return (windows * f[..., None, None, :, :]).sum((-2, -1))


def convolve(a, f, letters):
    """The true convolution, its indices one against the other; valid places only."""
    need(rank(a, letters) == rank(f, letters) == 2, "∗ is for two maps")
    (H, W), (KH, KW) = a.shape[-2:], f.shape[-2:]
    need(KH <= H and KW <= W, "the filter is larger than the map")
    result = 0
    for i, j in np.ndindex(KH, KW):
        met = a[..., KH - 1 - i : H - i, KW - 1 - j : W - j]
        result = result + met * f[..., i, j][..., None, None]
    return result


def read_at(value, places, letters, zero):
    """Entries of a tensor at printed indices; outside it nothing is known, or 0 is."""
    need(len(places) <= rank(value, letters), f"{len(places)} indices for {rank(value, letters)} axes")
    lead = np.broadcast_shapes(value.shape[:letters], *(p.shape for p in places))
    index = [
        np.arange(n).reshape([-1 if d == axis else 1 for d in range(letters)])
        for axis, n in enumerate(value.shape[:letters])
    ]
    inside = np.ones(lead, bool)
    for place, size in zip(places, value.shape[letters:]):
        whole = np.round(place.real).astype(int)
        need(np.allclose(whole, place), "an index is no whole number")
        inside &= (whole >= 0) & (whole < size)
        index.append(whole.clip(0, size - 1))
    read = np.broadcast_to(value[tuple(index)], lead + value.shape[letters + len(places) :])
    outside = 0 if zero else False if value.dtype == bool else np.nan
    return np.where(spread_out(inside, letters, read.ndim - letters), read, outside)
