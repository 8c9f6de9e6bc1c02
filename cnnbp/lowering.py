"""Row lowering: how images lie in memory, so that one matrix product makes one output row.

Images are kept as (row, channel, column, image). The batch comes last, so that
a shift by one column is a shift by whole blocks of memory, which is copied
fast. Each row of the padded images is stacked with its KW shifted copies, its
*strips*; what one output row needs is then one contiguous slice of them, its
*window*, and all windows are one view.

Cho and Brand (2017) call this MEC: it copies each pixel KW times, where im2col
copies it KH·KW times.
"""

from functools import lru_cache

import numpy as np

from cnnbp.workspace import empty

NEAR = 3 << 20  # bytes of copies that stay near the processor
PAGE = 4096  # bytes
SMALL = 1_000_000  # products of a multiplication that BLAS does without rearranging its operands


def batch_last(X):
    """Images (N, C, H, W), stored by row, channel, column and image: no copy if they are; a single image stays."""
    if X.ndim != 4:
        return X
    return from_rows(between(X, 0, X.shape[2]))


def from_rows(Y):
    """Rows (row, channel, column, image) as images of shape (N, C, H, W), without a copy."""
    return Y.transpose(3, 1, 0, 2)


def near(row_bytes, kernel_rows):
    """How many rows at a time: their copies stay near the processor, and are many more than two pieces share."""
    return max(NEAR // max(row_bytes, 1), 3 * kernel_rows)


def strips(X, rows, g, empty=empty):
    """
    The rows of X that some output rows read, each with its shifted copies.

    Parameters
    ----------
    X : ndarray of shape (N, C, H, W)
    rows : slice
        Of the OH output rows.
    g : Geometry
    empty : callable
        Makes the arrays, from a shape and a data type.

    Returns
    -------
    ndarray of shape (padded rows, KW*C, OW*N)
        The first is the one that the top of the first window reads.
    """
    top, bottom = rows.start * g.SH, (rows.stop - 1) * g.SH + g.DH * (g.KH - 1) + 1
    padded = between(X, top - g.PH, bottom - g.PH, g.PW, empty)
    copies = empty((bottom - top, g.KW, g.C, g.OW, g.N), X.dtype)
    for b in range(g.KW):
        copies[:, b] = padded[:, :, columns(b, g)]
    return copies.reshape(bottom - top, g.KW * g.C, g.OW * g.N)


def between(X, top, bottom, border=0, empty=empty):
    """Rows top..bottom of the images, as (row, channel, column, image); 0 where there is no row, and at the border."""
    N, C, H, W = X.shape
    first = max(top, 0)
    last = max(min(bottom, H), first)
    inside = X[:, :, first:last].transpose(2, 1, 3, 0)
    if last - first == bottom - top and not border and inside.flags.c_contiguous:
        return inside
    rows = empty((bottom - top, C, W + 2 * border, N), X.dtype)
    if last - first < bottom - top:
        rows[: first - top] = rows[last - top :] = 0
    if border:
        rows[:, :, :border] = rows[:, :, W + border :] = 0
    _turn(inside, rows[first - top : last - top, :, border : border + W])
    return rows


def channels_last(dY, rows, empty=empty):
    """Some rows of dY as a stack of matrices: a line for each cell of all images, in it the channels."""
    inside = dY[:, :, rows].transpose(2, 3, 0, 1)
    result = empty(inside.shape, dY.dtype)
    for n in range(0, len(dY), 16):
        _turn(inside[:, :, n : n + 16], result[:, :, n : n + 16])
    return result.reshape(len(inside), -1, dY.shape[1])


def _turn(images, place):
    """Copy into another order, sixteen along the last axis: the lines of more push each other out of the cache."""
    for k in range(0, images.shape[-1], 16):
        place[..., k : k + 16] = images[..., k : k + 16]


def columns(b, g):
    """The columns of the padded image that filter column b meets."""
    return slice(b * g.DW, b * g.DW + g.SW * (g.OW - 1) + 1, g.SW)


def windows(rows, starts, count, step=1):
    """
    What each of several output rows meets, as a stack of matrices.

    Parameters
    ----------
    rows : contiguous ndarray of shape (rows, channels, cells)
    starts : range
        The first row of each window.
    count, step : int
        How many rows a window has, and how far apart they are.

    Returns
    -------
    ndarray of shape (len(starts), count*channels, cells)
        A view, windows overlap in memory; a copy if step is not 1.
    """
    _, channels, cells = rows.shape
    shape = len(starts), count * channels, cells
    if 0 in shape:
        return np.empty(shape, rows.dtype)
    row = rows.strides[0]
    strides = starts.step * row, step * row, *rows.strides[1:]
    view = np.ndarray((len(starts), count, channels, cells), rows.dtype, rows, starts.start * row, strides)
    return view.reshape(shape)


def row_windows(X, rows, g, empty=empty):
    """The windows of some output rows in the strips of X; see `strips` and `windows`."""
    starts = range(0, (rows.stop - rows.start) * g.SH, g.SH)
    return windows(strips(X, rows, g, empty), starts, g.KH, g.DH)


def multiply(A, stack, out):
    """A times each matrix of a stack, into `out`: in parts of columns where BLAS is faster at small products."""
    count, inner, width = stack.shape
    part = _part(width, A.size, A.itemsize)
    if part == width:
        return np.matmul(A, stack, out=out)
    stack = stack.reshape(count, inner, width // part, part).swapaxes(1, 2)
    return np.matmul(A, stack, out=out.reshape(count, len(A), width // part, part).swapaxes(1, 2))


def multiply_and_add(A, B):
    """A times B: the sum of the products of parts where BLAS is faster at small products."""
    lines, width = A.shape
    part = _part(width, lines * B.shape[1], A.itemsize)
    if part == width:
        return A @ B
    return (A.reshape(lines, width // part, part).swapaxes(0, 1) @ B.reshape(width // part, part, -1)).sum(0)


@lru_cache
def _part(width, products, itemsize):
    """The most columns, a multiple of 64, that divide the width evenly and make a small product; else all."""
    lines_compete = width * itemsize % PAGE == 0  # then those of one part push each other out of the cache
    for part in range(0 if lines_compete else width // 64 * 64, 0, -64):
        if width % part == 0 and part * products <= SMALL:
            return part
    return width


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
