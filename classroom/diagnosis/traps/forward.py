"""Mistakes of the forward pass: which way the kernel lies, where the windows stand."""

import numpy as np

from classroom.diagnosis.traps.kind import Kind, after, crossed, merged, numbers
from cnnbp.conv import conv2d
from cnnbp.shapes import output_size


def rotated(F):
    """The kernel turned by 180 degrees."""
    return F[::-1, ::-1]


TURNS = [
    ("", lambda F: F),
    ("rotated-forward", rotated),
    ("transposed", np.transpose),
    ("flipped-one-way", lambda F: F[::-1]),
    ("flipped-one-way", lambda F: F[:, ::-1]),
]


def only_first(Y):
    """The first number alone: the loop returned at once."""
    kept = np.zeros_like(Y)
    kept.flat[:1] = Y.flat[:1]
    return kept


def only_first_row(Y):
    """The first row alone: the outer loop returned at once."""
    return np.where(np.arange(len(Y))[:, None] == 0, Y, 0)


def without_last(Y):
    """The last row and the last column are missing."""
    return Y[:-1, :-1]


def last_empty(Y):
    """The last row and the last column stayed 0."""
    return np.pad(without_last(Y), ((0, 1), (0, 1)))


UNFINISHED = [
    ("return-in-loop", only_first),
    ("return-in-loop", only_first_row),
    ("window-off-by-one", without_last),
    ("window-off-by-one", last_empty),
]

# ------------------------------------------------------- stride 1, no padding


def last_product(X, F):
    """The sum is assigned, not added to: its last product is left."""
    return X[len(F) - 1 :, F.shape[1] - 1 :] * F[-1, -1]


