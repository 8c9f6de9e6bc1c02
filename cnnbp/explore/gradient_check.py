"""The gradient check as an explorable: the error of a nudge, and a gallery of bugs."""

from functools import cache

import matplotlib.pyplot as plt
import numpy as np

from cnnbp import connections, conv
from cnnbp.explore import wrong_backward
from cnnbp.explore.explorable import Explorable, lowered, text
from cnnbp.explore.parts import dial, flag, given, pick
from cnnbp.plots.look import book_look
from cnnbp.style import colour

X = np.array([[3.0, 1, 4], [1, 5, 9], [2, 6, 5]])
F = np.array([[2.0, 7], [1, 8]])
RULES = ("forward", "central", "complex")
# 1, 0.3, 0.1, ... 1e-12, read from text: a power might differ in its last bit between languages.
EPS = [1.0, *(float(f"{digit}e-{k}") for k in range(1, 13) for digit in (3, 1))]
# The bugs behind the numbers 1, 2, 3, ...
ORDER = ("stride", "mean", "rotation", "batch", "ties", "bias", "slope", "sign", "overwrite", "first")
SHOWN = ("F1", "F2", "X")


class GradientCheck(Explorable):
    """
    How far off a numerical derivative is, and which bugs it finds.

    Parameters
    ----------
    part : {"step", "bugs"}
        The error against the size of the nudge, or the gallery of bugs.
    nudge : int
        Which of the sizes in `EPS`, from 1 down to 1e-12.
    precision : {"float64", "float32"}
    bug : int
        Which wrong backward pass of `wrong_backward`.
    guess : str
        The reader's name for it; "none" while there is none.
    reveal : bool
        Whether the figure names it.

    Notes
    -----
    The loss of the first part is the sum of the cubes of Y, as a function of
    f11. Its cube has a truncation error, and with whole numbers the exact
    derivative, 295713, has no rounding error at all.
    """

    view_name = "gradient_check"

    part = pick("step", "bugs")
    nudge = dial(EPS.index(1e-2), 0, len(EPS) - 1)
    precision = pick("float64", "float32")
    bug = dial(3, 1, len(ORDER))
    guess = pick("none", *wrong_backward.BUGS)
    reveal = flag()
    tables = given()
    gallery = given()

    def __init__(self, **state):
        super().__init__(tables=_tables(), gallery=_gallery(), **state)

    def numbers(self):
        """The errors of all nudges, or the tables of one bug."""
        if self.part == "step":
            estimates, errors = _estimates(self.precision)
            at = (slice(None), self.nudge)
            return {"exact": exact(), "estimates": estimates[at], "errors": errors[at], "curves": errors}
        chosen, right = _record(ORDER[self.bug - 1]), _record(None)
        found = {"losses": chosen["losses"], "right": right["losses"], "off": chosen["off"]}
        for name in SHOWN:
            found |= {f"got {name}": chosen[name], f"right {name}": right[name]}
        return found

    def describe(self):
        """What the figure shows, in one sentence, for those who cannot see it."""
        found = self.numbers()
        if self.part == "step":
            each = ", ".join(f"{rule} {text(error)}" for rule, error in zip(RULES, found["errors"]))
            return f"The relative error of a numerical derivative: with ε = {text(EPS[self.nudge])} in {self.precision}, {each}."
        off = ", ".join(f"d{lowered(name)} {text(error)}" for name, error in zip(wrong_backward.PARAMETERS, found["off"]))
        losses = f"the loss goes from {text(found['losses'][0])} to {text(found['losses'][-1])}"
        return f"What a gradient check says of a wrong backward pass: with bug {self.bug} {losses}; relative errors: {off}."

    def plain_tables(self):
        """The errors for every nudge, or for every bug."""
        if self.part == "step":
            rows = np.column_stack([EPS, _estimates(self.precision)[1].T]).tolist()
            return {"Relative errors of the derivative": [["ε", "forward", "central", "complex step"], *rows]}
        rows = [[k + 1, *_record(bug)["off"], _record(bug)["losses"][-1]] for k, bug in enumerate(ORDER)]
        names = [lowered(f"d{name}") for name in wrong_backward.PARAMETERS]
        return {"Relative errors of the gradients, and the last loss": [["bug", *names, "loss"], *rows]}

    def picture(self):
        """The curves, drawn."""
        with book_look():
            figure, ax = plt.subplots(figsize=(4.8, 3), layout="constrained")
            if self.part == "step":
                for rule, errors, line in zip(RULES, _estimates(self.precision)[1], ("--", "-", ":")):
                    ax.loglog(EPS, np.maximum(errors, np.finfo(self.precision).eps / 2), line, color=colour("F"), label=rule)
                ax.axvline(EPS[self.nudge], color="0.5", linewidth=1)
                ax.set(xlabel="ε", ylabel="relative error")
            else:
                found = self.numbers()
                ax.plot(found["right"], color=colour("F"), label="right")
                ax.plot(found["losses"], "--", color=colour("X"), label=f"bug {self.bug}")
                ax.set(xlabel="step", ylabel="loss", ylim=(0, 1.2 * found["right"][0]))
            ax.legend()
        return figure


