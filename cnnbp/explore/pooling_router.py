"""Pooling as a router: where each pooled cell's gradient goes, and whether any is made or lost."""

from itertools import product

import numpy as np
import traitlets

from cnnbp import plots
from cnnbp.connections import connections
from cnnbp.explore.explorable import Explorable, text
from cnnbp.explore.parts import Matrix, cell, check_shape, dial, flag, given, pick, sheet
from cnnbp.pool import avg_pool2d, avg_pool2d_grad, max_pool2d, max_pool2d_grad
from cnnbp.shapes import output_size

RULES = ("first", "all", "split", "overwrite")
WORDS = {"first": "first maximum", "all": "all maxima", "split": "split", "overwrite": "overwrite",
         True: "all cells count", False: "inside cells only"}  # fmt: skip
IMAGE = ((3, 1, 4, 0), (1, 5, 9, 2), (2, 6, 5, 3), (8, 7, 1, 4))
UPSTREAM = ((1, -2), (3, 5))
# Images worth a look, as tiles, each with its stride.
TIES = ([[1, 3], [3, 3]], 2)
OVERLAPS = ([[0, 5, 0, 1], [2, 3, 1, 4], [1, 2, 7, 2], [3, 0, 1, 6]], 1)
ZEROS = ([[0]], 2)


class PoolingRouter(Explorable):
    """
    Max and average pooling, forward and back, with a meter of what goes in and out.

    Parameters
    ----------
    X : array of shape (H, W), both at least 2
    dY : array of shape (OH, OW)
        Where a setting makes Y larger than dY, the missing entries are 1;
        where it makes Y smaller, the rest waits.
    kind : {"max", "average"}
    rule : {"first", "all", "split", "overwrite"}
        Of max pooling: who gets the gradient. Only the first is right.
    kernel, stride, padding : int
    count_include_pad : bool
        Of average pooling: whether padded cells count in the divisor.
    paint : bool
        Whether pressing a cell of X makes it a tie.
    selected : [letter, place]
        The cell that is explained, by its flat row-major place.

    Raises
    ------
    traitlets.TraitError
        If an array is no matrix of finite numbers, X is smaller than 2x2 or
        changes its shape, or a dial is set outside its limits.
    """

    view_name = "pooling_router"
    captions = {"X": "X, image", "Y": "Y, pooled", "dY": "dY, upstream", "dX": "dX"}

    X = Matrix()
    dY = Matrix()
    kind = pick("max", "average")
    rule = pick(*RULES)
    kernel = dial(2, 2, 3)
    stride = dial(2, 1, 3)
    padding = dial(0, 0, 1)
    count_include_pad = flag(True)
    paint = flag()
    selected = cell("Y", "X", "dY", "dX")
    predict = flag()
    tables = given()

    def __init__(self, X=IMAGE, dY=UPSTREAM, **state):
        shape = np.shape(X)
        if len(shape) != 2 or min(shape) < 2:
            raise traitlets.TraitError(f"X must be a matrix of at least 2x2, got shape {shape}")
        domains = self.all_domains()
        domains["kernel"] = {**domains["kernel"], "max": min(3, *shape)}
        super().__init__(X=X, dY=dY, domains=domains, tables=_tables(shape, domains["kernel"]["max"]), **state)

    @traitlets.validate("X")
    def _same_shape(self, proposal):
        return check_shape("X", proposal["value"], self.tables["size"])

    @traitlets.validate("dY")
    def _covering(self, proposal):
        return sheet(proposal["value"], self.tables["sheet"])

    @traitlets.validate("kernel")
    def _within(self, proposal):
        if proposal["value"] > self.domains["kernel"]["max"]:
            raise traitlets.TraitError(f"kernel must lie in 2..{self.domains['kernel']['max']} for this X")
        return proposal["value"]

    @property
    def window(self):
        """kernel, stride and padding, as the routines of `cnnbp.pool` take them."""
        return self.kernel, self.stride, self.padding

    @property
    def upstream(self):
        """The part of dY that has the shape of Y."""
        OH, OW = output_size(np.shape(self.X), (self.kernel,) * 2, self.stride, self.padding)
        return np.array(self.dY)[:OH, :OW]

    def gradient(self, way):
        """dX by a rule of max pooling, or, for average pooling, with or without padding in the divisor."""
        X, dY = np.array(self.X), self.upstream
        if isinstance(way, bool):
            return avg_pool2d_grad(dY, X.shape, *self.window, count_include_pad=way)
        if way == "first":
            return max_pool2d_grad(dY, max_pool2d(X, *self.window)[1], X.shape)
        return wrong_gradient(X, dY, *self.window, way)

    @property
    def ways(self):
        """The ways to send the gradient back that are compared."""
        return RULES if self.kind == "max" else (True, False)

    def numbers(self):
        """All four tensors, and the sums: of dY, and of dX in each way."""
        X, way = np.array(self.X), self.rule
        Y = max_pool2d(X, *self.window)[0]
        if self.kind == "average":
            Y = avg_pool2d(X, *self.window, count_include_pad=self.count_include_pad)
            way = self.count_include_pad
        dX = {each: self.gradient(each) for each in self.ways}
        sums = np.array([self.upstream.sum(), *(each.sum() for each in dX.values())])
        return {"X": X, "Y": Y, "dY": self.upstream, "dX": dX[way], "sums": sums}

    def describe(self):
        """What the figure shows, in one sentence, for those who cannot see it."""
        now, way = self.numbers(), self.rule if self.kind == "max" else self.count_include_pad
        return (
            f"{self.kind.capitalize()} pooling with kernel {self.kernel}, stride {self.stride}, padding {self.padding}, and "
            f"its gradient by the rule “{WORDS[way]}”: Y = {text(now['Y'])} from X = {text(now['X'])}; dX = {text(now['dX'])} "
            f"from dY = {text(now['dY'])}; sum of dY {text(now['sums'][0])}, sum of dX {text(now['dX'].sum())}."
        )

    def plain_tables(self):
        """The four tensors, and what goes in and comes out by each rule."""
        names = ("in, from dY", *(f"out, {WORDS[way]}" for way in self.ways))
        sums = zip(names, self.numbers()["sums"], strict=True)
        return {**super().plain_tables(), "Sums": [list(row) for row in sums]}

    def picture(self):
        """The four tensors, drawn: forward above, backward below."""
        now = self.numbers()
        back = plots.cells(now["dX"], "dX", faint=now["dX"] == 0)
        forward = [plots.cells(now["X"], "X", marks=now["dX"] != 0), "→", plots.cells(now["Y"], "Y")]
        return plots.show_rows(forward, [back, "←", plots.cells(now["dY"], "dY")])[0].figure


