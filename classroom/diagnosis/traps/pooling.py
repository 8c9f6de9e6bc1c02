"""Mistakes with pooling: ties, overlaps, and windows in the wrong place."""

import numpy as np

from classroom.diagnosis.traps.filters import only
from classroom.diagnosis.traps.forward import UNFINISHED
from classroom.diagnosis.traps.kind import Kind, after, crossed, merged, numbers
from cnnbp.pool import avg_pool2d, avg_pool2d_grad, max_pool2d, max_pool2d_grad

TIES = np.array([[1.0, 3, 3, 0], [3, 3, 0, 0], [2, 6, 5, 5], [8, 7, 5, 5], [8, 8, 1, 2]])
CLOSE = np.array([[0.5, 0.505, 2, 1], [0.25, 0, 1, 2.00001], [-1, -1, 4, 4], [-2, -3, 4.005, 1]])

# ----------------------------------------------------------------- forward


def max_pool(X, size, stride):
    """The largest cell of every window."""
    return max_pool2d(X, size, stride)[0]


def windows(X, size, stride):
    """All windows of a square size, as (OH, OW, size, size)."""
    return np.lib.stride_tricks.sliding_window_view(X, (size, size))[::stride, ::stride]


def rounded_up(X, size, stride):
    """One more window where the stride leaves a remainder, as far as the image goes."""
    more = [(0, (size - n) % stride) for n in X.shape]
    return max_pool(np.pad(X, more, constant_values=-np.inf), size, stride)


MAX_POOL = Kind(
    max_pool,
    (
        (numbers(4, 4), 2, 2),
        (-np.abs(numbers(5, 4)), 2, 2),
        (numbers(5, 6), 3, 1),
        (numbers(4, 7), 2, 3),
        (numbers(6, 5), 2, 1),
        (numbers(6, 7), 3, 2),
    ),
    merged(
        {
            "averaged": (lambda X, size, stride: avg_pool2d(X, size, stride),),
            "stride-forgotten": (
                lambda X, size, stride: max_pool(X, size, 1),
                lambda X, size, stride: max_pool(X, size, size),
            ),
            "floor-forgotten": (rounded_up,),
            "smallest": (lambda X, size, stride: windows(X, size, stride).min(axis=(2, 3)),),
            "starts-at-zero": (lambda X, size, stride: np.maximum(max_pool(X, size, stride), 0),),
            "absolute-value": (lambda X, size, stride: max_pool(np.abs(X), size, stride),),
            "overwritten": (lambda X, size, stride: windows(X, size, stride)[:, :, -1, -1],),
        },
        *({code: (after(max_pool, change),)} for code, change in UNFINISHED),
    ),
)

# ------------------------------------------------- the gradient of max pooling


def right(dY, X, size, stride):
    """Every gradient goes to the first maximum of its window, row by row."""
    return max_pool2d_grad(dY, max_pool2d(X, size, stride)[1], X.shape)


def first(window):
    """A mask with the first maximum alone."""
    return np.arange(window.size).reshape(window.shape) == np.argmax(window)


def last(window):
    """A mask with the last maximum alone."""
    return first(window[::-1, ::-1])[::-1, ::-1]


def every(window):
    """A mask with all maxima."""
    return window == window.max()


def split(window):
    """All maxima, each with its equal part."""
    return every(window) / every(window).sum()


def near(**how):
    """A mask with whatever is close to the maximum."""
    return lambda window: np.isclose(window, window.max(), **how)


def column_by_column(window):
    """A mask with the first maximum down the columns."""
    return first(window.T).T


RULES = [
    ("", first),
    ("ties-duplicated", every),
    ("ties-split", split),
    ("last-tie", last),
    ("last-tie", column_by_column),
    ("loose-mask", near(atol=0.01)),
    ("loose-mask", near()),
    ("spread-to-all", np.ones_like),
    ("averaged", lambda window: np.full(window.shape, 1 / window.size)),
]


def routed(gather, step=lambda size, stride: stride):
    """A function that sends gradients back by a rule and gathers them in its own way."""

    def with_rule(rule):
        def grad(dY, X, size, stride):
            dX = np.zeros(X.shape)
            for i, j in np.ndindex(*dY.shape):
                h, w = i * step(size, stride), j * step(size, stride)
                part = X[h : h + size, w : w + size]
                if part.size:
                    gather(dX[h : h + size, w : w + size], rule(part), dY[i, j])
            return dX

        return grad

    return with_rule


