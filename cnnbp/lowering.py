"""Row lowering: how images lie in memory, so that one matrix product makes one output row.

Images are kept as (row, channel, column, image). The batch comes last, so that
a shift by one column is a shift by whole blocks of memory, which is copied
fast. Each row of the padded images is stacked with its KW shifted copies, its
*strips*; what one output row needs is then one contiguous slice of them.

Cho and Brand (2017) call this MEC: it copies each pixel KW times, where im2col
copies it KH·KW times.
"""

from math import prod

import numpy as np


def batch_last(X):
    """Images (N, C, H, W), stored by row, channel, column and image: no copy if they are; a single image stays."""
    if X.ndim != 4:
        return X
    return np.ascontiguousarray(X.transpose(2, 1, 3, 0)).transpose(3, 1, 0, 2)


def from_rows(Y):
    """Rows (row, channel, column, image) as images of shape (N, C, H, W), without a copy."""
    return Y.transpose(3, 1, 0, 2)


def strips(X, rows, g):
    """
    The rows of X that some output rows read, each with its shifted copies.

    Parameters
    ----------
    X : ndarray of shape (N, C, H, W)
    rows : slice
        Of the OH output rows.
    g : Geometry

    Returns
    -------
    ndarray of shape (padded rows, KW*C, OW*N)
        The first is the one that the top of the first window reads.
    """
    top, bottom = rows.start * g.SH, (rows.stop - 1) * g.SH + g.DH * (g.KH - 1) + 1
    padded = between(X, top - g.PH, bottom - g.PH, g.PW)
    copies = np.empty((bottom - top, g.KW, g.C, g.OW, g.N), X.dtype)
    for b in range(g.KW):
        copies[:, b] = padded[:, :, columns(b, g)]
    return copies.reshape(bottom - top, g.KW * g.C, g.OW * g.N)


def between(X, top, bottom, border=0):
    """Rows top..bottom of the images, as (row, channel, column, image); 0 where there is no row, and at the border."""
    N, C, H, W = X.shape
    first = max(top, 0)
    last = max(min(bottom, H), first)
    inside = X[:, :, first:last].transpose(2, 1, 3, 0)
    if last - first == bottom - top and not border:
        return np.ascontiguousarray(inside)
    rows = np.zeros((bottom - top, C, W + 2 * border, N), X.dtype)
    rows[first - top : last - top, :, border : border + W] = inside
    return rows


def columns(b, g):
    """The columns of the padded image that filter column b meets."""
    return slice(b * g.DW, b * g.DW + g.SW * (g.OW - 1) + 1, g.SW)


def window(rows, top, count, step):
    """Some rows, `step` apart, as one matrix with one line for each channel of each: a view if step is 1."""
    covered = rows[top : top + step * (count - 1) + 1 : step]
    return covered.reshape(count * rows.shape[1], prod(rows.shape[2:]))


def upside_down(F, phase, g):
    """
    The filter rows that meet a padded image row of one phase, the last of them first.

    Parameters
    ----------
    F : ndarray of shape (O, C, KH, KW)
    phase : int
        The number of the image row, modulo the stride SH.
    g : Geometry

    Returns
    -------
    matrix : ndarray of shape (KW*C, count*O)
    first, count, step : int
        Which output rows they feed, counted from (image row) // SH.
    """
    a = [a for a in reversed(range(g.KH)) if (phase - a * g.DH) % g.SH == 0]
    i = [(phase - row * g.DH) // g.SH for row in a] + [0]
    matrix = F[:, :, a].transpose(3, 1, 2, 0).reshape(g.KW * g.C, len(a) * g.O)
    return matrix, i[0], len(a), i[1] - i[0] if len(a) > 1 else 1
