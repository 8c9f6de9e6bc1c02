"""What the letters of the convolution pages mean, each computed by a loop or a numerical derivative."""

import numpy as np

from cnnbp.connections import connections
from cnnbp.conv import conv2d_loop
from cnnbp.gradcheck import complex_step_gradient
from printed.meaning import Along, Meaning, Pair


def numbers(*shape):
    """Random numbers, the same for the same shape in every run."""
    return np.random.default_rng(shape).normal(size=shape)


def rot180(A):
    """Rows and columns reversed."""
    return np.flip(A, (0, 1))


def pad(A, border):
    """A border of zeros."""
    return np.pad(A, [(width, width) for width in border])


def crop(A, edge):
    """All but a border."""
    return A[edge[0] : A.shape[0] - edge[0], edge[1] : A.shape[1] - edge[1]]


OPERATORS = {"rot180": rot180, "pad": pad, "vec": np.ravel, "if": lambda claim: claim}


def jacobian(function, X):
    """∂Y/∂X with the indices of Y first."""
    Y = function(X)
    rows = [complex_step_gradient(function, X, one.reshape(Y.shape)) for one in np.eye(Y.size)]
    return np.reshape(rows, Y.shape + X.shape)


def triples(input_shape, weight_shape):
    """For each (p, q, r), whether it is in the list."""
    p, q, r = connections(input_shape, weight_shape)
    found = np.zeros((p.max() + 1, q.max() + 1, r.max() + 1), bool)
    found[p, q, r] = True
    return found


def plain():
    """One map of 5×7, one filter of 2×3."""
    X, F, dY = numbers(5, 7), numbers(2, 3), numbers(4, 5)
    by_X, by_F = (lambda A: conv2d_loop(A, F)), (lambda A: conv2d_loop(X, A))
    rates = jacobian(by_X, X)
    names = {
        "X": X, "F": F, "Y": by_X(X), "∂L/∂Y": dY, "K": Pair(2, 3), "∂L/∂b": dY.sum(),
        "∂L/∂X": complex_step_gradient(by_X, X, dY), "∂L/∂F": complex_step_gradient(by_F, F, dY),
        "∂Y/∂X": rates, "∂Y/∂F": jacobian(by_F, F), "T": rates.reshape(20, 35), "triples": triples((5, 7), (2, 3)),
    }  # fmt: skip
    sizes = {"h": 5, "w": 7, "a": 2, "b": 3, "a'": 2, "b'": 3, "i": 4, "j": 5, "p": 35, "q": 6, "r": 20}
    return Meaning(names | OPERATORS, sizes, zero=["∂L/∂Y"], flat=["X", "F", "Y", "∂L/∂X", "∂L/∂F", "∂L/∂Y"])


def full():
    """Stride, padding and dilation, each another by rows than by columns; channels and a batch."""
    steps = {"stride": (2, 3), "padding": (4, 1), "dilation": (3, 2)}
    X, F, b = numbers(2, 3, 6, 7), numbers(2, 3, 3, 2), numbers(2)
    by_X, by_F = (lambda A: conv2d_loop(A, F, **steps)), (lambda A: conv2d_loop(X, A, **steps))
    Y = by_X(X)
    dY = numbers(*Y.shape)
    with_bias = lambda b: Y + b[:, None, None]
    names = {
        "X": X, "F": F, "b_o": Along(("o",), b), "Y": with_bias(b), "∂L/∂Y": dY,
        "S": Pair(2, 3), "P": Pair(4, 1), "D": Pair(3, 2),
        "∂L/∂X": complex_step_gradient(by_X, X, dY), "∂L/∂F": complex_step_gradient(by_F, F, dY),
        "∂L/∂b": complex_step_gradient(with_bias, b, dY),
    }  # fmt: skip
    sizes = {"n": 2, "o": 2, "c": 3, "a": 3, "b": 2, "i": Y.shape[2], "j": Y.shape[3]}
    return names, sizes


def full_forward():
    """The page says what h and w are, and that X is 0 outside."""
    names, sizes = full()
    return Meaning(names, sizes, zero=["X"])


