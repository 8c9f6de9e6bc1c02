"""Pooling: the data choose the list of connections, or all weights are equal.

Max pooling lets each window pass its largest cell, so the gradient goes back
to that one cell. Average pooling gives every cell of a window the same weight,
so the gradient is spread evenly. Where windows overlap, gradients add up.

Ties go to the first maximum in row-major order. The gradient of a cell that
no window reads is 0.
"""

import numpy as np

from cnnbp.shapes import as_float, as_pair, as_shape, check_shape, output_size, planes

# ---------------------------------------------------------------- loops


def max_pool2d_loop(X, kernel_size, stride=None, padding=0):
    """Max pooling, one window at a time; see `max_pool2d`."""
    X = np.asarray(X)
    windows, shape = _windows(X, kernel_size, stride, padding)
    Y, indices = np.empty(shape, X.dtype), np.empty(shape, np.intp)
    for at, rows, columns in windows:
        window = X[at[:-2] + (rows, columns)]
        a, b = np.unravel_index(np.argmax(window), window.shape)
        Y[at] = window[a, b]
        indices[at] = (rows.start + a) * X.shape[-1] + columns.start + b
    return Y, indices


def avg_pool2d_loop(X, kernel_size, stride=None, padding=0, count_include_pad=True):
    """Average pooling, one window at a time; see `avg_pool2d`."""
    X = np.asarray(X) / 1  # integers become floats
    windows, shape = _windows(X, kernel_size, stride, padding)
    full = np.prod(as_pair(kernel_size, "kernel_size", 1))
    Y = np.empty(shape, X.dtype)
    for at, rows, columns in windows:
        window = X[at[:-2] + (rows, columns)]
        Y[at] = window.sum() / (full if count_include_pad else window.size)
    return Y


def avg_pool2d_grad_loop(dY, input_shape, kernel_size, stride=None, padding=0, count_include_pad=True):
    """The gradient of average pooling, one window at a time; see `avg_pool2d_grad`."""
    dY = np.asarray(dY) / 1
    dX = np.zeros(input_shape, dY.dtype)
    windows, shape = _windows(dX, kernel_size, stride, padding)
    check_shape(dY, shape, "dY", "dY has the shape of the output Y")
    full = np.prod(as_pair(kernel_size, "kernel_size", 1))
    for at, rows, columns in windows:
        window = dX[at[:-2] + (rows, columns)]
        window += dY[at] / (full if count_include_pad else window.size)
    return dX


def _windows(X, kernel_size, stride, padding):
    """Each output place with the rows and columns of X that it reads."""
    kernel, stride, padding, OH, OW = _geometry(X.shape, kernel_size, stride, padding)
    shape = X.shape[:-2] + (OH, OW)

    def side(place, axis):
        start = place * stride[axis] - padding[axis]
        return slice(max(start, 0), min(start + kernel[axis], X.shape[axis - 2]))

    return ((at, side(at[-2], 0), side(at[-1], 1)) for at in np.ndindex(*shape)), shape


# --------------------------------------------------------------- arrays


def max_pool2d(X, kernel_size, stride=None, padding=0):
    """
    The largest cell of every window.

    Parameters
    ----------
    X : ndarray of shape (H, W), (C, H, W) or (N, C, H, W)
    kernel_size : int or pair of int
    stride : int or pair of int, default `kernel_size`
    padding : int or pair of int
        At most half the kernel; padded cells never win.

    Returns
    -------
    Y : ndarray of shape (..., OH, OW)
    indices : ndarray of int, shaped like Y
        Where each maximum stood: h * W + w within its image.

    Raises
    ------
    ValueError, TypeError
        If the window does not fit, or X does not hold real numbers.

    Notes
    -----
    y[i,j] = max over a, b of x[iS + a - P, jS + b - P]; the first one on ties.
    The first NaN wins. PyTorch: `max_pool2d(..., return_indices=True)`.
    """
    X = as_float(X, "X")
    kernel, stride, padding, OH, OW = _geometry(X.shape, kernel_size, stride, padding)
    padded = _pad(planes(X, "X"), padding, -np.inf)
    views = _shifted(padded, kernel, stride, OH, OW)
    Y = next(views).copy(order="K")
    winner = np.zeros_like(Y, dtype=np.min_scalar_type(kernel[0] * kernel[1]))
    for number, cell in enumerate(views, start=1):
        wins = ~(cell <= Y) & (Y == Y)
        np.maximum(winner, wins * winner.dtype.type(number), out=winner)
        np.maximum(Y, cell, out=Y)
    h, w = (
        np.clip(np.arange(size)[:, None] * s + np.arange(k) - p, 0, limit - 1)
        for size, s, k, p, limit in zip((OH, OW), stride, kernel, padding, X.shape[-2:])
    )
    cells = h[:, None, :, None] * X.shape[-1] + w[:, None]  # what cell a, b of window i, j is in the image
    windows = np.arange(0, cells.size, kernel[0] * kernel[1]).reshape(OH, OW)
    shape = X.shape[:-2] + (OH, OW)
    return Y.reshape(shape), cells.ravel()[windows + winner].reshape(shape)


