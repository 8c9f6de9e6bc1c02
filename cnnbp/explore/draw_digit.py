"""A digit to draw, and a trained network that reads it, as an explorable."""

import numpy as np

from cnnbp import plots
from cnnbp.explore import recorded
from cnnbp.explore.explorable import Explorable, text
from cnnbp.explore.parts import Matrix, cell, dial, given, pick

FILTERS = 8  # of the first layer


class DrawDigit(Explorable):
    """
    A trained network run on a drawing, forward and back, at every stroke.

    Parameters
    ----------
    X : array of shape (8, 8), optional
        The drawing, 0 for paper to 1 for ink; a test image unless given.
    target : {"0", ..., "9"}
        The class whose loss is taken.
    filter : int
        Which of the eight filters of the first layer is looked at, from 1.
    eta : float
        The learning rate of one step of that filter.
    selected : [letter, place]
        The cell that is explained: of the filter's output Y, or of X.

    Raises
    ------
    traitlets.TraitError
        If X is no matrix of 8 by 8 numbers from 0 to 1, or another part lies
        outside its domain.
    """

    view_name = "draw_digit"

    X = Matrix(shape=recorded.SHAPE[2:], low=0, high=1)
    target = pick(*"0123456789")
    filter = dial(4, 1, FILTERS)
    eta = dial(0.1, 0.0, 4.0, 0.1)
    selected = cell("Y", "X")
    trained = given()

    def __init__(self, X=None, **state):
        kept = recorded.recordings()
        state.setdefault("selected", ["Y", 14])
        X = kept["drawing/images"][0] / 16 if X is None else X
        super().__init__(X=X, trained=_trained(kept), **state)

    def network(self):
        """The trained network."""
        return recorded.load(recorded.drawing_network(), recorded.recordings()["drawing/weights"])

    def numbers(self):
        """Activations, probabilities, loss, gradients and one step of a filter, computed by `cnnbp`."""
        network, target, k = self.network(), int(self.target), self.filter - 1
        outputs, p, L, dX = recorded.run(network, self.X, target)
        F, dF = network[0].params["F"][k, 0].copy(), network[0].grads["F"][k, 0]
        step = F - self.eta * dF
        network[0].params["F"][k, 0] = step
        return {
            "X": np.array(self.X),
            **recorded.planes("map", outputs[1]),
            **recorded.planes("deep", outputs[3]),
            "p": p,
            "L": L,
            "after": recorded.run(network, self.X, target)[2],
            "dX": dX,
            "Y": outputs[0][0, k],
            "F": F,
            "dF": dF,
            "step": step,
        }

    def describe(self):
        """What the figure shows, in one sentence, for those who cannot see it."""
        now = self.numbers()
        p, (first, second) = now["p"].round(3), np.argsort(-now["p"])[:2]
        return (
            f"A drawn digit and what a trained network makes of it: a {first} with p = {text(p[first])}, "
            f"a {second} with p = {text(p[second])}; the loss for the target {self.target} is {text(now['L'])}, "
            f"and {text(now['after'])} after one step of filter {self.filter} with learning rate {text(self.eta)}."
        )

    def plain_tables(self):
        """The probabilities, the losses, and a filter with its gradient."""
        now, k = self.numbers(), self.filter
        return {
            "p, probabilities": [[str(digit), p] for digit, p in enumerate(now["p"])],
            "L, loss": [["before the step", now["L"]], ["after the step", now["after"]]],
            f"F, filter {k}": now["F"], f"dF, filter {k}": now["dF"], "F after the step": now["step"],
        }  # fmt: skip

    def picture(self):
        """The drawing and the gradient of the loss for it."""
        now = self.numbers()
        return plots.show_filters(np.stack([now["X"], now["dX"] / (np.abs(now["dX"]).max() or 1)]), titles=["X", "dX"])[0].figure


def _trained(kept):
    """What the view needs: layers, weights in whole units, images in sixteenths."""
    names = ("weights", "images", "labels")
    return {
        "layers": recorded.layer_tables(recorded.drawing_network()),
        "unit": recorded.UNIT,
        **{name: kept[f"drawing/{name}"].tolist() for name in names},
    }
