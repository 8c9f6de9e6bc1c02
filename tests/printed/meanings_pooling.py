"""What the letters mean on the pages about pooling, LeNet-5 and speed."""

import numpy as np

from cnnbp.connections import connections, im2col
from cnnbp.conv import conv2d_loop
from cnnbp.gradcheck import complex_step_gradient
from cnnbp.lowering import strips
from cnnbp.pool import avg_pool2d_loop, max_pool2d_loop
from cnnbp.shapes import conv_geometry
from printed.meaning import Lines, Meaning, Pair
from printed.meanings_convolution import OPERATORS, numbers
from printed.meanings_networks import ACTIVATION, act


def window(kernel, stride, output, image):
    """For each pixel and each window, whether the one lies in the other."""
    inside = np.zeros(image + output, bool)
    for i, j in np.ndindex(output):
        inside[i * stride[0] : i * stride[0] + kernel[0], j * stride[1] : j * stride[1] + kernel[1], i, j] = True
    return inside


def winners(X, inside):
    """For each pixel and each window, whether it is the largest there."""
    seen = np.where(inside, X[:, :, None, None], -np.inf)
    return inside & (seen == seen.max((0, 1)))


def pooling(max_pool=True):
    """Windows of 3×4, two rows and three columns apart: they overlap in both directions."""
    X, kernel, stride = numbers(7, 13), (3, 4), (2, 3)
    pool = (
        (lambda A: max_pool2d_loop(A, kernel, stride)[0])
        if max_pool
        else (lambda A: avg_pool2d_loop(A, kernel, stride))
    )
    Y = pool(X)
    inside = window(kernel, stride, Y.shape, X.shape)
    won = winners(X, inside)
    rates = won if max_pool else inside / 12
    dY = numbers(*Y.shape)
    dX = complex_step_gradient(pool, X, dY)
    names = {
        "X": X, "Y": Y, "∂L/∂X": dX, "∂L/∂Y": dY, "S": Pair(2, 3), "n": 12, "won in window": won.reshape(91, 3, 4),
        "in window": inside, "R": 1.0 * rates.reshape(91, 12).T,
    }  # fmt: skip
    sizes = {"i": 3, "j": 4, "a": 3, "b": 4, "h": 7, "w": 13, "p": 91}
    return Meaning(names | OPERATORS, sizes, flat=["∂L/∂X"])


def mean_pooling():
    """The same windows, their mean."""
    return pooling(max_pool=False)


def pooled_activation():
    """A = act(Z) is pooled: by maximum in the first line, by mean in the second."""
    Z, kernel, stride, dY = numbers(7, 5), (3, 2), (2, 1), numbers(3, 4)
    inside = window(kernel, stride, (3, 4), (7, 5))
    won = winners(act(Z), inside)
    by_max, by_mean = (
        (lambda Z: max_pool2d_loop(act(Z), kernel, stride)[0]),
        (lambda Z: avg_pool2d_loop(act(Z), kernel, stride)),
    )
    back = Lines(complex_step_gradient(layer, Z, dY) for layer in (by_max, by_mean))
    names = {"Z": Z, "∂L/∂Y": dY, "n": 6, "won in": won, "in": inside, "∂L/∂Z": back}
    return Meaning(names | ACTIVATION, {"i": 3, "j": 4, "h": 7, "w": 5})


def pooled_then_dense():
    """Two pooled maps of 2×3, laid out for a dense layer."""
    Y, W, dZ = numbers(2, 2, 3), numbers(4, 12), numbers(4)
    names = {"W": W, "∂L/∂Z": dZ, "∂L/∂Y": complex_step_gradient(lambda Y: W @ Y.ravel(), Y, dZ)}
    return Meaning(names | {"unflatten": lambda vector: vector.reshape(2, 2, 3)})


# --------------------------------------------------------------- LeNet-5


def subsampling():
    """Windows of 2×3 that do not overlap, with one weight and one bias."""
    X, dY, w, b = numbers(8, 6), numbers(4, 2), 0.3, -0.1
    sums = lambda X: X.reshape(4, 2, 2, 3).sum((1, 3))
    layer = lambda X, w, b: act(w * sums(X) + b)
    z = w * sums(X) + b
    names = {
        "Y": layer(X, w, b), "z": z, "w": w, "s": sums(X), "b": b, "∂L/∂Y": dY,
        "∂L/∂z": complex_step_gradient(act, z, dY), "∂L/∂X": complex_step_gradient(lambda X: layer(X, w, b), X, dY),
        "∂L/∂w": complex_step_gradient(lambda w: layer(X, w, b), w, dY),
        "∂L/∂b": complex_step_gradient(lambda b: layer(X, w, b), b, dY),
        "pixel": lambda p: p, "in window": window((2, 3), (2, 3), (4, 2), (8, 6)).reshape(48, 4, 2),
    }  # fmt: skip
    return Meaning(names | ACTIVATION, {"i": 4, "j": 2, "p": 48}, flat=["∂L/∂X"])


