"""Who runs against whom: each rival computes Y, dX, dF and db of one convolution.

A rival is a function from a layer and its tensors to a call without arguments
that returns the four results, or to None where the rival does not take part.
"""

from contextlib import contextmanager, suppress
from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from threadpoolctl import threadpool_limits

from cnnbp import connections, conv


class Layer(NamedTuple):
    """One convolution: N images of C channels, O square filters."""

    N: int
    C: int
    O: int
    size: int
    K: int
    stride: int = 1
    padding: int = 0

    def __str__(self):
        options = f", s{self.stride}" * (self.stride > 1) + f", p{self.padding}" * (self.padding > 0)
        return f"{self.N}, {self.C}→{self.O}, {self.size}×{self.size}, k{self.K}{options}"

    @property
    def options(self):
        return {"stride": self.stride, "padding": self.padding}

    @property
    def out(self):
        """The height and width of the output."""
        return (self.size + 2 * self.padding - self.K) // self.stride + 1

    def tensors(self):
        """X, F, b and dY in single precision."""
        rng = np.random.default_rng(0)
        shapes = (self.N, self.C, self.size, self.size), (self.O, self.C, self.K, self.K), (self.O,)
        return [rng.normal(size=s).astype(np.float32) for s in (*shapes, (self.N, self.O, self.out, self.out))]

    def products(self):
        """How many products the forward pass adds up, those with the padding included."""
        return self.N * self.C * self.O * (self.out * self.K) ** 2


def cnnbp(layer, X, F, b, dY):
    """Ours."""
    return lambda: (
        conv.conv2d(X, F, b, **layer.options),
        conv.conv2d_grad_input(dY, F, X.shape, **layer.options),
        conv.conv2d_grad_weight(dY, X, F.shape, **layer.options),
        conv.conv2d_grad_bias(dY),
    )


def torch(layer, X, F, b, dY):
    """PyTorch, eager, with its autograd."""
    try:
        import torch
    except ImportError:
        return None
    leaves = [torch.tensor(A, requires_grad=True) for A in (X, F, b)]
    upstream = torch.tensor(dY)

    def run():
        Y = torch.nn.functional.conv2d(*leaves, **layer.options)
        return Y.detach(), *torch.autograd.grad(Y, leaves, upstream)

    return run


def im2col(layer, X, F, b, dY):
    """im2col at its best: one view of all windows, one copy for all passes."""
    K, S, P = layer.K, layer.stride, layer.padding

    def run():
        padded = np.pad(X, [(0, 0), (0, 0), (P, P), (P, P)])
        windows = sliding_window_view(padded, (K, K), (2, 3))[:, :, ::S, ::S]
        N, C, OH, OW = windows.shape[:4]
        columns = windows.transpose(0, 2, 3, 1, 4, 5).reshape(N * OH * OW, -1)
        weights, upstream = F.reshape(len(F), -1), dY.transpose(0, 2, 3, 1).reshape(len(columns), -1)
        Y = (columns @ weights.T + b).reshape(N, OH, OW, -1).transpose(0, 3, 1, 2)
        dF = (upstream.T @ columns).reshape(F.shape)
        back = (upstream @ weights).reshape(N, OH, OW, C, K, K).transpose(0, 3, 1, 2, 4, 5)
        dX = np.zeros_like(padded)
        for i, j in np.ndindex(K, K):
            dX[:, :, i : i + S * OH : S, j : j + S * OW : S] += back[..., i, j]
        return Y, dX[:, :, P : P + layer.size, P : P + layer.size], dF, upstream.sum(0)

    return run


def tensordot(layer, X, F, b, dY):
    """im2col as most teaching libraries write it: windows gathered slice by slice, each pass by itself."""
    K, S, P, out = layer.K, layer.stride, layer.padding, layer.out
    slices = [(i, j, slice(i, i + S * out, S), slice(j, j + S * out, S)) for i in range(K) for j in range(K)]

    def columns():
        padded = np.pad(X, [(0, 0), (0, 0), (P, P), (P, P)])
        windows = np.empty((*X.shape[:2], K, K, out, out), X.dtype)
        for i, j, rows, cells in slices:
            windows[:, :, i, j] = padded[:, :, rows, cells]
        return windows

    def run():
        Y = np.moveaxis(np.tensordot(columns(), F, [(1, 2, 3), (1, 2, 3)]) + b, 3, 1)
        dF = np.tensordot(dY, columns(), [(0, 2, 3), (0, 4, 5)])
        back = np.moveaxis(np.tensordot(F, dY, (0, 1)), 3, 0)
        dX = np.zeros((*X.shape[:2], layer.size + 2 * P, layer.size + 2 * P), X.dtype)
        for i, j, rows, cells in slices:
            dX[:, :, rows, cells] += back[:, :, i, j]
        return Y, dX[:, :, P : P + layer.size, P : P + layer.size], dF, dY.sum((0, 2, 3))

    return run