def full_backward():
    """h and w are the pixel's."""
    names, sizes = full()
    return Meaning(names, sizes | {"h": 6, "w": 7})


def general(H=9, W=8, K=(3, 5), S=(2, 3), P=(1, 4), D=(4, 2)):
    """One map back through stride, padding and dilation; outputs spread out as far as windows may begin."""
    steps = {"stride": S, "padding": P, "dilation": D}
    X, F = numbers(H, W), numbers(*K)
    slide = lambda A: conv2d_loop(A, F, **steps)
    dY = numbers(*slide(X).shape)

    def spread(A, apart):
        """Zeros between the cells and after them, as far as a window may begin."""
        wide = np.zeros([size + 2 * P - D * (K - 1) for size, K, P, D in zip((H, W), K, P, D)])
        wide[:: apart[0], :: apart[1]][: A.shape[0], : A.shape[1]] = A
        return wide

    names = {
        "X": X, "F": F, "K": Pair(*K), "K_H": K[0], "K_W": K[1], "S": Pair(*S), "P": Pair(*P), "D": Pair(*D),
        "crop": crop, "spread": spread, "∂L/∂Y": dY, "∂L/∂X": complex_step_gradient(slide, X, dY),
        "∂L/∂F": complex_step_gradient(lambda A: conv2d_loop(X, A, **steps), F, dY),
    }  # fmt: skip
    return Meaning(names | OPERATORS)


def general_filter():
    """In the second world a stride leaves so much over that the filter could slide on."""
    return [general(), general(H=9, W=12, K=(2, 3), S=(5, 4), P=(1, 0), D=(2, 1))]


def channels():
    """Three filters, two channels, two images; no stride."""
    X, F, dY = numbers(2, 2, 5, 7), numbers(3, 2, 2, 3), numbers(2, 3, 4, 5)
    names = {"F": F, "K": Pair(2, 3), "∂L/∂Y": dY, "∂L/∂X": complex_step_gradient(lambda A: conv2d_loop(A, F), X, dY)}
    return Meaning(names | OPERATORS, {"n": 2, "c": 2, "o": 3})


def windows(H, K, S, P, D):
    """The first row of each window that fits, by trying."""
    return [top for top in range(-P, H + P, S) if top + D * (K - 1) < H + P]


def sizes():
    """All small cases with at least one window; how many windows, and what is left over."""
    cases = [
        case for case in np.ndindex(9, 4, 5, 3, 4) if case[0] and case[1] and case[2] and case[4] and windows(*case)
    ]
    H, K, S, P, D = np.transpose(cases)
    left = [H + P - 1 - (windows(H, K, S, P, D)[-1] + D * (K - 1)) for H, K, S, P, D in cases]
    case = lambda values: Along(("case",), np.array(values))
    names = {"H": H, "K": K, "S": S, "P": P, "D": D, "R": left, "O_H": [len(windows(*c)) for c in cases]}
    return Meaning({name: case(values) for name, values in names.items()}, {"case": len(cases)})


def padding_back():
    """With which border the rotated filter gives the gradient of the image, by trying."""
    cases = [(K, P) for K in (1, 2, 3, 4) for P in range(K)]

    def found(K, P):
        """The border that fits."""
        F, dY = numbers(K, K), numbers(7 + 2 * P - K, 7 + 2 * P - K)
        right = complex_step_gradient(lambda A: conv2d_loop(A, F, padding=P), numbers(6, 6), dY)
        slid = {B: conv2d_loop(dY, rot180(F), padding=B) for B in range(5) if len(dY) + 2 * B >= K}
        return next(B for B, A in slid.items() if A.shape == right.shape and np.allclose(A, right))

    names = {"K": [K for K, _ in cases], "P": [P for _, P in cases], "P_back": [found(*case) for case in cases]}
    return Meaning({name: Along(("case",), np.array(values)) for name, values in names.items()}, {"case": len(cases)})


