"""Softmax and cross-entropy as an explorable: the first gradient, and ways to get it wrong."""

import numpy as np

from cnnbp import dense, gradcheck, plots
from cnnbp.explore.explorable import Explorable, text
from cnnbp.explore.parts import cell, dial, flag, pick
from cnnbp.graph import gradients, variables

BACK = {
    "jacobian": "through the whole Jacobian", "dp": "∂L/∂p as it is", "diagonal": "through the diagonal only",
    "twice": "through softmax twice",
}  # fmt: skip
NUDGE = 1e-3  # large enough that rounding stays below 1e-12


class Softmax(Explorable):
    """
    Four logits, a target, and what is sent back to the logits.

    Parameters
    ----------
    z1, z2, z3, z4 : float
        The logits, from -5 to 5.
    target : {"1", "2", "3", "4"}
        The right class, counted from 1.
    back : {"jacobian", "dp", "diagonal", "twice"}
        How dL/dp becomes dL/dZ: through the whole Jacobian of softmax, not at
        all, or through its diagonal alone; or as if p were logits again and a
        second softmax stood behind the first.
    selected : [letter, place]
        The entry of dZ or of the Jacobian (J) that is explained.

    Raises
    ------
    traitlets.TraitError
        If a part is outside its limits.
    """

    view_name = "softmax"
    captions = {
        "p": "p, probabilities", "dp": "∂L/∂p", "dZ": "∂L/∂Z = p − t", "J": "J: ∂p by row, ∂z by column",
        "sent": "sent back to Z", "nudged": "by nudging Z",
    }  # fmt: skip

    z1 = dial(0.54, -5, 5, 0.01)
    z2 = dial(1.07, -5, 5, 0.01)
    z3 = dial(0.87, -5, 5, 0.01)
    z4 = dial(1.19, -5, 5, 0.01)
    target = pick("1", "2", "3", "4", default="3")
    back = pick("jacobian", "dp", "diagonal", "twice")
    selected = cell("dZ", "J")
    predict = flag()

    def __init__(self, **state):
        state.setdefault("selected", ["dZ", int(state.get("target", "3")) - 1])
        super().__init__(**state)

    @property
    def logits(self):
        """The four logits as an array."""
        return np.array([self.z1, self.z2, self.z3, self.z4], dtype=float)

    def numbers(self):
        """Probabilities, loss, all gradients, and the one that is judged by nudging."""
        Z, target = self.logits, int(self.target) - 1
        p = dense.softmax(Z)
        dp = gradcheck.complex_step_gradient(lambda p: -np.log(p[target]), p)
        loss, dZ = dense.softmax_cross_entropy(Z, target)
        loss_twice, dp_twice = dense.softmax_cross_entropy(p, target)
        J = _jacobian(Z)
        sent = {"jacobian": dZ, "dp": dp, "diagonal": np.diag(J) * dp, "twice": J.T @ dp_twice}[self.back]
        nudged = gradcheck.numerical_gradient(lambda Z: dense.softmax_cross_entropy(Z, target)[0], Z, eps=NUDGE)
        return {
            "p": p, "dp": dp, "dZ": dZ, "J": J, "sent": sent, "nudged": nudged,
            "loss": np.array([loss, loss_twice]),
        }  # fmt: skip

    def describe(self):
        """What the figure shows, in one sentence, for those who cannot see it."""
        now = self.numbers()
        return (
            f"Softmax and cross-entropy of the logits {text(self.logits)}, right class {self.target}: p = {text(now['p'])}, "
            f"L = {text(now['loss'][0])}; ∂L/∂p = {text(now['dp'])}, ∂L/∂Z = p − t = {text(now['dZ'])}; "
            f"sent back, {BACK[self.back]}: {text(now['sent'])}, by nudging: {text(now['nudged'])}."
        )

    def plain_tables(self):
        """The logits, the probabilities and all gradients, and the loss."""
        loss, twice = self.numbers()["loss"]
        rows = [["L", loss], *([["after a second softmax", twice]] if self.back == "twice" else [])]
        return {"Z, logits": self.logits, **super().plain_tables(), "Loss": rows}

    def picture(self):
        """Probabilities, the Jacobian and the gradients, drawn."""
        now = {name: numbers.round(3) for name, numbers in self.numbers().items()}
        shown = (("p", "Y", "p"), ("dp", "dY", "∂L/∂p"), ("dZ", "dY", "p − t"))
        p, dp, dZ = (plots.cells(now[name][:, None], letter, title) for name, letter, title in shown)
        return plots.show_row(p, plots.cells(now["J"], "Y", "∂p/∂Z"), dp, "→", dZ)[0].figure


def _jacobian(Z):
    """Row k holds the derivatives of p[k] in every logit, by walking back through the graph of softmax."""
    rows = []
    for k in range(len(Z)):
        z = variables(Z, "z")
        powers = [(score - Z.max()).exp() for score in z]
        (powers[k] / sum(powers)).backward()
        rows.append(gradients(z))
    return np.array(rows)