def max_pool2d_grad(dY, indices, input_shape):
    """
    Send each gradient back to the cell that was the maximum.

    Parameters
    ----------
    dY : ndarray of shape (..., OH, OW)
    indices : ndarray of int, shaped like dY
        From `max_pool2d`.
    input_shape : tuple of int

    Returns
    -------
    dX : ndarray of shape `input_shape`
        A cell that won in several windows gets the sum.

    Raises
    ------
    ValueError, TypeError
        If dY and indices differ in shape, or an index lies outside the image.

    Notes
    -----
    dx[k] = sum of dy[i,j] over the windows whose maximum stood at k.
    """
    dY, indices, shape = as_float(dY, "dY"), np.asarray(indices), as_shape(input_shape, "input_shape")
    check_shape(indices, dY.shape, "indices", "one index for each entry of dY")
    if not 2 <= len(shape) == dY.ndim <= 4 or dY.shape[:-2] != shape[:-2]:
        raise ValueError(f"dY {dY.shape} and input {shape} do not fit; rule: (..., OH, OW) with (..., H, W)")
    if indices.dtype.kind not in "iu":
        raise TypeError(f"indices must be integers, got dtype {indices.dtype}")
    plane = shape[-2] * shape[-1]
    if indices.size and not 0 <= indices.min() <= indices.max() < plane:
        raise ValueError(f"indices must lie in 0..{plane - 1} for an image of {shape[-2:]}")
    dY, indices = (planes(A, "dY").transpose(2, 1, 3, 0) for A in (dY, indices))
    N, C = dY.shape[3], dY.shape[1]
    dX = np.zeros((C, plane, N), dY.dtype)  # the batch last, as in `cnnbp.lowering`
    place = indices.astype(np.intp) * N + (np.arange(C)[:, None, None] * plane * N + np.arange(N))
    np.add.at(dX.reshape(-1), place.ravel(), dY.ravel())
    return dX.transpose(2, 0, 1).reshape(shape)


def avg_pool2d(X, kernel_size, stride=None, padding=0, count_include_pad=True):
    """
    The mean of every window.

    Parameters
    ----------
    X : ndarray of shape (H, W), (C, H, W) or (N, C, H, W)
    kernel_size : int or pair of int
    stride : int or pair of int, default `kernel_size`
    padding : int or pair of int
        At most half the kernel; padded cells count as 0.
    count_include_pad : bool
        Whether padded cells count in the divisor.

    Returns
    -------
    Y : ndarray of shape (..., OH, OW)

    Raises
    ------
    ValueError, TypeError
        If the window does not fit, or X does not hold real numbers.

    Notes
    -----
    y[i,j] = (1/n) sum over a, b of x[iS + a - P, jS + b - P], n = KH*KW.
    PyTorch: `torch.nn.functional.avg_pool2d`.
    """
    X = as_float(X, "X")
    kernel, stride, padding, OH, OW = _geometry(X.shape, kernel_size, stride, padding)
    padded = _pad(planes(X, "X"), padding, 0)
    rows = sum(_shifted(padded, (kernel[0], 1), (stride[0], 1), OH, padded.shape[-1]))
    Y = sum(_shifted(rows, (1, kernel[1]), (1, stride[1]), OH, OW))
    Y /= _divisor(X.shape, kernel, stride, padding, OH, OW, count_include_pad).astype(Y.dtype)
    return Y.reshape(X.shape[:-2] + (OH, OW))


