"""Convolution: one sum of products, read three ways.

A filter cell meets an image cell and feeds an output cell. The forward pass
and the gradients of filter and image are three sums over the same meetings.
They are written twice: as loops that follow the equations letter by letter and
accept any numbers (fractions, complex), and as array code that is fast.

"Convolution" is cross-correlation here, as in every framework: the filter is
not flipped in the forward pass.
"""

import numpy as np

from cnnbp.lowering import (
    channels_last, columns, flat_rows, from_rows, multiply, multiply_and_add, near, row_windows, upside_down, windows,
)  # fmt: skip
from cnnbp.shapes import as_float, check_shape, conv_geometry
from cnnbp.threads import share
from cnnbp.workspace import empty

# ---------------------------------------------------------------- loops


def _meetings(g):
    """Every (n, o, i, j, c, a, b, h, w) at which filter cell a, b meets image cell h, w."""
    for n, o, i, j, c, a, b in np.ndindex(g.N, g.O, g.OH, g.OW, g.C, g.KH, g.KW):
        h, w = i * g.SH + a * g.DH - g.PH, j * g.SW + b * g.DW - g.PW
        if 0 <= h < g.H and 0 <= w < g.W:
            yield n, o, i, j, c, a, b, h, w


def conv2d_loop(X, F, stride=1, padding=0, dilation=1):
    """The forward pass, one product at a time; see `conv2d`."""
    X, F = np.asarray(X), np.asarray(F)
    g = conv_geometry(X.shape, F.shape, stride, padding, dilation)
    Y = np.zeros(g.output_shape, np.result_type(X, F))
    X4, F4 = X.reshape(g.input_shape), F.reshape(g.weight_shape)
    for n, o, i, j, c, a, b, h, w in _meetings(g):
        Y[n, o, i, j] += X4[n, c, h, w] * F4[o, c, a, b]
    return Y.reshape(_output_shape(g, X.ndim))


def conv2d_grad_input_loop(dY, F, input_shape, stride=1, padding=0, dilation=1):
    """The gradient of the image, one product at a time; see `conv2d_grad_input`."""
    dY, F = np.asarray(dY), np.asarray(F)
    g = conv_geometry(input_shape, F.shape, stride, padding, dilation)
    dX = np.zeros(g.input_shape, np.result_type(dY, F))
    dY4, F4 = _four(dY, g, len(input_shape)), F.reshape(g.weight_shape)
    for n, o, i, j, c, a, b, h, w in _meetings(g):
        dX[n, c, h, w] += F4[o, c, a, b] * dY4[n, o, i, j]
    return dX.reshape(tuple(input_shape))


def conv2d_grad_weight_loop(dY, X, weight_shape, stride=1, padding=0, dilation=1):
    """The gradient of the filter, one product at a time; see `conv2d_grad_weight`."""
    dY, X = np.asarray(dY), np.asarray(X)
    g = conv_geometry(X.shape, weight_shape, stride, padding, dilation)
    dF = np.zeros(g.weight_shape, np.result_type(dY, X))
    dY4, X4 = _four(dY, g, X.ndim), X.reshape(g.input_shape)
    for n, o, i, j, c, a, b, h, w in _meetings(g):
        dF[o, c, a, b] += X4[n, c, h, w] * dY4[n, o, i, j]
    return dF.reshape(tuple(weight_shape))


# --------------------------------------------------------------- arrays
#
# Row lowering: one output row, for all images and all filters, is one matrix
# product; see `cnnbp.lowering`. So is one row of dX, with the rows of the filter
# upside down. Rows are independent of each other: threads can share them out.


