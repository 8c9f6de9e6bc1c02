"""From a dense layer to the convolution, by cutting and sharing, and back through the same matrix."""

import numpy as np

from cnnbp import connections, conv, dense, plots
from cnnbp.explore.explorable import Explorable, text
from cnnbp.explore.parts import Matrix, cell, dial, flag, given

STAGES = (
    "A dense layer from nine pixels to four outputs", "The same layer, cut: each output keeps the wires to its window",
    "A convolution: all windows share four weights", "The way back through the matrix of the convolution",
)  # fmt: skip
SHAPES = {"X": (3, 3), "F": (2, 2), "dY": (2, 2), "W": (4, 9)}
# A dense layer's weights: those of the running example's windows, and others elsewhere.
WEIGHTS = [
    [2, 7, 1, 1, 8, -1, 2, 1, -2],
    [-1, 2, 7, 2, 1, 8, 1, -2, 1],
    [1, -1, 2, 2, 7, -2, 1, 8, 1],
    [2, 1, -2, 1, 2, 7, -1, 1, 8],
]


class CutAndShare(Explorable):
    """
    Nine pixels, four outputs: all wires, then the windows' wires, then four weights.

    Parameters
    ----------
    X : array of shape (3, 3)
    F : array of shape (2, 2)
        The weights that all windows share, from stage 2 on.
    dY : array of shape (2, 2)
        The upstream gradient, which stage 3 sends back.
    W : array of shape (4, 9)
        The weights of stages 0 and 1, each its own.
    stage : int
        0 dense, 1 cut, 2 shared, 3 backward.
    selected : [letter, place]
        What is explained; W is an entry of the matrix, by its place in T.

    Raises
    ------
    traitlets.TraitError
        If an array has another shape, or the stage does not exist.
    """

    view_name = "cut_and_share"
    captions = {
        "T": "T: a row for each output, a column for each pixel", "F": "F, filter", "X": "X, image", "Y": "Y, output",
        "dY": "dY, upstream", "dX": "dX",
    }  # fmt: skip

    X = Matrix(shape=SHAPES["X"])
    F = Matrix(shape=SHAPES["F"])
    dY = Matrix(shape=SHAPES["dY"])
    W = Matrix(shape=SHAPES["W"])
    stage = dial(0, 0, 3)
    selected = cell("Y", "X", "W", "F", "dX", "dY")
    predict = flag()
    tables = given()

    def __init__(self, X=((3, 1, 4), (1, 5, 9), (2, 6, 5)), F=((2, 7), (1, 8)), dY=((1, -2), (3, 5)), W=WEIGHTS, **state):
        super().__init__(X=X, F=F, dY=dY, W=W, tables=_tables(), **state)

    @property
    def matrix(self):
        """The 4x9 matrix of this stage."""
        if self.stage >= 2:
            return connections.toeplitz(np.array(self.F), SHAPES["X"])
        windows = connections.toeplitz(np.ones(SHAPES["F"]), SHAPES["X"])
        return np.array(self.W) * (windows if self.stage == 1 else 1)

    def numbers(self):
        """The matrix, how many connections and parameters it has, and what it multiplies and gives."""
        X, F, dY = (np.array(getattr(self, name)) for name in ("X", "F", "dY"))
        shared = connections.count(X.shape, F.shape, bias=False)
        lines, parameters = [(36, 36), (shared[0], shared[0]), shared, shared][self.stage]
        shown = {"T": self.matrix, "F": F, "connections": lines, "parameters": parameters}
        if self.stage == 3:
            return {**shown, "dY": dY, "dX": conv.conv2d_grad_input(dY, F, X.shape)}
        Y = conv.conv2d(X, F) if self.stage == 2 else dense.linear(X.ravel(), self.matrix).reshape(2, 2)
        return {**shown, "X": X, "Y": Y}

    def describe(self):
        """What the figure shows, in one sentence, for those who cannot see it."""
        shown = self.numbers()
        result = "dX" if self.stage == 3 else "Y"
        counts = f"{shown['connections']} connections, {shown['parameters']} parameters"
        return f"{STAGES[self.stage]}; {counts}; {result} = {text(shown[result])}."

    def plain_tables(self):
        """The matrix and what it multiplies and gives, and the two counts."""
        now = self.numbers()
        counts = [[name, now[name]] for name in ("connections", "parameters")]
        shown = super().plain_tables()
        if self.stage < 2:
            del shown[self.captions["F"]]  # nothing is shared yet
        return {**shown, "How many": counts}

    def picture(self):
        """The matrix with its rows and columns named; in the last stage it lies on its side."""
        T = self.matrix if self.stage < 2 else connections.toeplitz(connections.symbols("f", (2, 2)), (3, 3))
        d = "d" if self.stage == 3 else ""
        rows, columns = (connections.symbols(d + x, shape).ravel() for x, shape in (("y", (2, 2)), ("x", (3, 3))))
        if self.stage == 3:
            T, rows, columns = T.T, columns, rows
        return plots.show_connections(T, rows, columns)[0].figure


def _tables():
    """The connections of each stage; a dense layer is four filters as large as the image."""
    full = np.array(connections.connections((1, 3, 3), (4, 1, 3, 3)))
    shared = np.array(connections.connections(SHAPES["X"], SHAPES["F"]))
    kept = {(p, r) for p, _, r in shared.T.tolist()}
    cut = full[:, [(p, r) in kept for p, _, r in full.T.tolist()]]
    named = {"dense": full, "cut": cut, "shared": shared}
    return {name: dict(zip("pqr", triples.tolist(), strict=True)) for name, triples in named.items()}