def scipy(layer, X, F, b, dY):
    """scipy.signal, one plane at a time; it knows no stride, and takes seconds on many planes."""
    try:
        from scipy.signal import convolve2d, correlate2d
    except ImportError:
        return None
    if layer.stride > 1 or layer.N * layer.C * layer.O > 7000:
        return None
    P, inside = layer.padding, slice(layer.padding, layer.padding + layer.size)

    def run():
        padded = np.pad(X, [(0, 0), (0, 0), (P, P), (P, P)])
        Y, dX, dF = np.zeros_like(dY), np.zeros_like(X), np.zeros_like(F)
        for n, o, c in np.ndindex(layer.N, layer.O, layer.C):
            Y[n, o] += correlate2d(padded[n, c], F[o, c], mode="valid")
            dX[n, c] += convolve2d(dY[n, o], F[o, c], mode="full")[inside, inside]
            dF[o, c] += correlate2d(padded[n, c], dY[n, o], mode="valid")
        return Y + b[:, None, None], dX, dF, dY.sum((0, 2, 3))

    return run


def fft(layer, X, F, b, dY):
    """Products of spectra: many images and filters at once, whatever the kernel's size."""
    if layer.stride > 1 or layer.N * layer.C * layer.O > 300_000:
        return None
    P, size = layer.padding, layer.size
    full = (size + 2 * P, size + 2 * P)
    out = dY.shape[-1]

    def run():
        padded = np.pad(X, [(0, 0), (0, 0), (P, P), (P, P)])
        x, f, y = (np.fft.rfft2(A, full) for A in (padded, F, dY))
        Y = np.fft.irfft2(np.einsum("nchw,ochw->nohw", x, f.conj(), optimize=True), full)[..., :out, :out]
        dX = np.fft.irfft2(np.einsum("nohw,ochw->nchw", y, f, optimize=True), full)
        dF = np.fft.irfft2(np.einsum("nchw,nohw->ochw", x, y.conj(), optimize=True), full)
        inside = slice(P, P + size)
        return Y + b[:, None, None], dX[..., inside, inside], dF[..., : layer.K, : layer.K], dY.sum((0, 2, 3))

    return run


def toeplitz(layer, X, F, b, dY):
    """The convolution as one matrix on the image, another on the filter; small layers only."""
    if layer.products() > 20_000:
        return None

    def run():
        T = connections.toeplitz(F, X.shape, **layer.options)
        M = connections.im2col(X, F.shape, **layer.options)
        Y = (T @ X.ravel()).reshape(dY.shape) + b[:, None, None]
        return Y, (T.T @ dY.ravel()).reshape(X.shape), (M.T @ dY.ravel()).reshape(F.shape), dY.sum((0, 2, 3))

    return run


def loops(layer, X, F, b, dY):
    """The loops that the chapters derive; tiny layers only."""
    if layer.products() > 2_000:
        return None
    return lambda: (
        conv.conv2d_loop(X, F, **layer.options) + b[:, None, None],
        conv.conv2d_grad_input_loop(dY, F, X.shape, **layer.options),
        conv.conv2d_grad_weight_loop(dY, X, F.shape, **layer.options),
        dY.sum((0, 2, 3)),
    )


@contextmanager
def thread_limit(threads):
    """The same number of threads for everybody's matrix products."""
    with suppress(ImportError):
        import torch

        torch.set_num_threads(threads)
    with threadpool_limits(threads):
        yield


RIVALS = [torch, cnnbp, im2col, tensordot, fft, scipy, toeplitz, loops]
TINY = [Layer(1, 1, 1, 3, 2), Layer(1, 2, 3, 8, 3, padding=1)]
LARGE = [
    Layer(64, 1, 6, 28, 5, padding=2),
    Layer(64, 6, 16, 14, 5),
    Layer(32, 16, 32, 28, 3, padding=1),
    Layer(16, 64, 64, 32, 3, padding=1),
    Layer(32, 16, 32, 28, 3, stride=2, padding=1),
    Layer(128, 32, 64, 14, 3),
]
