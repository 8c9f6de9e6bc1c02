"""Right functions that look unlike anybody else's; none of them is to get a diagnosis."""

from fractions import Fraction
from functools import reduce

import numpy as np
from scipy import linalg, signal, sparse

UNUSUAL = []


def right(kind):
    """Keep a function with its kind."""

    def keep(function):
        UNUSUAL.append((kind, function))
        return function

    return keep


def full_fft(A, B):
    """The full convolution of two arrays as a product of transforms."""
    shape = [a + b - 1 for a, b in zip(A.shape, B.shape)]
    return np.fft.ifft2(np.fft.fft2(A, shape) * np.fft.fft2(B, shape)).real


# -------------------------------------------------------------------- forward

right("conv2d")(lambda X, F: signal.correlate2d(X, F, mode="valid"))
right("conv2d")(lambda X, F: full_fft(X, F[::-1, ::-1])[len(F) - 1 : len(X), len(F[0]) - 1 : len(X[0])])
right("conv2d")(lambda X, F: np.einsum("ijab,ab->ij", np.lib.stride_tricks.sliding_window_view(X, F.shape), F).tolist())
right("conv2d")(lambda X, F: np.float32(signal.correlate2d(X, F, mode="valid")))
right("conv2d")(lambda X, F: signal.correlate2d(X, F, mode="valid").astype(int))
right("conv2d")(lambda X, F: signal.correlate2d(X, F, mode="valid") * (1 + 1e-6))


@right("conv2d")
def recursion(X, F):
    """Quarter the output until one number is left."""
    OH, OW = X.shape[0] - F.shape[0] + 1, X.shape[1] - F.shape[1] + 1
    if OH > 1:
        return np.vstack([recursion(X[: -(OH - 1)], F), recursion(X[1:], F)])
    if OW > 1:
        return np.hstack([recursion(X[:, : -(OW - 1)], F), recursion(X[:, 1:], F)])
    return np.array([[np.vdot(X, F)]])


@right("conv2d")
def exact_fractions(X, F):
    rows, columns = X.shape[0] - len(F) + 1, X.shape[1] - len(F[0]) + 1
    sums = [[sum(Fraction(X[i + a, j + b]) * Fraction(F[a, b]) for a, b in np.ndindex(*F.shape)) for j in range(columns)]
            for i in range(rows)]  # fmt: skip
    return [[float(entry) for entry in row] for row in sums]


@right("conv2d_general")
def strided_afterwards(X, F, stride=1, padding=0):
    """Slide one cell at a time, then keep every S-th."""
    return signal.correlate(np.pad(X, padding), F, mode="valid", method="fft")[::stride, ::stride]


@right("conv2d_channels")
def im2col(X, F, b):
    O, C, KH, KW = F.shape
    OH, OW = X.shape[1] - KH + 1, X.shape[2] - KW + 1
    columns = np.stack([X[:, i : i + KH, j : j + KW].ravel() for i in range(OH) for j in range(OW)], axis=1)
    together = np.c_[F.reshape(O, -1), b] @ np.r_[columns, np.ones((1, OH * OW))]
    return together.reshape(O, OH, OW)