def same_size(X, F):
    """A border of half a kernel, so that Y has the size of X."""
    padding = [((k - 1) // 2, k // 2) for k in F.shape]
    return conv2d(np.pad(X, padding), F)


def border_at_the_end(X, F):
    """All of the border at the right and below, so that Y has the size of X."""
    return conv2d(np.pad(X, [(0, k - 1) for k in F.shape]), F)


def plain(way=conv2d):
    """A way of sliding, for a turned kernel."""
    return lambda turn: lambda X, F: way(X, turn(F))


def full(X, F):
    """Every position with any overlap."""
    return conv2d(X, F, padding=tuple(k - 1 for k in F.shape))


CONV2D = Kind(
    conv2d,
    (
        (numbers(3, 3), numbers(2, 2)),
        (numbers(4, 5), numbers(2, 3)),
        (numbers(5, 4), numbers(3, 3)),
        (numbers(3, 5, seed=1), numbers(2, 2, seed=1)),
        (numbers(6, 4), numbers(3, 2)),
        (numbers(4, 6), numbers(2, 2, seed=2)),
    ),
    merged(
        crossed(TURNS, [("", plain())]),
        {
            "transposed": (after(conv2d, np.transpose),),
            "overwritten": (last_product,),
            "averaged": (lambda X, F: conv2d(X, F) / F.size,),
            "wrong-border": (same_size, border_at_the_end, full, lambda X, F: conv2d(X, F, padding=1)),
        },
        *({code: (after(conv2d, change),)} for code, change in UNFINISHED),
    ),
)

# --------------------------------------------------------- stride and padding


def right(X, F, stride=1, padding=0):
    """The forward pass with its options by position."""
    return conv2d(X, F, stride=stride, padding=padding)


def cut(way):
    """The way's result, cut to the shape that Y should have."""
    return lambda X, F, s, p: way(X, F, s, p)[tuple(slice(n) for n in right(X, F, s, p).shape)]


def rounded_up(X, F, stride, padding):
    """One more window where the stride leaves a remainder, on zeros outside."""
    X = np.pad(X, padding)
    more = [(0, (k - n) % stride) for n, k in zip(X.shape, F.shape)]
    return conv2d(np.pad(X, more), F, stride=stride)


def border(*sides, **mode):
    """A border on some sides only, or one that is not zero."""
    return lambda X, F, s, p: conv2d(np.pad(X, [[p * side for side in sides]] * 2, **mode), F, stride=s)


WAYS = [
    ("stride-forgotten", lambda X, F, s, p: conv2d(X, F, padding=p)),
    ("stride-forgotten", cut(lambda X, F, s, p: conv2d(X, F, padding=p))),
    ("stride-forgotten", lambda X, F, s, p: conv2d(X, F, stride=(s, 1), padding=p)),
    ("stride-forgotten", lambda X, F, s, p: conv2d(X, F, stride=(1, s), padding=p)),
    ("stride-forgotten", lambda X, F, s, p: conv2d(X, F)),
    ("padding-forgotten", lambda X, F, s, p: conv2d(X, F, stride=s)),
    ("padding-one-side", border(1, 0)),
    ("padding-one-side", border(0, 1)),
]
MORE_WAYS = [
    ("padding-not-zero", border(1, 1, mode="edge")),
    ("padding-not-zero", border(1, 1, constant_values=1)),
    ("floor-forgotten", rounded_up),
    ("stride-as-dilation", lambda X, F, s, p: conv2d(X, F, padding=p, dilation=s)),
    ("averaged", lambda X, F, s, p: right(X, F, s, p) / F.size),
    ("overwritten", lambda X, F, s, p: last_product(np.pad(X, p), F)[::s, ::s]),
    *((code, after(right, change)) for code, change in UNFINISHED),
]


def general(way):
    """A way with options, for a turned kernel."""
    return lambda turn: lambda X, F, stride=1, padding=0: way(X, turn(F), stride, padding)


CONV2D_GENERAL = Kind(
    right,
    (
        (numbers(3, 3), numbers(2, 2)),
        (numbers(6, 8), numbers(3, 3), 2),
        (numbers(4, 5), numbers(2, 3), 1, 1),
        (numbers(6, 7), numbers(3, 3, seed=1), 2, 1),
        (numbers(7, 6), numbers(3, 2), 3, 2),
        (numbers(5, 6), numbers(2, 2, seed=1), 2, 2),
    ),
    merged(
        crossed(TURNS, [("", general(right)), *((code, general(way)) for code, way in WAYS)]),
        *({code: (general(way)(TURNS[0][1]),)} for code, way in MORE_WAYS),
    ),
)

# ------------------------------------------------------------------ channels


def by_channel(X, F, b):
    """Every filter with every channel, kept apart: (O, C, OH, OW)."""
    return np.array([[conv2d(x, f) for x, f in zip(X, bank)] for bank in F])


def last_channel(X, F, b):
    """Each channel's sum takes the place of the one before."""
    return by_channel(X, F, b)[:, -1] + b[:, None, None]


CONV2D_CHANNELS = Kind(
    conv2d,
    (
        (numbers(2, 3, 4), numbers(3, 2, 2, 2), numbers(3)),
        (numbers(2, 4, 5), numbers(2, 2, 3, 3), numbers(2)),
        (numbers(3, 4, 3), numbers(1, 3, 2, 3), numbers(1)),
        (numbers(3, 5, 4, seed=1), numbers(3, 3, 2, 2), numbers(3, seed=1)),
    ),
    {
        "channels-not-summed": (by_channel, lambda X, F, b: by_channel(X, F, b) + b[:, None, None, None]),
        "one-channel": (lambda X, F, b: conv2d(X[:1], F[:, :1], b),),
        "overwritten": (last_channel,),
        "bias-forgotten": (lambda X, F, b: conv2d(X, F),),
        "bias-added-often": (
            lambda X, F, b: conv2d(X, F, b * len(X)),
            lambda X, F, b: conv2d(X, F, b * F[0].size),
        ),
        "channels-exchanged": (lambda X, F, b: conv2d(X, F.swapaxes(0, 1), b),),
        "channels-mixed": (
            lambda X, F, b: conv2d(X, F, np.full_like(b, b.sum())),
            lambda X, F, b: conv2d(X, F, b).sum(axis=0),
        ),
        "rotated-forward": (lambda X, F, b: conv2d(X, F[..., ::-1, ::-1], b),),
        "transposed": (lambda X, F, b: conv2d(X, F.swapaxes(2, 3), b), lambda X, F, b: conv2d(X, F, b).swapaxes(1, 2)),
        "flipped-one-way": (
            lambda X, F, b: conv2d(X, F[..., ::-1, :], b),
            lambda X, F, b: conv2d(X, F[..., ::-1], b),
        ),
        "averaged": (
            lambda X, F, b: conv2d(X, F / len(X), b),
            lambda X, F, b: conv2d(X, F, b) / len(X),
            lambda X, F, b: conv2d(X, F / F[0, 0].size, b),
        ),
    },
)

# ------------------------------------------------------------------- the size


def size(n, k, stride=1, padding=0, dilation=1):
    """How many windows fit along one side."""
    return output_size((n, n), (k, k), stride, padding, dilation)[0]


OUTPUT_SIZE = Kind(
    size,
    ((3, 2), (10, 3, 2), (7, 3, 1, 2), (9, 4, 3, 1), (12, 3, 1, 0, 2), (14, 3, 2, 1, 3), (8, 3, 4)),
    {
        "floor-forgotten": (
            lambda n, k, s=1, p=0, d=1: (n + 2 * p - d * (k - 1) - 1) / s + 1,
            lambda n, k, s=1, p=0, d=1: -((n + 2 * p - d * (k - 1) - 1) // -s) + 1,
            lambda n, k, s=1, p=0, d=1: round((n + 2 * p - d * (k - 1) - 1) / s + 1),
        ),
        "window-off-by-one": (
            lambda n, k, s=1, p=0, d=1: (n + 2 * p - d * (k - 1) - 1) // s,
            lambda n, k, s=1, p=0, d=1: (n + 2 * p - d * (k - 1)) // s,
            lambda n, k, s=1, p=0, d=1: (n + 2 * p - d * (k - 1)) // s + 1,
        ),
        "stride-forgotten": (lambda n, k, s=1, p=0, d=1: size(n, k, 1, p, d),),
        "padding-forgotten": (lambda n, k, s=1, p=0, d=1: size(n, k, s, 0, d),),
        "padding-one-side": (lambda n, k, s=1, p=0, d=1: (n + p - d * (k - 1) - 1) // s + 1,),
        "dilation-ignored": (lambda n, k, s=1, p=0, d=1: size(n, k, s, p),),
        "dilation-too-wide": (lambda n, k, s=1, p=0, d=1: (n + 2 * p - d * k) // s + 1,),
    },
)