def conv2d(X, F, b=None, stride=1, padding=0, dilation=1):
    """
    Slide a filter over an image and sum the products.

    Parameters
    ----------
    X : ndarray of shape (H, W), (C, H, W) or (N, C, H, W)
    F : ndarray of shape (KH, KW) for a plain image, else (O, C, KH, KW)
    b : None, or a number for a plain image, else ndarray of shape (O,)
    stride, padding, dilation : int or pair of int

    Returns
    -------
    Y : ndarray of shape (OH, OW), (O, OH, OW) or (N, O, OH, OW)
        OH = floor((H + 2P - D(KH-1) - 1) / S) + 1.

    Raises
    ------
    ValueError, TypeError
        If shapes do not fit together, or the arrays do not hold real numbers.

    Notes
    -----
    y[n,o,i,j] = b[o] + sum_cab x[n, c, iS + aD - P, jS + bD - P] f[o,c,a,b].
    PyTorch: `torch.nn.functional.conv2d`.
    """
    X, F = as_float(X, "X"), as_float(F, "F")
    g = conv_geometry(X.shape, F.shape, stride, padding, dilation)
    X4 = X.reshape(g.input_shape)
    matrix = F.reshape(g.weight_shape).transpose(0, 2, 3, 1).reshape(g.O, g.KH * g.KW * g.C)
    Y = empty((g.OH, g.O, g.OW * g.N), np.result_type(X, F))
    bias = None if b is None else _bias(b, g, X.ndim).astype(Y.dtype)

    def some(pieces):
        for rows, empty in pieces:
            multiply(matrix, row_windows(X4, rows, g, empty), out=Y[rows])
            if bias is not None:
                Y[rows] += bias

    share(some, g.OH, g.products, near(X.itemsize * g.SH * g.KW * g.C * g.OW * g.N, g.KH))
    return from_rows(Y.reshape(g.OH, g.O, g.OW, g.N)).reshape(_output_shape(g, X.ndim))


def conv2d_grad_input(dY, F, input_shape, stride=1, padding=0, dilation=1):
    """
    Send the gradient of the output back to the image.

    Parameters
    ----------
    dY : ndarray, shaped like the output of `conv2d`
    F : ndarray of shape (KH, KW) or (O, C, KH, KW)
    input_shape : tuple of int
        The shape of X; a stride that leaves a remainder makes it ambiguous.
    stride, padding, dilation : int or pair of int
        As in the forward pass.

    Returns
    -------
    dX : ndarray of shape `input_shape`

    Raises
    ------
    ValueError, TypeError
        If shapes do not fit together, or the arrays do not hold real numbers.

    Notes
    -----
    dx[n,c,h,w] = sum f[o,c,a,b] dy[n,o,i,j] over iS + aD - P = h, jS + bD - P = w.
    At stride 1 this is dY, padded by K-1-P, with F rotated by 180 degrees.
    PyTorch: `torch.nn.grad.conv2d_input`.
    """
    dY, F = as_float(dY, "dY"), as_float(F, "F")
    g = conv_geometry(input_shape, F.shape, stride, padding, dilation)
    dY4, F4 = _four(dY, g, len(input_shape)), F.reshape(g.weight_shape)
    filters = [upside_down(F4, phase, g) for phase in range(g.SH)]
    dX = empty((g.H, g.C, g.W + 2 * g.PW, g.N), np.result_type(dY, F))

    def some(pieces):
        for rows, empty in pieces:
            top = (rows.start + g.PH - g.DH * (g.KH - 1)) // g.SH
            bottom = (rows.stop - 1 + g.PH) // g.SH + 1
            upstream = flat_rows(dY4, top, bottom, empty)
            lowered = empty((rows.stop - rows.start, g.KW * g.C, g.OW * g.N), dX.dtype)
            for h in range(rows.start, min(rows.start + g.SH, rows.stop)):
                matrix, first, count, step = filters[(h + g.PH) % g.SH]
                start, same_phase = (h + g.PH) // g.SH + first - top, lowered[h - rows.start :: g.SH]
                starts = range(start, start + len(same_phase))
                multiply(matrix, windows(upstream, starts, count, step, empty)[..., : g.OW * g.N], out=same_phase)
            shifted = lowered.reshape(len(lowered), g.KW, g.C, g.OW, g.N)
            written = g.OW if g.SW == 1 else 0  # without gaps, the first filter column is written, not added to 0
            dX[rows, :, :written] = shifted[:, 0, :, :written]
            dX[rows, :, written:] = 0
            for b in range(1 if written else 0, g.KW):
                dX[rows, :, columns(b, g)] += shifted[:, b]

    share(some, g.H, g.products, near(dX.itemsize * (g.KW * g.C + g.O) * g.OW * g.N, g.KH))
    return from_rows(dX[:, :, g.PW : g.PW + g.W]).reshape(tuple(input_shape))


