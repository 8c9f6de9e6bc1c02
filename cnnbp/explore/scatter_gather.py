"""The gradient of the image twice: pasted window by window, collected pixel by pixel."""

import numpy as np
import traitlets

from cnnbp import connections, conv, plots
from cnnbp.explore.explorable import Explorable, text
from cnnbp.explore.parts import Matrix, cell, check_shape, dial, flag, given, sheet
from cnnbp.shapes import conv_geometry

SIZES = (3, 4, 5)  # of the square image
TOLD = (
    "zeros between the cells of dY", "rings of zeros around them; less than 0: rings cut off",
    "lines of zeros after them, for the remainder", "pixels that no window reads",
)  # fmt: skip
MORE = (2, -1, 4, 1, -3)  # over and over, where a setting wants more of dY than is given


class ScatterGather(Explorable):
    """
    Scatter and gather, side by side, for the same dX.

    Parameters
    ----------
    F : array of shape (K, K), K at most 3
    dY : array of shape (OH, OW)
        The upstream gradient. Where a setting makes Y larger than dY, other
        numbers follow; where it makes it smaller, the rest waits.
    size : int
        Height and width of the image.
    stride, padding : int
    step : int
        How many windows are pasted, and how many pixels are collected; at the
        end all are.
    selected : [letter, place]
        The pixel that is explained, on the side S (scatter) or G (gather).

    Raises
    ------
    traitlets.TraitError
        If F or dY is not a matrix of finite numbers, F is not square or
        larger than 3x3 or changes its shape, or a dial leaves its limits.
    """

    view_name = "scatter_gather"
    captions = {
        "dY": "dY, upstream", "F": "F, filter", "S": "dX by scatter",
        "sheet": "dY among zeros", "rotated": "F rotated", "G": "dX by gather",
    }  # fmt: skip

    F = Matrix()
    dY = Matrix()
    size = dial(SIZES[0], SIZES[0], SIZES[-1])
    stride = dial(1, 1, 3)
    padding = dial(0, 0, 2)
    step = dial(81, 0, 81)  # a 1x1 filter on the largest padded image has 81 windows
    selected = cell("S", "G")
    predict = flag()
    tables = given()

    def __init__(self, F, dY, **state):
        state.setdefault("selected", ["S", 4])
        super().__init__(F=F, dY=dY, tables=_tables(_kernel_size(F)), **state)

    @traitlets.validate("F")
    def _square(self, proposal):
        return check_shape("F", proposal["value"], self.tables["kernel"])

    @traitlets.validate("dY")
    def _covering(self, proposal):
        return sheet(proposal["value"], [SIZES[-1] + 4 - len(self.F) + 1] * 2, fill=MORE)

    @property
    def upstream(self):
        """The part of dY that has the shape of Y."""
        g = conv_geometry((self.size,) * 2, np.shape(self.F), self.stride, self.padding)
        return np.array(self.dY)[: g.OH, : g.OW]

    def numbers(self):
        """The operands of both sides, both running sums, and the sizes that are told."""
        F, dY, shape, setting = np.array(self.F), self.upstream, (self.size,) * 2, (self.stride, self.padding)
        sheet = spread(dY, len(F), self.size, *setting)
        pasted = np.where(np.arange(dY.size).reshape(dY.shape) < self.step, dY, 0)
        collected = np.arange(self.size**2).reshape(shape) < self.step
        unread = conv.conv2d_grad_input(np.ones_like(dY), np.ones_like(F), shape, *setting) == 0
        rest = (self.size + 2 * self.padding - len(F)) % self.stride
        return {
            "F": F,
            "dY": dY,
            "sheet": sheet,
            "rotated": F[::-1, ::-1],
            "S": conv.conv2d_grad_input(pasted, F, shape, *setting),
            "G": np.where(collected, conv.conv2d(sheet, F[::-1, ::-1]), 0),
            "told": np.array([self.stride - 1, len(F) - 1 - self.padding, rest, unread.sum()]),
        }

    def describe(self):
        """What the figure shows, in one sentence, for those who cannot see it."""
        n = self.numbers()
        done = self.step >= max(n["dY"].size, self.size**2)
        return (
            f"The gradient of a {self.size}×{self.size} image by scatter and by gather, with stride {self.stride} and "
            f"padding {self.padding}: from dY = {text(n['dY'])} and F = {text(n['F'])}"
            f"{'' if done else f', after {self.step} steps'}, scatter has dX = {text(n['S'])} and gather dX = {text(n['G'])}."
        )

    def plain_tables(self):
        """The tensors of both sides, and the sizes of what lies around dY."""
        sizes = zip(TOLD, self.numbers()["told"], strict=True)
        return {**super().plain_tables(), "dY among zeros, counted": [list(row) for row in sizes]}

    def picture(self):
        """Both sides, one below the other."""
        n = self.numbers()
        scatter = plots.cells(n["dY"], "dY"), "·", plots.cells(n["F"], "F"), "→", plots.cells(n["S"], "dX", "scatter")
        sheet = plots.cells(n["sheet"], "dY", "∂L/∂Y in zeros", faint=n["sheet"] == 0)
        gather = sheet, "·", plots.cells(n["rotated"], "F", "F rotated"), "→", plots.cells(n["G"], "dX", "gather")
        return plots.show_rows(scatter, gather)[0].figure


def spread(dY, K, size, stride, padding, hole=0):
    """dY among zeros, so that each of size x size pixels has a window of K x K on it."""
    sheet = np.full((size + 2 * padding + K - 1,) * 2, hole, dtype=dY.dtype)
    OH, OW = dY.shape
    sheet[K - 1 :: stride, K - 1 :: stride][:OH, :OW] = dY
    return sheet[padding:, padding:][: size + K - 1, : size + K - 1]


def _kernel_size(F):
    """The height of a square filter of at most 3x3."""
    shape = np.shape(F)
    if len(shape) != 2 or shape[0] != shape[1] or not 1 <= shape[0] <= 3:
        raise traitlets.TraitError(f"F must be a square of at most 3x3, got shape {shape}")
    return shape[0]


def _tables(K):
    """For every setting the triples, and which entry of dY each cell of the sheet holds."""
    tables = {"kernel": [K, K]}
    for size in SIZES:
        for stride, padding in ((s, p) for s in (1, 2, 3) for p in (0, 1, 2)):
            g = conv_geometry((size, size), (K, K), stride, padding)
            p, q, r = (i.tolist() for i in connections.connections((size, size), (K, K), stride, padding))
            places = spread(np.arange(g.OH * g.OW).reshape(g.OH, g.OW), K, size, stride, padding, hole=-1)
            tables[f"{size},{stride},{padding}"] = {
                "shape": [g.OH, g.OW], "p": p, "q": q, "r": r, "sheet": places.ravel().tolist(),
            }  # fmt: skip
    return tables