def fan_out():
    """How many products a pixel takes part in, counted in the list."""
    p, _, _ = connections((6, 9), (2, 3), (2, 1), (1, 0), (3, 2))
    count = lambda K, S, P, D, H: [
        sum(h == top + D * a for top in windows(H, K, S, P, D) for a in range(K)) for h in range(H)
    ]
    names = {"n_hw": Along(("h", "w"), np.bincount(p, minlength=54).reshape(6, 9))}
    names |= {
        "n_h": Along(("h",), np.array(count(2, 2, 1, 3, 6))),
        "n_w": Along(("w",), np.array(count(3, 1, 0, 2, 9))),
    }
    return Meaning(names, {"h": 6, "w": 9})


def transposed():
    """The layer that pastes: a map of 4×5 becomes one of 5×7."""
    X, F, dY = numbers(4, 5), numbers(2, 3), numbers(5, 7)

    def paste(X, F):
        """Each cell of X puts its multiple of F into Y."""
        Y = np.zeros(np.add(X.shape, F.shape) - 1, np.result_type(X, F))
        for i, j in np.ndindex(X.shape):
            Y[i : i + len(F), j : j + len(F.T)] += X[i, j] * F
        return Y

    names = {
        "X": X, "F": F, "Y": paste(X, F), "conv_T": paste, "K": Pair(2, 3), "T": matrix(F, 5, 7), "∂L/∂Y": dY,
        "∂L/∂X": complex_step_gradient(lambda A: paste(A, F), X, dY), "triples": triples((5, 7), (2, 3)),
        "∂L/∂F": complex_step_gradient(lambda A: paste(X, A), F, dY), "x": numbers(35), "g": numbers(20),
    }  # fmt: skip
    flat = ["X", "∂L/∂F", "∂L/∂Y", "∂L/∂X", "F"]
    return Meaning(names | OPERATORS, {"p": 35, "q": 6, "r": 20}, flat=flat)


def named_cells(X=None, F=None, dY=None):
    """The book's shapes with other numbers, for its X holds 1 and 5 twice; each cell has a name, counted from 1."""
    X, F = numbers(3, 3) if X is None else X, numbers(2, 2) if F is None else F
    dY = numbers(4, 4)[:2, :2] if dY is None else dY
    by_X, by_F = (lambda X: conv2d_loop(X, F)), (lambda F: conv2d_loop(X, F))
    tensors = {"x_": X, "f_": F, "y_": by_X(X), "dy_": dY, "∂L/∂y": dY}
    tensors |= {"∂L/∂x": complex_step_gradient(by_X, X, dY), "∂L/∂f": complex_step_gradient(by_F, F, dY)}
    rates = jacobian(by_F, F)
    names = {f"{name}{i + 1}{j + 1}": A[i, j] for name, A in tensors.items() for i, j in np.ndindex(A.shape)}
    names |= {f"∂y{i + 1}{j + 1}/∂f{a + 1}{b + 1}": rates[i, j, a, b] for i, j, a, b in np.ndindex(rates.shape)}
    return Meaning(names | {"∂L/∂Y": dY})


def matrix(F, H, W):
    """The convolution of a map as a matrix: what each pixel alone makes."""
    return np.transpose([conv2d_loop(one.reshape(H, W), F).ravel() for one in np.eye(H * W)])


MEANINGS = dict.fromkeys(
    ["eq-forward", "eq-triples", "eq-toeplitz", "eq-true-convolution", "eq-local-filter", "eq-filter-chain",
     "eq-filter-sum", "eq-filter-correlation", "eq-filter-triples", "eq-bias", "eq-input-sum", "eq-input-gather",
     "eq-input-rotated", "eq-input-full", "eq-input-transpose", "eq-input-triples"], plain)  # fmt: skip
MEANINGS |= dict.fromkeys(
    ["eq-transposed-forward", "eq-transposed-adjoint", "eq-transposed-flip", "eq-transposed-gradient"], transposed
)
MEANINGS |= {
    "eq-forward-full": full_forward, "eq-filter-full": full_forward, "eq-bias-full": full_backward,
    "eq-input-everything": full_backward, "eq-input-channels": channels, "eq-input-general": general,
    "eq-card-filter": general_filter, "eq-output-size": sizes, "eq-output-padding": sizes,
    "eq-transposed-size": sizes, "eq-card-padding": padding_back, "eq-fan-out": fan_out,
}  # fmt: skip