def wrong_gradient(X, dY, kernel, stride, padding, rule):
    """
    dX of max pooling by a rule that a reader may have met: "all", "split" or "overwrite".

    Every maximum of a window gets the whole gradient, or an equal part of it;
    or the first one gets it, and what a window before had put there is lost.
    """
    padded = np.pad(X, padding, constant_values=-np.inf)
    dX = np.zeros_like(padded)
    for i, j in np.ndindex(*dY.shape):
        at = np.s_[i * stride : i * stride + kernel, j * stride : j * stride + kernel]
        wins = padded[at] == padded[at].max()
        if rule == "overwrite":
            a, b = np.argwhere(wins)[0]
            dX[at][a, b] = dY[i, j]
        else:
            dX[at] += wins * dY[i, j] / (wins.sum() if rule == "split" else 1)
    return dX[padding : padding + X.shape[0], padding : padding + X.shape[1]]


def _tables(shape, largest):
    """For each setting, the cells of X that every window reads; and the images to choose from."""
    windows = {}
    for kernel, stride, padding in product(range(2, largest + 1), (1, 2, 3), (0, 1)):
        size = output_size(shape, (kernel, kernel), stride, padding)
        p, _, r = connections(shape, (kernel, kernel), stride, padding)
        cells = [p[r == k].tolist() for k in range(size[0] * size[1])]
        windows[f"{kernel},{stride},{padding}"] = {"shape": list(size), "cells": cells}
    sheet = np.max([each["shape"] for each in windows.values()], axis=0).tolist()
    return {"size": list(shape), "sheet": sheet, "windows": windows, "images": _images(shape)}


def _images(shape):
    """Images of one shape with ties, with overlaps and with nothing, and the setting for each."""
    images = {}
    for name, (tile, stride) in {"ties": TIES, "overlaps": OVERLAPS, "zeros": ZEROS}.items():
        image = np.tile(np.array(tile, float), (shape[0], shape[1]))[: shape[0], : shape[1]]
        images[name] = {"X": image.tolist(), "kernel": 2, "stride": stride, "padding": 0, "kind": "max"}
    return images
