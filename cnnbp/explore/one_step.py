"""Two layers and one step: what the sign of a step does, and what a cut wire does."""

import numpy as np

from cnnbp import connections, conv, dense, plots
from cnnbp.explore.explorable import Explorable, text
from cnnbp.explore.parts import Matrix, cell, dial, flag, given, pick

IMAGE = np.array([[3, 1, 4, 1], [1, 5, 9, 2], [2, 6, 5, 3], [5, 8, 9, 7]]) / 10
KERNEL, BETWEEN = (2, 2), (3, 3)
RATES = np.arange(-20, 21) / 20  # of the curve


class OneStep(Explorable):
    """
    An image, two filters, a softmax and a loss; and one step of both filters.

    Parameters
    ----------
    F1, F2 : array of shape (2, 2)
        The filters of the two layers.
    target : {"1", "2", "3", "4"}
        The right class, counted from 1.
    eta : float
        The learning rate, from -1 to 1; below 0 the step has a plus.
    cut : bool
        Whether layer 2 keeps its dX, so that layer 1 is handed zeros.
    at_once : bool
        Whether layer 2 is moved before the gradient passes through it.
    selected : [letter, place]
        The cell of a gradient that is explained.

    Raises
    ------
    traitlets.TraitError
        If a filter has another shape or an entry beyond 9, or another part
        lies outside its limits.
    """

    view_name = "one_step"
    captions = {
        "X": "X, image", "F1": "F₁", "dF1": "∂L/∂F₁", "new1": "F₁ after the step", "dY1": "∂L/∂Y₁ = ∂L/∂X₂",
        "F2": "F₂", "dF2": "∂L/∂F₂", "new2": "F₂ after the step", "Y2": "Y₂, scores", "dY2": "∂L/∂Y₂",
    }  # fmt: skip

    F1 = Matrix(shape=KERNEL, low=-9, high=9)
    F2 = Matrix(shape=KERNEL, low=-9, high=9)
    target = pick("1", "2", "3", "4")
    eta = dial(0.5, -1.0, 1.0, 0.05)
    cut = flag()
    at_once = flag()
    selected = cell("dY1", "dF1", "dF2")
    tables = given()

    def __init__(self, F1=((0.2, 0.7), (0.1, 0.8)), F2=((0.2, -0.4), (0.6, 1)), **state):
        super().__init__(F1=F1, F2=F2, tables=_tables(), **state)

    def numbers(self):
        """Both layers forward and back, the filters after the step, and the loss for each rate."""
        curve = [self._step(rate)["after"] for rate in RATES]
        return {"X": IMAGE, "F1": np.array(self.F1), "F2": np.array(self.F2), **self._step(self.eta), "curve": curve}

    def _forward(self, F1, F2):
        """The outputs of both layers, the loss and its gradient for the scores."""
        Y1 = conv.conv2d(IMAGE, F1)
        Y2 = conv.conv2d(Y1, F2)
        L, dZ = dense.softmax_cross_entropy(Y2.ravel(), int(self.target) - 1)
        return Y1, Y2, L, dZ.reshape(Y2.shape)

    def _step(self, eta):
        """All that happens in one step with a learning rate."""
        F1, F2 = np.array(self.F1), np.array(self.F2)
        Y1, Y2, L, dY2 = self._forward(F1, F2)
        dF2 = conv.conv2d_grad_weight(dY2, Y1, KERNEL)
        new2 = F2 - eta * dF2
        dY1 = conv.conv2d_grad_input(dY2, new2 if self.at_once else F2, BETWEEN) * (not self.cut)
        dF1 = conv.conv2d_grad_weight(dY1, IMAGE, KERNEL)
        new1 = F1 - eta * dF1
        return {
            "Y1": Y1, "Y2": Y2, "dY2": dY2, "dF2": dF2, "dY1": dY1, "dF1": dF1,
            "new1": new1, "new2": new2, "L": L, "after": self._forward(new1, new2)[2],
        }  # fmt: skip

    def describe(self):
        """What the figure shows, in one sentence, for those who cannot see it."""
        now = self.numbers()
        wire = "cut" if self.cut else "whole"
        when = "layer 2 moved first" if self.at_once else "all gradients first"
        return (
            f"Two layers, and one step of both filters with η = {text(self.eta)}: the loss for class {self.target} is "
            f"{text(now['L'])}, after the step {text(now['after'])}; the wire between the layers is {wire}; {when}."
        )

    def plain_tables(self):
        """The image, the filters, their gradients, the scores and the two losses."""
        now = self.numbers()
        return {**super().plain_tables(), "L, loss": [["before the step", now["L"]], ["after the step", now["after"]]]}

    def picture(self):
        """The two layers above, their gradients below."""
        now = {name: np.round(numbers, 2) + 0.0 for name, numbers in self.numbers().items()}
        titles = (("X", "X"), ("F1", "F"), ("Y1", "Y"), ("F2", "F"), ("Y2", "Y"))
        above = [plots.cells(now[name], letter, name) for name, letter in titles]
        below = [plots.cells(now["d" + name], "d" + letter, "∂" + name) for name, letter in titles[1:]]
        return plots.show_rows(above, below)[0].figure


def _tables():
    """The image, and the connections of the two layers."""
    lists = {}
    for name, shape in (("first", IMAGE.shape), ("second", BETWEEN)):
        lists[name] = dict(zip("pqr", (index.tolist() for index in connections.connections(shape, KERNEL)), strict=True))
    return {"X": IMAGE.ravel().tolist(), "rates": RATES.tolist(), **lists}