def conv2d_grad_weight(dY, X, weight_shape, stride=1, padding=0, dilation=1):
    """
    Collect the gradient of the filter from every place it was used.

    Parameters
    ----------
    dY : ndarray, shaped like the output of `conv2d`
    X : ndarray of shape (H, W), (C, H, W) or (N, C, H, W)
    weight_shape : tuple of int
        The shape of F.
    stride, padding, dilation : int or pair of int
        As in the forward pass.

    Returns
    -------
    dF : ndarray of shape `weight_shape`, summed over positions and images

    Raises
    ------
    ValueError, TypeError
        If shapes do not fit together, or the arrays do not hold real numbers.

    Notes
    -----
    df[o,c,a,b] = sum_nij x[n, c, iS + aD - P, jS + bD - P] dy[n,o,i,j].
    PyTorch: `torch.nn.grad.conv2d_weight`.
    """
    dY, X = as_float(dY, "dY"), as_float(X, "X")
    g = conv_geometry(X.shape, weight_shape, stride, padding, dilation)
    X4, dY4 = X.reshape(g.input_shape), _four(dY, g, X.ndim)
    parts = {}

    def some(pieces):
        for rows, empty in pieces:
            parts[rows.start] = multiply_and_add(row_windows(X4, rows, g, empty), channels_last(dY4, rows, empty), empty)

    share(some, g.OH, g.products, near(X.itemsize * (g.SH * g.KW * g.C + g.O) * g.OW * g.N, g.KH))
    dF = sum(parts[top] for top in sorted(parts)).reshape(g.KH, g.KW, g.C, g.O).transpose(3, 2, 0, 1)
    return dF.reshape(tuple(weight_shape))


def conv2d_grad_bias(dY):
    """
    Sum the gradient of the output over positions and images.

    Parameters
    ----------
    dY : ndarray of shape (OH, OW), (O, OH, OW) or (N, O, OH, OW)

    Returns
    -------
    db : a number for a plain image, else ndarray of shape (O,)

    Raises
    ------
    ValueError, TypeError
        If dY has another rank, or does not hold real numbers.

    Notes
    -----
    db[o] = sum_nij dy[n,o,i,j]: a sum, never a mean.
    """
    dY = as_float(dY, "dY")
    if dY.ndim not in (2, 3, 4):
        raise ValueError(f"dY has shape {dY.shape}; rule: (OH, OW), (O, OH, OW) or (N, O, OH, OW)")
    return dY.sum(axis={2: (0, 1), 3: (1, 2), 4: (0, 2, 3)}[dY.ndim])


def _output_shape(g, rank):
    """The shape of Y for an input of this rank."""
    return g.output_shape[4 - rank :]


def _four(dY, g, rank):
    """The gradient of the output as (N, O, OH, OW), its shape checked."""
    check_shape(dY, _output_shape(g, rank), "dY", "dY has the shape of the output Y")
    return dY.reshape(g.output_shape)


def _bias(b, g, rank):
    """The bias as a column, one number for each output channel."""
    b = as_float(b, "b")
    if rank > 2 or b.size != 1:
        check_shape(b, (g.O,), "b", "one bias for each output channel O")
    return b.reshape(-1, 1)