def avg_pool2d_grad(dY, input_shape, kernel_size, stride=None, padding=0, count_include_pad=True):
    """
    Spread each gradient evenly over its window.

    Parameters
    ----------
    dY : ndarray of shape (..., OH, OW)
    input_shape : tuple of int
    kernel_size, stride, padding, count_include_pad
        As in `avg_pool2d`.

    Returns
    -------
    dX : ndarray of shape `input_shape`
        A cell in several windows gets the sum of its shares.

    Raises
    ------
    ValueError, TypeError
        If dY has not the shape of the output.

    Notes
    -----
    dx[h,w] = sum of dy[i,j] / n over the windows that contain (h, w).
    """
    dY, shape = as_float(dY, "dY"), as_shape(input_shape, "input_shape")
    kernel, stride, padding, OH, OW = _geometry(shape, kernel_size, stride, padding)
    check_shape(dY, shape[:-2] + (OH, OW), "dY", "dY has the shape of the output Y")
    share = dY / _divisor(shape, kernel, stride, padding, OH, OW, count_include_pad).astype(dY.dtype)
    share = planes(share, "dY")
    H, W = shape[-2] + 2 * padding[0], shape[-1] + 2 * padding[1]
    rows = np.zeros_like(share, shape=share.shape[:2] + (OH, W))
    for view in _shifted(rows, (1, kernel[1]), (1, stride[1]), OH, OW):
        view += share
    dX = np.zeros_like(share, shape=share.shape[:2] + (H, W))
    for view in _shifted(dX, (kernel[0], 1), (stride[0], 1), OH, W):
        view += rows
    inside = dX[:, :, padding[0] : H - padding[0], padding[1] : W - padding[1]]
    return inside.reshape(shape)


def _geometry(shape, kernel_size, stride, padding):
    """Kernel, stride and padding as pairs, and the output's height and width."""
    if len(shape) not in (2, 3, 4) or 0 in shape[-2:]:
        raise ValueError(f"the input has shape {tuple(shape)}; rule: (H, W), (C, H, W) or (N, C, H, W), H and W >= 1")
    kernel = as_pair(kernel_size, "kernel_size", 1)
    stride = kernel if stride is None else as_pair(stride, "stride", 1)
    padding = as_pair(padding, "padding", 0)
    if any(2 * p > k for p, k in zip(padding, kernel)):
        raise ValueError(f"padding {padding} is too large for kernel {kernel}; rule: 2P <= K")
    return kernel, stride, padding, *output_size(shape[-2:], kernel, stride, padding)


def _pad(X, padding, value):
    """The images with a border of one value."""
    if padding == (0, 0):
        return X
    (N, C, H, W), (PH, PW) = X.shape, padding
    padded = np.full_like(X, value, shape=(N, C, H + 2 * PH, W + 2 * PW))
    padded[:, :, PH : PH + H, PW : PW + W] = X
    return padded


def _shifted(X, kernel, stride, OH, OW):
    """For each cell of the window, in row-major order, what all windows see there."""
    for a, b in np.ndindex(kernel):
        rows = slice(a, a + stride[0] * (OH - 1) + 1, stride[0])
        yield X[..., rows, b : b + stride[1] * (OW - 1) + 1 : stride[1]]


def _divisor(shape, kernel, stride, padding, OH, OW, count_include_pad):
    """How many cells each window's mean is taken over, as (OH, OW)."""
    if count_include_pad:
        return np.full((OH, OW), kernel[0] * kernel[1])
    starts = (np.arange(OH) * stride[0] - padding[0], np.arange(OW) * stride[1] - padding[1])
    inside = [np.minimum(s + k, n) - np.maximum(s, 0) for s, k, n in zip(starts, kernel, shape[-2:])]
    return inside[0][:, None] * inside[1]
