"""The numerical derivative: a judge that knows nothing of our formulas.

It nudges each input by a little, runs the forward pass alone, and compares.
It imports none of our modules, so it cannot share their mistakes.
"""

import numpy as np


def numerical_gradient(f, X, dY=None, eps=1e-5):
    """
    The gradient of sum(dY * f(X)) by central differences.

    Parameters
    ----------
    f : callable
        From an array shaped like X to an array or a number.
    X : ndarray
        Not modified; integers are promoted to float.
    dY : None or ndarray, shaped like f(X)
        The upstream gradient; ones if None.
    eps : float
        The size of a nudge.

    Returns
    -------
    ndarray, shaped like X

    Notes
    -----
    dx[k] = (L(x + eps e_k) - L(x - eps e_k)) / 2 eps; its error is O(eps^2).
    """
    X = np.array(X, dtype=np.float64)
    gradient = np.zeros_like(X)
    for k in np.ndindex(*X.shape):
        up, down = X.copy(), X.copy()
        up[k] += eps
        down[k] -= eps
        change = np.asarray(f(up)) - np.asarray(f(down))
        gradient[k] = (change if dY is None else change * dY).sum() / (2 * eps)
    return gradient


def complex_step_gradient(f, X, dY=None, eps=1e-30):
    """
    The gradient of sum(dY * f(X)) by a complex nudge, exact to rounding.

    Parameters
    ----------
    f : callable
        Must accept complex arrays; analytic at X.
    X, dY : ndarray
        As in `numerical_gradient`.
    eps : float
        As small as you like: nothing is subtracted.

    Returns
    -------
    ndarray, shaped like X

    Notes
    -----
    dx[k] = Im L(x + i eps e_k) / eps (Squire & Trapp, 1998).
    """
    X = np.array(X, dtype=np.float64)
    gradient = np.zeros_like(X)
    for k in np.ndindex(*X.shape):
        nudged = X.astype(complex)
        nudged[k] += 1j * eps
        change = np.asarray(f(nudged)).imag
        gradient[k] = (change if dY is None else change * dY).sum() / eps
    return gradient


def check_gradient(f, grad, X, dY=None, eps=1e-5, tolerance=1e-6, seed=0):
    """
    Compare a gradient with the numerical one, entry by entry.

    Parameters
    ----------
    f : callable
        The forward pass, from an array shaped like X to an array or a number.
    grad : callable or ndarray
        The backward pass, from dY to dX; or dX itself.
    X : ndarray
    dY : None or ndarray, shaped like f(X)
        The upstream gradient; random if None and `grad` is callable, so that
        no mistake can hide behind a gradient of ones.
    eps, tolerance : float
    seed : int
        Of the random upstream gradient.

    Returns
    -------
    float
        The largest error, relative to max(1, |expected|).

    Raises
    ------
    AssertionError
        If an entry differs by more than the tolerance, or the shape is wrong;
        the message names the worst entry, what was expected and what came.
    """
    X = np.array(X, dtype=np.float64)
    if dY is None and callable(grad):
        dY = np.random.default_rng(seed).normal(size=np.shape(f(X.copy())))
    expected = numerical_gradient(f, X, dY, eps)
    got = np.asarray(grad(dY) if callable(grad) else grad)
    if got.shape != X.shape:
        raise AssertionError(f"the gradient has shape {got.shape}; rule: the shape of X, {X.shape}")
    if X.size == 0:
        return 0.0
    error = np.abs(got - expected) / np.maximum(1, np.abs(expected))
    worst = np.unravel_index(np.argmax(error), X.shape)
    if not error[worst] <= tolerance:
        place = ", ".join(str(int(k)) for k in worst)
        raise AssertionError(
            f"wrong gradient at [{place}]: expected {expected[worst]:.10g}, got {got[worst]:.10g}; "
            f"{np.count_nonzero(~(error <= tolerance))} of {X.size} entries differ by more than {tolerance:g}"
        )
    return float(error[worst])
