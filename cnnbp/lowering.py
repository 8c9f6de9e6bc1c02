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
from math import gcd

import numpy as np

from cnnbp.workspace import LINE, empty

NEAR = 4 << 20  # bytes of copies that stay near the processor
FEW = 1 << 20  # bytes of products that are added up while they are still nearer
PAGE = 4096  # bytes; rows whole pages apart compete for the same few places of the cache
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
        The first is the one that the top of the first window reads. In memory there are gaps behind wide strips.
    """
    return _with_gaps(X, rows, g, empty)[..., : g.OW * g.N]


def _with_gaps(X, rows, g, empty):
    """The strips and what is behind them, which has no meaning."""
    top, bottom = rows.start * g.SH, (rows.stop - 1) * g.SH + g.DH * (g.KH - 1) + 1
    if g.KW == g.SW == 1 and not g.PW:
        return flat_rows(X, top - g.PH, bottom - g.PH, empty)  # nothing to shift: they are their own strips
    padded = between(X, top - g.PH, bottom - g.PH, g.PW, empty)
    row, channel, column, image = padded.strides
    shape, strides = (bottom - top, g.KW, g.C, g.OW, g.N), (row, g.DW * column, channel, g.SW * column, image)
    width = g.OW * g.N
    copies = empty((bottom - top, g.KW * g.C, _pitch(width, X.itemsize)), X.dtype)
    copies[..., :width].reshape(shape)[...] = np.ndarray(shape, X.dtype, padded, 0, strides)
    return copies


def _pitch(width, itemsize):
    """The width, and a gap behind it if it is wide: rows an odd number of lines apart do not compete in the cache."""
    lines = -(-width * itemsize // LINE)
    return width if lines < 16 else (lines | 1) * LINE // itemsize


def between(X, top, bottom, border=0, empty=empty):
    """Rows top..bottom of the images, as (row, channel, column, image); 0 where there is no row, and at the border."""
    N, C, _, W = X.shape
    inside = _existing(X, top, bottom)
    if len(inside) == bottom - top and not border and inside.flags.c_contiguous:
        return inside
    rows = empty((bottom - top, C, W + 2 * border, N), X.dtype)
    if border:
        rows[:, :, :border] = rows[:, :, W + border :] = 0
    _place(inside, max(-top, 0), rows[:, :, border : border + W])
    return rows


def flat_rows(X, top, bottom, empty=empty):
    """The same without border, as (row, channel, cell): a view if they lie so, but not whole pages apart; else with gaps."""
    N, C, _, W = X.shape
    inside, width = _existing(X, top, bottom), W * N
    if len(inside) == bottom - top and inside.flags.c_contiguous and width * X.itemsize % PAGE:
        return inside.reshape(bottom - top, C, width)
    rows = empty((bottom - top, C, _pitch(width, X.itemsize)), X.dtype)
    _place(inside, max(-top, 0), rows[..., :width].reshape(bottom - top, C, W, N))
    return rows


def _existing(X, top, bottom):
    """Those rows of the images that there are, as (row, channel, column, image)."""
    return X[:, :, max(top, 0) : max(bottom, 0)].transpose(2, 1, 3, 0)


def _place(inside, above, rows):
    """Copy the rows inside to their place; 0 above and below them."""
    below = above + len(inside)
    rows[:above] = rows[below:] = 0
    _turn(inside, rows[above:below])


def channels_last(dY, rows, empty=empty):
    """Some rows of dY as a stack of matrices: a line for each cell of all images, in it the channels."""
    inside = dY[:, :, rows].transpose(2, 3, 0, 1)
    result = empty(inside.shape, dY.dtype)
    compete = gcd(dY.strides[1], PAGE) >= 1024  # where channels lie a quarter of a page or more apart
    images, channels = (1, 16) if compete else (8, 32)
    for n in range(0, len(dY), images):
        _turn(inside[:, :, n : n + images], result[:, :, n : n + images], channels)
    return result.reshape(len(inside), -1, dY.shape[1])


def _turn(images, place, some=16):
    """Copy into another order, some along the last axis: the lines of more push each other out of the cache."""
    for k in range(0, images.shape[-1], some):
        place[..., k : k + some] = images[..., k : k + some]


def columns(b, g):
    """The columns of the padded image that filter column b meets."""
    return slice(b * g.DW, b * g.DW + g.SW * (g.OW - 1) + 1, g.SW)


def windows(rows, starts, count, step=1, empty=empty):
    """
    What each of several output rows meets, as a stack of matrices.

    Parameters
    ----------
    rows : contiguous ndarray of shape (rows, channels, cells)
    starts : range
        The first row of each window.
    count, step : int
        How many rows a window has, and how far apart they are.
    empty : callable
        Makes the copy, if there must be one.

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
    if step > 1:
        view, spread = empty(view.shape, rows.dtype), view
        view[...] = spread
    return view.reshape(shape)


def row_windows(X, rows, g, empty=empty):
    """The windows of some output rows in the strips of X; see `strips` and `windows`."""
    starts = range(0, (rows.stop - rows.start) * g.SH, g.SH)
    return windows(_with_gaps(X, rows, g, empty), starts, g.KH, g.DH, empty)[..., : g.OW * g.N]


def multiply(A, stack, out):
    """A times each matrix of a stack, into `out`: in parts of columns where BLAS is faster at small products."""
    count, inner, width = stack.shape
    part = _part(width, stack.strides[1], A.size, 32)
    if part == width:
        return np.matmul(A, stack, out=out)
    stack = stack.reshape(count, inner, width // part, part).swapaxes(1, 2)
    return np.matmul(A, stack, out=out.reshape(count, len(A), width // part, part).swapaxes(1, 2))


def multiply_and_add(A, B, empty=empty):
    """The sum of the products of two stacks of matrices: in parts where BLAS is faster at small products."""
    (count, lines, width), channels = A.shape, B.shape[2]
    size = lines * channels * A.itemsize
    part = _part(width, A.strides[1], lines * channels, 64) or 1
    parts = width // part
    if parts * size > FEW:  # to add up so many would take longer than the small products save
        part, parts = width, 1
    A, B = A.reshape(count, lines, parts, part).swapaxes(1, 2), B.reshape(count, parts, part, channels)
    rows = max(1, FEW // max(parts * size, 1))
    products = empty((min(rows, count), parts, lines, channels), np.result_type(A, B))
    return sum(
        np.matmul(A[k : k + rows], B[k : k + rows], out=products[: count - k]).sum((0, 1))
        for k in range(0, count, rows)
    )


@lru_cache
def _part(width, apart, products, step):
    """The most columns, a multiple of a step, that divide the width evenly and make a small product; else all.

    All too where the lines of the matrix lie whole pages apart: those of a part would push each other out of the cache.
    """
    for part in range(0 if apart % PAGE == 0 else width // step * step, 0, -step):
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
    a, first, count, step = _rows_met(phase, g.KH, g.SH, g.DH)
    rows = F[:, :, a].transpose(3, 1, 2, 0)
    matrix = np.empty(rows.shape, F.dtype)
    _turn(rows, matrix)
    return matrix.reshape(g.KW * g.C, count * g.O), first, count, step


@lru_cache
def _rows_met(phase, KH, SH, DH):
    """Which filter rows, as a slice; then as in `upside_down`."""
    a = [a for a in reversed(range(KH)) if (phase - a * DH) % SH == 0]
    if not a:
        return slice(0), 0, 0, 1
    common = gcd(SH, DH)
    return slice(a[0], None, -SH // common), (phase - a[0] * DH) // SH, len(a), DH // common
