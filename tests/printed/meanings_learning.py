"""What the letters mean on the pages about the loss, the updates and the check of a gradient."""

from fractions import Fraction

import numpy as np

from cnnbp.conv import conv2d_loop
from cnnbp.gradcheck import complex_step_gradient
from cnnbp.optim import SGD, Adam
from printed.meaning import Along, Meaning, order
from printed.meanings_convolution import jacobian, numbers
from printed.meanings_networks import cases

FUNCTIONS = {"log": np.log, "e": np.e, "Im": np.imag, "O": order, "i": 1j}


def softmax(Z):
    """As the page says it first."""
    return np.exp(Z) / np.exp(Z).sum(-1, keepdims=True)


def scores():
    """Five classes; the target is spread over all of them, for then no term is lost."""
    Z, t = numbers(5), softmax(numbers(4, 5)[0])
    loss = lambda Z: -(t * np.log(softmax(Z))).sum()
    names = {
        "Z": Z, "t": t, "p": softmax(Z), "L": loss(Z), "∂p/∂Z": jacobian(softmax, Z), "δ": np.eye(5), "m": Z.max(),
        "∂L/∂Z": complex_step_gradient(loss, Z),
    }  # fmt: skip
    return Meaning(names | FUNCTIONS, {"k": 5, "j": 5})


def batch():
    """Three images, five classes; the loss is their mean."""
    Z, t = numbers(3, 5), softmax(numbers(5, 3).T)
    loss = lambda Z: np.mean([-(row * np.log(softmax(z))).sum() for z, row in zip(Z, t)])
    names = {"N": 3, "t": t, "p": softmax(Z), "L": loss(Z), "∂L/∂Z": complex_step_gradient(loss, Z)}
    return Meaning(names | FUNCTIONS, {"n": 3, "k": 5, "j": 5})


# --------------------------------------------------------------- updates


class Weights:
    """A model that consists of one array of weights."""

    def __init__(self, array, gradient):
        self.array, self.gradient = array.copy(), gradient

    def parameters(self):
        """As the layers give theirs."""
        yield "w", self.array, self.gradient


def fourth_step(optimizer, **options):
    """Weights and memory before the fourth step, called w, and after it, called w←."""
    start, gradients = numbers(6), numbers(4, 6)
    model = Weights(start, np.zeros(6))
    steps, seen = optimizer(model, **options), []
    for gradient in gradients:
        seen.append([model.array.copy(), *(array.copy() for array in steps.memory.values())])
        model.gradient[...] = gradient
        steps.step()
    letters = {1: "w", 2: "wv", 3: "wmv"}[len(seen[0])]
    after = [model.array, *steps.memory.values()]
    names = dict(zip(letters, seen[-1])) | {f"{letter}←": array for letter, array in zip(letters, after)}
    return cases(g=gradients[-1], **names)


def descent():
    """Plain descent."""
    names = fourth_step(SGD, lr=0.3)
    return Meaning({"F": names["w"], "F←": names["w←"], "η": 0.3, "∂L/∂F": names["g"]}, {"case": 6})


def momentum():
    """Descent with a velocity."""
    return Meaning(fourth_step(SGD, lr=0.3, momentum=0.8) | {"η": 0.3, "μ": 0.8}, {"case": 6})


def adam():
    """A large ε, for a small one would not be seen."""
    names = fourth_step(Adam, lr=0.3, betas=(0.7, 0.9), eps=0.05)
    return Meaning(names | {"η": 0.3, "β_1": 0.7, "β_2": 0.9, "ε": 0.05, "k": 4}, {"case": 6})


# ---------------------------------------------------------------- nudges


def number():
    """A loss of one number, with all its derivatives."""
    loss = lambda x: np.exp(x) * np.sin(2 * x)
    slope = np.exp(0.4) * (np.sin(0.8) + 2 * np.cos(0.8))
    return Meaning({"L": loss, "x": 0.4, "∂L/∂x": slope, "ε": 0.01} | FUNCTIONS, small=("ε", 0.5))


def image():
    """A loss of an image of 3×4; h and εv are nudges of all its pixels."""
    X, v, F = numbers(3, 4), numbers(4, 3).T, numbers(2, 3)
    loss = lambda X: np.sin(conv2d_loop(X, F)).sum()
    gradient = complex_step_gradient(loss, X)
    names = {"L": loss, "X": X, "v": v, "h": v * 0.001, "ε": 0.001, "∂L/∂X": gradient}
    return names | FUNCTIONS, {"p": 12, "i": 3, "j": 4}


def along_a_direction():
    """ε is halved."""
    names, sizes = image()
    return Meaning(names, sizes, flat=["v", "∂L/∂X"], small=("ε", 0.5))


def nudge():
    """h is halved; i is an index here."""
    names, sizes = image()
    return Meaning({name: value for name, value in names.items() if name != "i"}, sizes, small=("h", 0.5))


def truncation():
    """The running example, where the loss is the sum of the cubes of Y; ε is a whole number, for a small one rounds."""
    X, F = np.array([[3, 1, 4], [1, 5, 9], [2, 6, 5]]), np.array([[2, 7], [1, 8]])
    loss = np.vectorize(lambda f: (conv2d_loop(X, F + (f - F[0, 0]) * np.array([[1, 0], [0, 0]])) ** 3).sum())
    return Meaning({"L": loss, "f_11": 2} | cases(ε=[1.0, 2, 3, 7]), {"case": 4})


def rounding():
    """What the difference of two rounded losses lacks, divided by ε; as a rule, of 300 pairs of losses."""
    sizes, nudges = [1e-3, -1.0, 7e4, -2e9], [1e-3, 1e-9, 1e-5, 0.1]
    losses = [Fraction(str(x)) for x in 1 + numbers(2, 300).ravel() / 100]  # more digits than the product below keeps
    off = [[Fraction(float(Fraction(size) * x)) - Fraction(size) * x for x in losses] for size in sizes]
    lost = [np.mean([abs(float(a - b)) for a, b in zip(row[::2], row[1::2])]) / eps for row, eps in zip(off, nudges)]
    return Meaning(
        cases(L=sizes, ε=nudges) | {"rounding error": Along(("case",), np.array(lost)), "u": 2.0**-53},
        {"case": 4},
        near=4,
    )


MEANINGS = dict.fromkeys(
    ["eq-softmax", "eq-cross-entropy", "eq-softmax-jacobian", "eq-softmax-gradient", "eq-log-sum-exp"], scores
)
MEANINGS |= {
    "eq-mean-loss": batch, "eq-batch-mean": batch, "eq-sgd": descent, "eq-momentum": momentum, "eq-adam": adam,
    "eq-central-difference": number, "eq-check-complex": number, "eq-check-direction": along_a_direction,
    "eq-nudge": nudge, "eq-check-truncation": truncation, "eq-check-rounding": rounding,
}  # fmt: skip
