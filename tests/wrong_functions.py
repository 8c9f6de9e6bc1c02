"""Wrong functions as students write them, each with the mistake that a diagnosis should name.

They share no code with the traps: most are loops over cells, where the traps
change the right function or its arguments.
"""

import numpy as np

WRONG = []


def wrong(kind, code):
    """Keep a function with its kind and the code that it should get."""

    def keep(function):
        WRONG.append((kind, code, function))
        return function

    return keep


# ---------------------------------------------------------------- forward


def window_sum(X, i, j, KH, KW, weight):
    """The sum of products in one window, for a weight that is a function of its place."""
    return sum(X[i + a, j + b] * weight(a, b) for a in range(KH) for b in range(KW))


def slide_with(weight):
    """A forward pass whose weights are looked up in some way."""

    def convolve(X, F):
        KH, KW = F.shape
        rows, columns = X.shape[0] - KH + 1, X.shape[1] - KW + 1
        look = lambda a, b: weight(F, a, b)  # noqa: E731
        return np.array([[window_sum(X, i, j, KH, KW, look) for j in range(columns)] for i in range(rows)])

    return convolve


wrong("conv2d", "rotated-forward")(slide_with(lambda F, a, b: F[F.shape[0] - 1 - a, F.shape[1] - 1 - b]))
wrong("conv2d", "rotated-forward")(slide_with(lambda F, a, b: F[-1 - a][-1 - b]))
wrong("conv2d", "transposed")(slide_with(lambda F, a, b: F[b, a]))
wrong("conv2d", "flipped-one-way")(slide_with(lambda F, a, b: F[-1 - a, b]))
wrong("conv2d", "flipped-one-way")(slide_with(lambda F, a, b: F[a, -1 - b]))


@wrong("conv2d", "overwritten")
def assigned(X, F):
    Y = np.zeros((X.shape[0] - F.shape[0] + 1, X.shape[1] - F.shape[1] + 1))
    for i in range(Y.shape[0]):
        for j in range(Y.shape[1]):
            for a in range(F.shape[0]):
                for b in range(F.shape[1]):
                    Y[i][j] = X[i + a][j + b] * F[a][b]
    return Y


@wrong("conv2d", "wrong-border")
def as_large_as_the_image(X, F):
    Y, (KH, KW) = np.zeros(X.shape), F.shape
    for i, j in np.ndindex(*X.shape):
        window = X[i : i + KH, j : j + KW]
        Y[i, j] = np.sum(window * F[: window.shape[0], : window.shape[1]])
    return Y


@wrong("conv2d", "averaged")
def mean_of_products(X, F):
    windows = np.lib.stride_tricks.sliding_window_view(X, F.shape)
    return np.mean(windows * F, axis=(-1, -2))


@wrong("conv2d", "window-off-by-one")
def one_too_few(X, F):
    H, W = X.shape[0] - F.shape[0], X.shape[1] - F.shape[1]
    Y = np.zeros((H, W))
    for i in range(H):
        for j in range(W):
            Y[i, j] = np.sum(X[i : i + F.shape[0], j : j + F.shape[1]] * F)
    return Y


@wrong("conv2d", "return-in-loop")
def leaves_after_one_row(X, F):
    Y = np.zeros((X.shape[0] - F.shape[0] + 1, X.shape[1] - F.shape[1] + 1))
    for i in range(len(Y)):
        for j in range(len(Y[0])):
            Y[i, j] = np.vdot(X[i : i + F.shape[0], j : j + F.shape[1]], F)
        return Y


@wrong("conv2d", "wrong-border")
def as_large_as_the_image(X, F):
    Y = np.zeros(X.shape)
    H, W = X.shape
    for i in range(H):
        for j in range(W):
            for a in range(F.shape[0]):
                for b in range(F.shape[1]):
                    h, w = i + a - (F.shape[0] - 1) // 2, j + b - (F.shape[1] - 1) // 2
                    if 0 <= h < H and 0 <= w < W:
                        Y[i, j] += X[h, w] * F[a, b]
    return Y


def steps(size):
    """A forward pass with stride and padding, given how many windows fit and where they stand."""

    def convolve(X, F, stride=1, padding=0):
        P = np.pad(X, padding)
        count, place = size(P.shape, F.shape, stride)
        Y = np.zeros(count)
        for i, j in np.ndindex(*count):
            h, w = place(i, stride), place(j, stride)
            part = P[h : h + F.shape[0], w : w + F.shape[1]]
            Y[i, j] = (part * F[: part.shape[0], : part.shape[1]]).sum()
        return Y

    return convolve


