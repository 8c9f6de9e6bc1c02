"""Channels: C of the image, O of the output, and a filter slice on every wire between them."""

import numpy as np
import traitlets

from cnnbp import connections, conv, plots
from cnnbp.explore.explorable import Explorable
from cnnbp.explore.parts import cell, dial, flag, given
from cnnbp.shapes import conv_geometry

MOST = 3  # channels on either side
# The first channel of each tensor is the running example.
X = [[[3, 1, 4], [1, 5, 9], [2, 6, 5]], [[2, 0, 1], [3, 1, 2], [1, 4, 2]], [[1, 2, 0], [5, 1, 3], [2, 1, 4]]]
F = [
    [[[2, 7], [1, 8]], [[1, -1], [3, 2]], [[4, 1], [-2, 5]]],
    [[[3, 1], [-4, 2]], [[2, 5], [1, -3]], [[-1, 6], [2, 1]]],
    [[[1, 4], [2, -1]], [[-2, 3], [5, 1]], [[2, -3], [1, 4]]],
]
B = [10, 20, 30]
# Padding makes Y larger: dY is cut from the upper left of these sheets.
DY = [
    [[1, -2, 1, 3], [3, 5, 2, -1], [2, 1, -1, 1], [-3, 2, 1, 4]],
    [[2, 1, -1, 2], [-1, 4, 3, 1], [1, -2, 2, 5], [1, 3, -1, 2]],
    [[-3, 2, 4, 1], [1, 6, -2, 2], [5, 1, 1, -1], [2, -4, 3, 1]],
]
BLOCKS = [
    *(f"dX{c}" for c in range(1, MOST + 1)),
    *(f"dF{o}{c}" for o in range(1, MOST + 1) for c in range(1, MOST + 1)),
    *(f"{letter}{o}" for letter in ("db", "Y") for o in range(1, MOST + 1)),
]


class Channels(Explorable):
    """
    A convolution with channels: whose gradients add up in which.

    Parameters
    ----------
    C, O : int
        Channels of the image, and filters; at most 3.
    stride : int
        1 or 2.
    padding : int
        0 or 1.
    selected : [block, place]
        The channel that is explained, such as dX1, dF12, db2 or Y1, and its cell.

    Raises
    ------
    traitlets.TraitError
        If a part is set outside its limits.
    """

    view_name = "channels"

    C = dial(3, 1, MOST)
    O = dial(2, 1, MOST)
    stride = dial(1, 1, 2)
    padding = dial(0, 0, 1)
    selected = cell(*BLOCKS)
    predict = flag()
    tables = given()
    tensors = given()

    def __init__(self, **state):
        tensors = {"X": X, "F": F, "b": B, "dY": DY}
        super().__init__(tables=_tables(), tensors=tensors, **state)

    @traitlets.validate("selected")
    def _known(self, proposal):
        block = proposal["value"][0]
        if block not in BLOCKS:
            raise traitlets.TraitError(f"selected must be a cell of {', '.join(BLOCKS)}, got {block!r}")
        return proposal["value"]

    @property
    def arrays(self):
        """All tensors at the present sizes, computed by `cnnbp.conv`."""
        setting = {"stride": self.stride, "padding": self.padding}
        inputs, filters = np.array(X)[: self.C], np.array(F)[: self.O, : self.C]
        b = np.array(B)[: self.O]
        Y = conv.conv2d(inputs, filters, b, **setting)
        dY = np.array(DY)[: self.O, : Y.shape[1], : Y.shape[2]]
        return {
            "X": inputs,
            "F": filters,
            "b": b,
            "Y": Y,
            "dX": conv.conv2d_grad_input(dY, filters, inputs.shape, **setting),
            "dF": conv.conv2d_grad_weight(dY, inputs, filters.shape, **setting),
            "db": conv.conv2d_grad_bias(dY),
            "dY": dY,
        }

    def numbers(self):
        """Each channel of each tensor by its name, such as dF12, and the shapes."""
        arrays = self.arrays
        shapes = {f"shape_{name}": A.shape for name, A in arrays.items()}
        return {**shapes, **{block: A for name in arrays for block, A in _blocks(name, arrays[name])}}

    def describe(self):
        """What the figure shows, in one sentence, for those who cannot see it."""
        sizes = {name: str(A.shape) for name, A in self.arrays.items()}
        return (
            f"The gradients of a convolution with {self.C} input channels and {self.O} filters, stride {self.stride}, "
            f"padding {self.padding}: dX has the shape {sizes['X']} of X, dF the shape {sizes['F']} of F, "
            f"db the shape {sizes['b']} of b."
        )

    def plain_tables(self):
        """The gradients, channel by channel."""
        A = self.arrays
        images = {f"dX, channel {c}": dX for c, dX in enumerate(A["dX"], start=1)}
        slices = {f"dF, filter {o + 1}, channel {c + 1}": A["dF"][o, c] for o, c in np.ndindex(self.O, self.C)}
        return {**images, **slices, "db, one for each filter": A["db"]}

    def picture(self):
        """The first channel of dX: the parts that the filters send."""
        numbers = self.numbers()
        row = []
        for o in range(1, self.O + 1):
            grids = [plots.cells(numbers[f"{name}{o}{c}"], name, f"{name}{o}{c}") for name, c in (("dY", ""), ("F", 1))]
            row += [*(["+"] if row else []), grids[0], "·", grids[1]]
        return plots.show_row(*row, "→", plots.cells(numbers["dX1"], "dX", "dX1"))[0].figure


def _blocks(name, A):
    """Each channel of a tensor with its name: (X1, ...), (F11, ...), (b1, ...)."""
    outer = A.shape if A.ndim == 1 else A.shape[:-2]
    return [(name + "".join(str(k + 1) for k in at), A[at]) for at in np.ndindex(*outer)]


def _tables():
    """The triples of one image channel and one filter slice, for each setting."""
    tables = {}
    for stride, padding in ((1, 0), (1, 1), (2, 0), (2, 1)):
        g = conv_geometry((3, 3), (2, 2), stride, padding)
        p, q, r = (index.tolist() for index in connections.connections((3, 3), (2, 2), stride, padding))
        tables[f"{stride},{padding}"] = {"shape": [g.OH, g.OW], "p": p, "q": q, "r": r}
    return tables
