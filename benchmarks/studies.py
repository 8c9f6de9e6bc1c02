"""What else is measured: single gradients, a training step, memory, growth with each size, the ceiling."""

import statistics
import time
import tracemalloc
from unittest.mock import patch

import numpy as np

from benchmarks import rivals
from benchmarks.rivals import LARGE, Layer
from cnnbp import conv, lowering, workspace
from cnnbp.dense import softmax_cross_entropy
from cnnbp.layers import Conv2d, Flatten, Linear, MaxPool2d, ReLU, Sequential
from cnnbp.optim import Adam
from cnnbp.training import train


def medians(calls, rounds):
    """Each call's seconds of one thread, in turn with the others, and the median of its ratios to the first."""
    times = {name: [] for name in calls}
    for turn in range(rounds + 2):
        for name, call in calls.items():
            call()  # what the one before left in the caches is not counted
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


def lenets():
    """A LeNet-like network for images of 28×28, by us and by PyTorch."""
    from torch import nn

    make = {"rng": np.random.default_rng(0), "dtype": np.float32}
    ours = Sequential(
        Conv2d(1, 6, 5, padding=2, **make), ReLU(), MaxPool2d(2), Conv2d(6, 16, 5, **make), ReLU(), MaxPool2d(2),
        Flatten(), Linear(400, 120, **make), ReLU(), Linear(120, 84, **make), ReLU(), Linear(84, 10, **make),
    )  # fmt: skip
    theirs = nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10),
    )  # fmt: skip
    return ours, theirs


def digits(count):
    """Images of noise, with labels."""
    rng = np.random.default_rng(0)
    return rng.normal(size=(count, 1, 28, 28)).astype(np.float32), rng.integers(0, 10, count)


def lenet_steps():
    """One training step of the network on 64 images, by PyTorch and by us."""
    import torch

    (ours, theirs), (X, t) = lenets(), digits(64)
    descent, their_step = Adam(ours), _stepper(theirs)
    their_X, their_t = torch.tensor(X), torch.tensor(t)

    def step():
        ours.backward(softmax_cross_entropy(ours.forward(X), t)[1])
        descent.step()

    return {"torch": lambda: their_step(their_X, their_t), "cnnbp": step}


def lenet_epochs(count=1280):
    """One epoch of the network on batches of 64 in a new order, with the loss added up, by PyTorch and by us."""
    import torch

    (ours, theirs), (X, t) = lenets(), digits(count)
    descent, their_step = Adam(ours), _stepper(theirs)
    their_X, their_t = torch.tensor(X), torch.tensor(t)

    def their_epoch():
        return sum(their_step(their_X[batch], their_t[batch]).item() for batch in torch.randperm(count).split(64))

    epoch = {"optimizer": descent, "epochs": 1, "batch_size": 64, "progress": False}
    return {"torch": their_epoch, "cnnbp": lambda: train(ours, X, t, **epoch)}


def _stepper(model):
    """PyTorch's step: a function of a batch that returns the loss."""
    from torch import nn, optim

    descent = optim.Adam(model.parameters())

    def step(X, t):
        descent.zero_grad()
        loss = nn.functional.cross_entropy(model(X), t)
        loss.backward()
        descent.step()
        return loss

    return step


def peak_memory():
    """The most bytes that a forward pass and both gradients hold beyond what they are given: im2col's and ours."""
    for K in (3, 5, 7):
        layer = Layer(16, 16, 16, 32, K)
        peaks = {}
        for rival in (rivals.im2col, rivals.cnnbp):
            call = rival(layer, *layer.tensors())
            call()
            workspace.release()  # what is kept from call to call counts too
            tracemalloc.start()
            call()
            peaks[rival.__name__] = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
        yield {"layer": str(layer), "K": K, "bytes": peaks}


GROWTH = [
    ("N", (64, 96, 128)), ("N", (512, 768, 1024)), ("C", (64, 96, 128)), ("C", (256, 384, 512)),
    ("size", (64, 96, 128)), ("K", (7, 11, 15)),
]  # fmt: skip


def growth(rounds):
    """How the time grows with each size, as an exponent, and how the number of products does."""
    base = {"N": 16, "C": 32, "O": 32, "size": 32, "K": 3, "padding": 1}
    for name, sizes in GROWTH:
        layers = [Layer(**base | {name: size} | ({"padding": size // 2} if name == "K" else {})) for size in sizes]
        calls = {size: rivals.cnnbp(layer, *layer.tensors()) for size, layer in zip(sizes, layers)}
        seconds = [min(times) for times in medians(calls, rounds)[0].values()]
        logarithms = np.log(sizes), np.log(seconds), np.log([layer.products() for layer in layers])
        slopes = [float(np.polyfit(logarithms[0], values, 1)[0]) for values in logarithms[1:]]
        yield {"size": name, "values": sizes, "seconds": seconds, "exponent": slopes[0], "arithmetic": slopes[1]}


def gaps(rounds):
    """Forward passes over images 32 columns wide without gaps behind the strips: ratios to those with them."""
    for N in (32, 64, 128):
        layer = Layer(N, 32, 32, 32, 3, padding=1)
        X, F, b, _ = layer.tensors()
        calls = {"with": lambda: conv.conv2d(X, F, b, padding=1), "without": lambda: _without_gaps(calls["with"])}
        yield {"layer": str(layer), "without": medians(calls, rounds)[1]["without"]}


def _without_gaps(call):
    with patch.object(lowering, "_pitch", lambda width, itemsize: width):
        return call()


def ceiling(rounds):
    """Products per second: of one large matrix product, and of our layers, all three passes."""
    A = np.ones((1024, 1024), np.float32)
    rate = A.size * len(A) / min(medians({"product": lambda: A @ A}, rounds)[0]["product"])
    for layer in LARGE:
        call = rivals.cnnbp(layer, *layer.tensors())
        seconds = min(medians({"cnnbp": call}, rounds)[0]["cnnbp"])
        share = 3 * layer.products() / seconds / rate
        yield {"layer": str(layer), "share": share, "products_per_second": rate}