def floored(n, k, s):
    return tuple((a - b) // s + 1 for a, b in zip(n, k))


wrong("conv2d_general", "stride-forgotten")(steps(lambda n, k, s: (floored(n, k, s), lambda i, s: i)))
wrong("conv2d_general", "stride-forgotten")(steps(lambda n, k, s: (floored(n, k, 1), lambda i, s: i)))
wrong("conv2d_general", "floor-forgotten")(
    steps(lambda n, k, s: (tuple(-((b - a) // s) + 1 for a, b in zip(n, k)), lambda i, s: i * s))
)
wrong("conv2d_general", "window-off-by-one")(
    steps(lambda n, k, s: (tuple((a - b) // s for a, b in zip(n, k)), lambda i, s: i * s))
)


@wrong("conv2d_general", "padding-forgotten")
def without_border(X, F, stride=1, padding=0):
    tops = np.arange(0, X.shape[0] - F.shape[0] + 1, stride)
    lefts = np.arange(0, X.shape[1] - F.shape[1] + 1, stride)
    return np.array([[(X[h:, w:][: len(F), : len(F[0])] * F).sum() for w in lefts] for h in tops])


@wrong("conv2d_general", "padding-one-side")
def border_above_only(X, F, stride=1, padding=0):
    P = np.zeros((X.shape[0] + padding, X.shape[1] + padding))
    P[padding:, padding:] = X
    return np.lib.stride_tricks.sliding_window_view(P, F.shape)[::stride, ::stride].__mul__(F).sum(axis=(2, 3))


@wrong("conv2d_general", "rotated-forward")
def textbook_formula(X, F, stride=1, padding=0):
    P = np.pad(X, padding)
    OH, OW = floored(P.shape, F.shape, stride)
    Y = np.zeros((OH, OW))
    for i, j, a, b in np.ndindex(OH, OW, *F.shape):
        Y[i, j] += P[i * stride + F.shape[0] - 1 - a, j * stride + F.shape[1] - 1 - b] * F[a, b]
    return Y


@wrong("conv2d_channels", "channels-not-summed")
def one_map_per_channel(X, F, b):
    windows = np.lib.stride_tricks.sliding_window_view(X, F.shape[2:], axis=(1, 2))
    return np.einsum("cijab,ocab->ocij", windows, F) + b[:, None, None, None]


@wrong("conv2d_channels", "one-channel")
def grey(X, F, b):
    return np.array([slide_with(lambda f, i, j: f[i, j])(X[0], bank[0]) + add for bank, add in zip(F, b)])


@wrong("conv2d_channels", "bias-forgotten")
def no_bias(X, F, b):
    windows = np.lib.stride_tricks.sliding_window_view(X, F.shape[2:], axis=(1, 2))
    return np.tensordot(F, windows, axes=([1, 2, 3], [0, 3, 4]))


@wrong("conv2d_channels", "bias-added-often")
def bias_inside(X, F, b):
    O, C, KH, KW = F.shape
    Y = np.zeros((O, X.shape[1] - KH + 1, X.shape[2] - KW + 1))
    for o, i, j in np.ndindex(*Y.shape):
        for c in range(C):
            Y[o, i, j] += np.sum(X[c, i : i + KH, j : j + KW] * F[o, c]) + b[o]
    return Y


@wrong("output_size", "floor-forgotten")
def true_division(n, k, stride=1, padding=0, dilation=1):
    return 1 + (n - (dilation * (k - 1) + 1) + 2 * padding) / stride


@wrong("output_size", "window-off-by-one")
def without_the_one(n, k, stride=1, padding=0, dilation=1):
    return int(np.floor((n - dilation * k + dilation - 1 + 2 * padding) / stride))


@wrong("output_size", "dilation-ignored")
def dense_kernel(n, k, stride=1, padding=0, dilation=1):
    return len(range(0, n + padding + padding - k + 1, stride))


@wrong("output_size", "padding-one-side")
def padded_once(n, k, stride=1, padding=0, dilation=1):
    return len(range(0, n + padding - dilation * (k - 1), stride))
