"""Dense layer and loss: the full list of connections, and where dY comes from.

A dense layer joins every input to every output, with no sharing. Softmax and
cross-entropy end the network; their joint gradient, p - t, is the first dY.
"""

import numpy as np

from cnnbp.shapes import as_float, check_shape


def linear(X, W, b=None):
    """
    Multiply each row of inputs by a matrix of weights.

    Parameters
    ----------
    X : ndarray of shape (I,) or (N, I)
    W : ndarray of shape (O, I)
    b : None or ndarray of shape (O,)

    Returns
    -------
    Y : ndarray of shape (O,) or (N, O)

    Raises
    ------
    ValueError, TypeError
        If shapes do not fit together, or the arrays do not hold real numbers.

    Notes
    -----
    y[n,o] = sum_i w[o,i] x[n,i] + b[o]. PyTorch: `torch.nn.functional.linear`.
    """
    X, W = as_float(X, "X"), as_float(W, "W")
    _check_linear(X, W)
    Y = X @ W.T
    if b is not None:
        b = as_float(b, "b")
        check_shape(b, W.shape[:1], "b", "one bias for each output O")
        Y = Y + b.astype(Y.dtype)
    return Y


def linear_grad(dY, X, W):
    """
    The gradients of `linear` for its input, its weights and its bias.

    Parameters
    ----------
    dY : ndarray of shape (O,) or (N, O)
    X : ndarray of shape (I,) or (N, I)
    W : ndarray of shape (O, I)

    Returns
    -------
    dX, dW, db : ndarray
        Shaped like X, W and b; dW and db are summed over the batch.

    Raises
    ------
    ValueError, TypeError
        If shapes do not fit together, or the arrays do not hold real numbers.

    Notes
    -----
    dx[n,i] = sum_o w[o,i] dy[n,o]; dw[o,i] = sum_n dy[n,o] x[n,i]; db[o] = sum_n dy[n,o].
    """
    dY, X, W = as_float(dY, "dY"), as_float(X, "X"), as_float(W, "W")
    _check_linear(X, W)
    check_shape(dY, X.shape[:-1] + W.shape[:1], "dY", "dY has the shape of the output Y")
    rows, inputs = dY.reshape(-1, W.shape[0]), X.reshape(-1, W.shape[1])
    return dY @ W, rows.T @ inputs, rows.sum(axis=0)


def softmax(Z, axis=-1):
    """
    Turn scores into probabilities that add up to 1.

    Parameters
    ----------
    Z : ndarray
        Scores, also called logits; any shape with at least one axis.
    axis : int
        The axis of the classes.

    Returns
    -------
    p : ndarray, shaped like Z

    Raises
    ------
    ValueError, TypeError
        If Z has no axis or no class, or does not hold real numbers.

    Notes
    -----
    p[k] = exp(z[k]) / sum_j exp(z[j]), shifted by max(z) against overflow.
    """
    Z = as_float(Z, "Z")
    if not -Z.ndim <= axis < Z.ndim or Z.shape[axis] == 0:
        raise ValueError(f"Z has shape {Z.shape}; rule: at least one class along axis {axis}")
    powers = np.exp(Z - Z.max(axis=axis, keepdims=True))
    return powers / powers.sum(axis=axis, keepdims=True)


def softmax_cross_entropy(Z, target):
    """
    The loss of a classifier, and its gradient for the scores.

    Parameters
    ----------
    Z : ndarray of shape (K,) or (N, K)
        Scores of K classes.
    target : int, ndarray of int of shape (N,), or probabilities shaped like Z

    Returns
    -------
    L : float
        The mean over the batch of -sum_k t[k] log p[k]; 0 for an empty batch.
    dZ : ndarray, shaped like Z
        (p - t) / N: the mean is in it, so later gradients are only summed.

    Raises
    ------
    ValueError, TypeError
        If a label lies outside 0..K-1, or shapes do not fit together.

    Notes
    -----
    PyTorch: `torch.nn.functional.cross_entropy`.
    """
    Z = as_float(Z, "Z")
    if Z.ndim not in (1, 2):
        raise ValueError(f"Z has shape {Z.shape}; rule: (K,) or (N, K)")
    p = softmax(Z)
    t = _one_hot(target, Z)
    if len(Z) == 0:
        return 0.0, p
    N = 1 if Z.ndim == 1 else len(Z)
    top = Z.max(axis=-1, keepdims=True)
    cost = np.log(np.exp(Z - top).sum(axis=-1, keepdims=True)) - (Z - top)  # -log p
    L = (t[t != 0] * cost[t != 0]).sum() / N  # 0 log 0 = 0
    return float(L), (p * t.sum(axis=-1, keepdims=True) - t) / N


def _one_hot(target, Z):
    """The target as probabilities of the shape of Z."""
    target = np.asarray(target)
    target = target if target.size else target.astype(int)  # an empty list has no labels
    K = Z.shape[-1]
    if target.dtype.kind in "iu" and target.shape == Z.shape[:-1]:
        if target.size and not 0 <= target.min() <= target.max() < K:
            raise ValueError(f"target holds labels {target.min()}..{target.max()}; rule: 0..{K - 1}")
        return np.eye(K, dtype=Z.dtype)[target]
    target = as_float(target, "target")
    check_shape(target, Z.shape, "target", "labels of shape Z.shape[:-1], or probabilities shaped like Z")
    return target.astype(Z.dtype)


def _check_linear(X, W):
    """Refuse an input and a matrix that do not belong together."""
    if W.ndim != 2 or X.ndim not in (1, 2) or X.shape[-1] != W.shape[1]:
        raise ValueError(f"X {X.shape} and W {W.shape} do not belong together; rule: (N, I) with (O, I)")