right("output_size")(lambda n, k, stride=1, padding=0, dilation=1: len(np.arange(n + 2 * padding)[(k - 1) * dilation :: stride]))
right("output_size")(
    lambda n, k, stride=1, padding=0, dilation=1: np.int64((n + 2 * padding - dilation * (k - 1) - 1 + stride) // stride)
)
right("rotate")(lambda F: F.ravel()[::-1].reshape(F.shape))
right("rotate")(lambda F: np.eye(len(F))[::-1] @ F @ np.eye(len(F[0]))[::-1])

# ---------------------------------------------------------- gradients of a layer


@right("conv2d_grad_weight")
def by_slices(dY, X, weight_shape, stride=1):
    dF = np.empty(weight_shape)
    for a, b in np.ndindex(*weight_shape):
        dF[a, b] = np.vdot(dY, X[a : a + stride * len(dY) : stride, b : b + stride * len(dY[0]) : stride])
    return dF


@right("conv2d_grad_weight")
def numerically(dY, X, weight_shape, stride=1):
    """The layer is linear, so a difference with a nudge of 1 is exact."""
    loss = lambda F: (dY * signal.correlate2d(X, F, mode="valid")[::stride, ::stride]).sum()  # noqa: E731
    units = np.eye(np.prod(weight_shape)).reshape(-1, *weight_shape)
    return np.array([loss(unit) for unit in units]).reshape(weight_shape)


right("conv2d_grad_weight_batch")(
    lambda dY, X, shape: np.einsum("noij,ncijab->ocab", dY, np.lib.stride_tricks.sliding_window_view(X, shape[2:], axis=(2, 3)))
)
right("conv2d_grad_bias")(lambda dY: np.ones(len(dY)) @ (dY.reshape(len(dY), dY.shape[1], -1) @ np.ones(dY[0, 0].size)))
right("conv2d_grad_bias")(lambda dY: [float(reduce(np.add, dY[:, o].ravel())) for o in range(dY.shape[1])])
right("conv2d_grad_input")(lambda dY, F, input_shape: full_fft(dY, F))
right("conv2d_grad_input")(lambda dY, F, input_shape: signal.correlate2d(dY[::-1, ::-1], F)[::-1, ::-1])
right("conv2d_grad_input")(lambda dY, F, input_shape: signal.convolve2d(F.astype(int), dY.astype(int)))
right("conv2d_grad_input_full")(lambda dY, F: np.float32(full_fft(F, dY)))


@right("conv2d_grad_input")
def toeplitz_matrices(dY, F, input_shape):
    """One Toeplitz matrix for each row of the filter."""
    dX = np.zeros(input_shape)
    for a, row in enumerate(F):
        T = linalg.toeplitz(np.r_[row, np.zeros(len(dY[0]) - 1)], np.zeros(len(dY[0])))
        dX[a : a + len(dY)] += dY @ T.T
    return dX


@right("conv2d_grad_input_general")
def sparse_matrix(dY, F, input_shape, stride=1, padding=0):
    cells = np.pad(np.arange(np.prod(input_shape)).reshape(input_shape), padding, constant_values=-1)
    windows = np.lib.stride_tricks.sliding_window_view(cells, F.shape)[::stride, ::stride].reshape(dY.size, -1)
    rows, columns = np.nonzero(windows >= 0)
    T = sparse.coo_matrix((F.ravel()[columns], (rows, windows[rows, columns])), (dY.size, np.prod(input_shape)))
    return (T.T @ dY.ravel()).reshape(input_shape)


# -------------------------------------------------------------------- pooling


@right("max_pool2d")
def one_after_the_other(X, size, stride):
    """First along the rows, then down the columns."""
    along = np.lib.stride_tricks.sliding_window_view(X, size, axis=1).max(axis=-1)[:, ::stride]
    return np.lib.stride_tricks.sliding_window_view(along, size, axis=0).max(axis=-1)[::stride]


@right("max_pool2d_grad")
def sorted_windows(dY, X, size, stride):
    """A stable sort puts the first of equal maxima first."""

    def view(A):
        return np.lib.stride_tricks.sliding_window_view(A, (size, size))[::stride, ::stride].reshape(*dY.shape, -1)

    order = np.argsort(-view(X), axis=-1, kind="stable")[..., :1]
    dX = np.zeros(X.size)
    np.add.at(dX, np.take_along_axis(view(np.arange(X.size).reshape(X.shape)), order, -1)[..., 0], dY)
    return dX.reshape(X.shape)


@right("max_pool2d_grad")
def nudged(dY, X, size, stride):
    """Ties are broken by a slope too small to change any order; then each winner is found by value."""
    X = X - 1e-9 * np.arange(X.size).reshape(X.shape)
    dX = np.zeros(X.shape)
    for i, j in np.ndindex(*dY.shape):
        at = np.s_[i * stride : i * stride + size, j * stride : j * stride + size]
        dX[at] += dY[i, j] * (X[at] == X[at].max())
    return dX


right("avg_pool2d_grad")(
    lambda dY, shape, size, stride: sum(
        np.pad(
            np.full((size, size), g / size**2),
            [(i * stride, shape[0] - i * stride - size), (j * stride, shape[1] - j * stride - size)],
        )
        for (i, j), g in np.ndenumerate(dY)
    )
)

# ------------------------------------------------------- losses and single numbers

right("softmax")(lambda Z: np.exp(Z - np.logaddexp.reduce(Z, axis=1)[:, None]))
right("softmax")(lambda Z: np.array([[1 / np.exp(np.clip(row - z, None, 700)).sum() for z in row] for row in Z]))


@right("cross_entropy_grad")
def through_the_jacobian(Z, t):
    rows = []
    for z, label in zip(Z, t):
        p = np.exp(z) / np.exp(z).sum()
        rows.append((np.diag(p) - np.outer(p, p)) @ (-np.eye(len(z))[label] / p / len(Z)))
    return rows


@right("cross_entropy_grad")
def complex_step(Z, t):
    nudges = 1e-30j * np.eye(Z.size).reshape(-1, *Z.shape)
    loss = lambda Z: (np.log(np.exp(Z).sum(axis=1)) - Z[np.arange(len(t)), t]).mean()  # noqa: E731
    return np.reshape([loss(Z + nudge).imag * 1e30 for nudge in nudges], Z.shape)


right("linear_grad")(lambda dY, X, W: [np.inner(dY, W.T), np.tensordot(dY, X, (0, 0)), np.ones(len(dY)) @ dY])
right("sgd_step")(lambda params, grads, lr: tuple(p + (-lr) * g for p, g in zip(params, grads)))
right("fan_out")(lambda x, y: [x + (x + y), x])
right("neuron")(lambda x, w, b, t: tuple(2 * (np.r_[x, 1] @ np.r_[w, b] - t) * d for d in (x, 1, w)))
right("numerical_derivative")(lambda f, x, eps=1e-5: ((f(x + eps) - f(x)) / eps + (f(x) - f(x - eps)) / eps) / 2)