def partial_wires():
    """Four filters, three channels; a filter that does not read a channel would send it something if it did."""
    reads = np.array([[1, 1, 0], [0, 1, 1], [1, 0, 1], [1, 1, 1]], bool)  # filter by channel
    X, F, dY = numbers(3, 5, 6), numbers(4, 3, 2, 3), numbers(4, 4, 4)
    wired = F * reads[:, :, None, None]
    through = lambda c, o: complex_step_gradient(lambda A: conv2d_loop(A, F[o, c]), X[c], dY[o])
    parts = np.array([[through(c, o) for o in range(4)] for c in range(3)])
    whole = complex_step_gradient(lambda A: conv2d_loop(A, wired), X, dY)
    return Meaning({"∂L/∂X": whole, "∂L/∂X|": parts, "reads": reads}, {"o": 4, "c": 3})


def counts():
    """Each output is connected to a window in each channel, and to its bias."""
    p, q, r = (list(part) for part in connections((2, 5, 7), (3, 2, 2, 3)))
    names = {
        "p": p,
        "q": q,
        "r": r,
        "O": 3,
        "connections": 3 * 4 * 5 * (2 * 2 * 3 + 1),
        "parameters": 3 * (2 * 2 * 3 + 1),
    }
    return Meaning(names)


def full_list():
    """A filter as large as its image."""
    X, F = numbers(4, 5), numbers(3, 1, 4, 5)
    slide = lambda X, F: conv2d_loop(X[None], F)[:, 0, 0]
    names = {"X": X, "F": F, "W": F.reshape(3, 20), "conv2d": slide}
    return Meaning(names | OPERATORS | {"for a filter as large as its image": True})


# ----------------------------------------------------------------- speed


def products():
    """Layers counted by looking: how many numbers stand where."""

    def counted(image, weights):
        """One layer's sizes, and what was counted there."""
        g = conv_geometry(image, weights)
        ones = conv2d_loop(np.ones(image), np.ones(weights)).sum()
        sizes = {"N": g.N, "O": g.O, "C": g.C, "O_H": g.OH, "O_W": g.OW, "K_H": g.KH, "K_W": g.KW, "H": g.H}
        lowered = {
            "im2col": im2col(np.ones(image), (1, *weights[1:])).size,
            "strips": strips(np.ones(image), slice(0, g.OH), g).size,
        }
        return Meaning(sizes | lowered | {"products": ones})

    return [counted((2, 3, 7, 9), (5, 3, 3, 4)), counted((3, 1, 8, 5), (2, 1, 4, 2))]


def rows():
    """Strips of a 5×7 image for a filter of 2×3, written down by hand."""
    X, F, dY = numbers(5, 7), numbers(2, 3), numbers(4, 5)
    laid = np.array([X[row, b : b + 5] for row in range(5) for b in range(3)])  # each row of X, shifted 0, 1, 2
    sums = np.array(
        [[sum(F[a, b] * dY[h - a] for a in range(2) if 0 <= h - a < 4) for b in range(3)] for h in range(5)]
    )
    names = {
        "Y": conv2d_loop(X, F)[:, None], "bar F": F.reshape(1, 6), "F": F[:, :, None], "T": sums,
        "S": np.array([laid[3 * i : 3 * i + 6] for i in range(4)]),
        "the strips of rows": lambda first, last: laid[3 * first : 3 * last + 3], "K_H": 2, "∂L/∂Y": dY[:, None],
        "∂L/∂bar F": complex_step_gradient(lambda A: conv2d_loop(X, A), F, dY).reshape(1, 6),
        "∂L/∂X": complex_step_gradient(lambda A: conv2d_loop(A, F), X, dY),
    }  # fmt: skip
    sizes = {"i": 4, "a": 2, "b": 3, "h": 5, "w": 7}
    return Meaning(names, sizes, zero=["T", "∂L/∂Y"])


MEANINGS = {
    "eq-max-pool": pooling, "eq-max-pool-grad": pooling, "eq-pool-conserves": pooling, "eq-pool-matrix": pooling,
    "eq-avg-pool": mean_pooling, "eq-avg-pool-grad": mean_pooling, "eq-pool-activation": pooled_activation,
    "eq-pool-from-dense": pooled_then_dense, "eq-lenet-pool": subsampling, "eq-lenet-pool-grad": subsampling,
    "eq-partial-wires": partial_wires, "eq-count": counts, "eq-dense-is-conv": full_list,
    "eq-speed-products": products, "eq-speed-copies": products,
    "eq-speed-row": rows, "eq-speed-filter": rows, "eq-speed-image": rows,
}  # fmt: skip