def added(window, share, gradient):
    """The part is added to what is there."""
    window += share * gradient


def pasted(window, share, gradient):
    """The whole window is replaced, its zeros too."""
    window[...] = share * gradient


def put(window, share, gradient):
    """What was at the winners is replaced."""
    window[share > 0] = (share * gradient)[share > 0]


def of(change):
    """The right function with dY changed before."""
    return lambda dY, X, size, stride: right(change(dY), X, size, stride)


WAYS = [
    ("", routed(added)),
    ("overwritten", routed(pasted)),
    ("overwritten", routed(put)),
    ("stride-forgotten", routed(added, lambda size, stride: size)),
    ("stride-forgotten", routed(added, lambda size, stride: 1)),
]
MAX_POOL_GRAD = Kind(
    right,
    (
        (numbers(2, 2), numbers(4, 4), 2, 2),
        (numbers(2, 2, seed=1), TIES, 2, 2),
        (numbers(4, 3), TIES, 2, 1),
        (numbers(3, 3), CLOSE, 2, 1),
        (numbers(2, 2, seed=2), numbers(7, 5), 3, 2),
        (numbers(2, 2, seed=3), CLOSE, 2, 2),
        (numbers(2, 2, seed=4), numbers(6, 5, seed=1), 2, 3),
    ),
    merged(
        crossed(RULES, WAYS),
        {
            "sign": (of(np.negative),),
            "return-in-loop": (of(lambda dY: only(dY, 0, 0)), of(lambda dY: only(dY, 0))),
            "window-off-by-one": (of(lambda dY: only(dY, slice(-1), slice(-1))),),
            "value-not-gradient": (
                lambda dY, X, size, stride: (right(np.ones_like(dY), X, size, stride) > 0) * X,
                lambda dY, X, size, stride: right(max_pool(X, size, stride), X, size, stride),
                lambda dY, X, size, stride: right(np.ones_like(dY), X, size, stride),
            ),
        },
    ),
)

# --------------------------------------------- the gradient of average pooling


def spread(dY, input_shape, size, stride):
    """Every gradient in equal parts over its window."""
    return avg_pool2d_grad(dY, input_shape, size, stride)


def spread_by(way, divisor):
    """Equal parts, gathered in another way or with another divisor."""

    def grad(dY, input_shape, size, stride):
        share = routed(*way)(lambda window: np.full(window.shape, 1 / divisor(size, stride)))
        return share(dY, np.zeros(input_shape), size, stride)

    return grad


def windows_of_each(dY, input_shape, size, stride):
    """In how many windows each cell lies, at least 1."""
    return np.maximum(spread(np.ones_like(dY), input_shape, size, stride) * size**2, 1)


def before(change):
    """The right function with dY changed before."""
    return lambda dY, shape, size, stride: spread(change(dY), shape, size, stride)


def area(size, stride):
    """The number of cells of a window."""
    return size**2


AVG_POOL_GRAD = Kind(
    spread,
    (
        (numbers(2, 2), (4, 4), 2, 2),
        (numbers(2, 3), (4, 5), 3, 1),
        (numbers(2, 2, seed=1), (7, 5), 3, 2),
        (numbers(2, 2, seed=2), (5, 6), 2, 3),
        (numbers(3, 4), (4, 5), 2, 1),
    ),
    {
        "factor-forgotten": tuple(
            spread_by((added,), divisor)
            for divisor in (lambda size, stride: 1, lambda size, stride: size, lambda size, stride: stride**2)
        ),
        "overwritten": (spread_by((pasted,), area),),
        "averaged": (lambda *given: spread(*given) / windows_of_each(*given),),
        "stride-forgotten": (
            spread_by((added, lambda size, stride: size), area),
            spread_by((added, lambda size, stride: 1), area),
        ),
        "sign": (before(np.negative),),
        "return-in-loop": (before(lambda dY: only(dY, 0, 0)), before(lambda dY: only(dY, 0))),
        "window-off-by-one": (before(lambda dY: only(dY, slice(-1), slice(-1))),),
        "remainder-lost": (
            lambda dY, shape, size, stride: spread(dY, tuple((n - 1) * stride + size for n in dY.shape), size, stride),
        ),
        "first-cell-only": (
            lambda dY, shape, size, stride: max_pool2d_grad(dY, max_pool2d(np.zeros(shape), size, stride)[1], shape),
        ),
    },
)
