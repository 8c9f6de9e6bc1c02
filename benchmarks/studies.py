"""What else is measured: single gradients, a training step, memory, growth with each size, the ceiling."""

import statistics
import time
import tracemalloc

import numpy as np

from benchmarks import rivals
from benchmarks.rivals import LARGE, Layer
from cnnbp import conv
from cnnbp.dense import softmax_cross_entropy
from cnnbp.layers import Conv2d, Flatten, Linear, MaxPool2d, ReLU, Sequential
from cnnbp.optim import Adam


def medians(calls, rounds):
    """Each call's seconds of one thread, in turn with the others, and the median of its ratios to the first."""
    times = {name: [] for name in calls}
    for turn in range(rounds + 2):
        for name, call in calls.items():
            begin = time.thread_time()
            call()
            if turn > 1:  # the first rounds warm up
                times[name].append(time.thread_time() - begin)
    first = times[next(iter(times))]
    return times, {name: statistics.median(a / b for a, b in zip(own, first)) for name, own in times.items()}


def each_gradient(rounds):
    """Ratios to PyTorch of forward, gradient of the image and gradient of the filter, layer by layer."""
    import torch

    for layer in LARGE:
        X, F, b, dY = layer.tensors()
        x, f, bias = (torch.tensor(A, requires_grad=True) for A in (X, F, b))
        upstream, options = torch.tensor(dY), layer.options
        y = torch.nn.functional.conv2d(x, f, bias, **options)
        pairs = {
            "forward": (
                lambda: torch.nn.functional.conv2d(x, f, bias, **options),
                lambda: conv.conv2d(X, F, b, **options),
            ),
            "dX": (
                lambda: torch.autograd.grad(y, x, upstream, retain_graph=True),
                lambda: conv.conv2d_grad_input(dY, F, X.shape, **options),
            ),
            "dF": (
                lambda: torch.autograd.grad(y, f, upstream, retain_graph=True),
                lambda: conv.conv2d_grad_weight(dY, X, F.shape, **options),
            ),
        }
        ratios = {name: medians(dict(zip("to", pair)), rounds)[1]["o"] for name, pair in pairs.items()}
        yield {"layer": str(layer), "ratios": ratios}


def lenet_steps():
    """One training step of a LeNet-like network on 64 images, by PyTorch and by us."""
    import torch
    from torch import nn

    rng = np.random.default_rng(0)
    X, t = rng.normal(size=(64, 1, 28, 28)).astype(np.float32), rng.integers(0, 10, 64)
    make = {"rng": rng, "dtype": np.float32}
    ours = Sequential(
        Conv2d(1, 6, 5, padding=2, **make), ReLU(), MaxPool2d(2), Conv2d(6, 16, 5, **make), ReLU(), MaxPool2d(2),
        Flatten(), Linear(400, 120, **make), ReLU(), Linear(120, 84, **make), ReLU(), Linear(84, 10, **make),
    )  # fmt: skip
    theirs = nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10),
    )  # fmt: skip
    descent, their_descent = Adam(ours), torch.optim.Adam(theirs.parameters())
    their_X, their_t = torch.tensor(X), torch.tensor(t)

    def step():
        ours.backward(softmax_cross_entropy(ours.forward(X), t)[1])
        descent.step()

    def their_step():
        their_descent.zero_grad()
        nn.functional.cross_entropy(theirs(their_X), their_t).backward()
        their_descent.step()

    return {"torch": their_step, "cnnbp": step}


def peak_memory():
    """The most bytes that a forward pass and both gradients hold beyond what they are given: im2col's and ours."""
    for K in (3, 5, 7):
        layer = Layer(16, 16, 16, 32, K)
        peaks = {}
        for rival in (rivals.im2col, rivals.cnnbp):
            call = rival(layer, *layer.tensors())
            call()
            tracemalloc.start()
            call()
            peaks[rival.__name__] = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
        yield {"layer": str(layer), "K": K, "bytes": peaks}


def growth(rounds):
    """How the time grows with each size, as an exponent, and how the number of products does."""
    base = {"N": 16, "C": 32, "O": 32, "size": 32, "K": 3, "padding": 1}
    for name, sizes in {"N": (16, 32, 64), "C": (32, 64, 128), "size": (32, 64, 128), "K": (5, 9, 17)}.items():
        layers = [Layer(**base | {name: size} | ({"padding": size // 2} if name == "K" else {})) for size in sizes]
        calls = {size: rivals.cnnbp(layer, *layer.tensors()) for size, layer in zip(sizes, layers)}
        seconds = [min(times) for times in medians(calls, rounds)[0].values()]
        logarithms = np.log(sizes), np.log(seconds), np.log([layer.products() for layer in layers])
        slopes = [float(np.polyfit(logarithms[0], values, 1)[0]) for values in logarithms[1:]]
        yield {"size": name, "values": sizes, "seconds": seconds, "exponent": slopes[0], "arithmetic": slopes[1]}


def ceiling(rounds):
    """Products per second: of one large matrix product, and of our layers, all three passes."""
    A = np.ones((1024, 1024), np.float32)
    rate = A.size * len(A) / min(medians({"product": lambda: A @ A}, rounds)[0]["product"])
    for layer in LARGE:
        call = rivals.cnnbp(layer, *layer.tensors())
        seconds = min(medians({"cnnbp": call}, rounds)[0]["cnnbp"])
        share = 3 * layer.products() / seconds / rate
        yield {"layer": str(layer), "share": share, "products_per_second": rate}