def exact():
    """The derivative of the sum of Y^3 for f11, by `cnnbp.conv`; a whole number."""
    return conv.conv2d_grad_weight(3 * conv.conv2d(X, F) ** 2, X, F.shape)[0, 0]


@cache
def _estimates(precision):
    """The three estimates and their relative errors, each of shape (3, sizes of eps).

    These errors are the rounding of the arithmetic itself, so every operation
    is done on its own and in a fixed order, as the view does: the loop of
    `cnnbp.conv`. A matrix product would add in another order on each machine.
    """
    kind = getattr(np, precision)
    estimates = np.array([_nudged(kind, kind(eps)) for eps in EPS], dtype=np.float64).T
    return estimates, np.abs(estimates - exact()) / exact()


def _nudged(kind, eps):
    """The forward, central and complex estimate for one eps, in one precision."""
    up, down, away = F.astype(kind), F.astype(kind), np.zeros_like(F, kind)
    up[0, 0] += eps
    down[0, 0] -= eps
    away[0, 0] = eps
    high, low, base = (_sum_of_cubes(W, kind) for W in (up, down, F.astype(kind)))
    imaginary = kind(0)
    for y, v in zip(_convolved(F, kind), _convolved(away, kind)):
        imaginary += (y * y - v * v) * v + (kind(2) * y * v) * y  # the imaginary part of (y + iv)^3
    return (high - base) / eps, (high - low) / (kind(2) * eps), imaginary / eps


def _convolved(W, kind):
    """Y, flat, product by product."""
    return conv.conv2d_loop(X.astype(kind), W.astype(kind)).flat


def _sum_of_cubes(W, kind):
    """The loss, term by term."""
    total = kind(0)
    for y in _convolved(W, kind):
        total += y * y * y
    return total


def _tables():
    """What the view needs to compute the same: the triples, the numbers, the sizes of eps."""
    p, q, r = (index.tolist() for index in connections.connections(X.shape, F.shape))
    return {"p": p, "q": q, "r": r, "X": X.ravel().tolist(), "F": F.ravel().tolist(), "eps": EPS}


@cache
def _record(bug):
    """What the figure shows of one bug: losses, errors of each parameter, entries in hundredths.

    Rounded above the last bits, in which machines differ, and nowhere at a
    half: the entries are short decimals, to which ten places do nothing.
    """
    images, targets, P = wrong_backward.start()
    G, judge = wrong_backward.backward(P, images, targets, bug), _numerical()
    off = [round(float(np.abs(G[name] - judge[name]).max() / np.abs(judge[name]).max()), 6) + 0.0 for name in P]
    entries = {name: (100 * G[name][0].ravel()).round(10) + 0.0 for name in SHOWN}
    losses = [float(f"{value:.5g}") for value in wrong_backward.train(bug)]
    return {"losses": losses, "off": off} | {name: values.tolist() for name, values in entries.items()}


@cache
def _numerical():
    images, targets, P = wrong_backward.start()
    return wrong_backward.numerical(P, images, targets)


def _gallery():
    """The right backward pass and all bugs, in the order of their numbers."""
    return {"right": _record(None), "bugs": [{"name": bug, **_record(bug)} for bug in ORDER]}
