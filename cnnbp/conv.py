"""Convolution: one sum of products, read three ways.

A filter cell meets an image cell and feeds an output cell. The forward pass
and the gradients of filter and image are three sums over the same meetings.
They are written twice: as loops that follow the equations letter by letter and
accept any numbers (fractions, complex), and as array code that is fast.

"Convolution" is cross-correlation here, as in every framework: the filter is
not flipped in the forward pass.
"""

import numpy as np

from cnnbp.shapes import as_float, check_shape, conv_geometry

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
# Row lowering (Cho & Brand, "MEC", 2017). Each row of the padded image is
# stacked with its KW shifted copies. What one output row needs is then a
# contiguous slice of that stack, so one output row, for all images and all
# filters, is one matrix product. So is one row of dX, from a slice of dY, with
# the rows of the filter upside down. Arrays are kept as (row, channel, image,
# column) inside and returned as views of shape (N, C, H, W).


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
    strips = _strips(X.reshape(g.input_shape), g)
    matrix = F.reshape(g.weight_shape).transpose(0, 2, 3, 1).reshape(g.O, g.KH * g.KW * g.C)
    Y = np.empty((g.OH, g.O, g.N * g.OW), np.result_type(X, F))
    for i in range(g.OH):
        np.matmul(matrix, _slice(strips, i * g.SH, g), out=Y[i])
    if b is not None:
        b = as_float(b, "b")
        if X.ndim > 2 or b.size != 1:
            check_shape(b, (g.O,), "b", "one bias for each output channel O")
        Y += b.reshape(-1, 1).astype(Y.dtype)
    return Y.reshape(g.OH, g.O, g.N, g.OW).transpose(2, 1, 0, 3).reshape(_output_shape(g, X.ndim))


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
    reach = g.DH * (g.KH - 1)
    G = np.zeros((g.H + 2 * g.PH + reach, g.O, g.N, g.OW), dY.dtype)
    G[reach:][: g.OH * g.SH : g.SH] = _four(dY, g, len(input_shape)).transpose(2, 1, 0, 3)
    G = G.reshape(len(G), g.O, g.N * g.OW)
    upside_down = F.reshape(g.weight_shape)[:, :, ::-1].transpose(3, 1, 2, 0).reshape(g.KW * g.C, g.KH * g.O)
    strips = np.empty((g.H, g.KW * g.C, g.N * g.OW), np.result_type(dY, F))
    for h in range(g.H):
        np.matmul(upside_down, _slice(G, h + g.PH, g), out=strips[h])
    strips = strips.reshape(g.H, g.KW, g.C, g.N, g.OW)
    dX = np.zeros((g.H, g.C, g.N, g.W + 2 * g.PW), strips.dtype)
    for b in range(g.KW):
        dX[..., _shifted(b, g)] += strips[:, b]
    return dX[..., g.PW : g.PW + g.W].transpose(2, 1, 0, 3).reshape(tuple(input_shape))


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
    G = _four(dY, g, X.ndim).transpose(2, 1, 0, 3).reshape(g.OH, g.O, g.N * g.OW)
    strips = _strips(X.reshape(g.input_shape), g)
    dF = np.zeros((g.KH * g.KW * g.C, g.O), np.result_type(dY, X))
    for i in range(g.OH):
        dF += _slice(strips, i * g.SH, g) @ G[i].T
    dF = dF.reshape(g.KH, g.KW, g.C, g.O).transpose(3, 2, 0, 1)
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


def _shifted(b, g):
    """The columns of the padded image that filter column b meets."""
    return slice(b * g.DW, b * g.DW + g.SW * (g.OW - 1) + 1, g.SW)


def _strips(X, g):
    """Each row of the padded image with its KW shifted copies, as (row, KW*C, N*OW)."""
    padded = np.zeros((g.H + 2 * g.PH, g.C, g.N, g.W + 2 * g.PW), X.dtype)
    padded[g.PH : g.PH + g.H, :, :, g.PW : g.PW + g.W] = X.transpose(2, 1, 0, 3)
    strips = np.empty((len(padded), g.KW, g.C, g.N, g.OW), X.dtype)
    for b in range(g.KW):
        strips[:, b] = padded[..., _shifted(b, g)]
    return strips.reshape(len(padded), g.KW * g.C, g.N * g.OW)


def _slice(rows, top, g):
    """The KH rows that the window at `top` covers, as one matrix: a view unless dilated."""
    covered = rows[top : top + g.DH * (g.KH - 1) + 1 : g.DH]
    return covered.reshape(g.KH * rows.shape[1], rows.shape[2])
