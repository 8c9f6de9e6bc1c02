"""The convolution as an explorable: X, F and dY to edit, Y, dF or dX to read."""

import numpy as np
import traitlets

from cnnbp import connections, conv, plots
from cnnbp.explore.explorable import Explorable, text
from cnnbp.explore.parts import Matrix, cell, dial, flag, given, pick, sheet
from cnnbp.shapes import conv_geometry

DIALS = ("stride", "padding", "dilation")
SHOWS = {
    "Y": "A convolution",
    "dF": "The gradient of the filter of a convolution",
    "dX": "The gradient of the image of a convolution",
}


class Convolution(Explorable):
    """
    A convolution whose every number can be moved and asked "why".

    Parameters
    ----------
    X : array of shape (H, W)
    F : array of shape (KH, KW)
    dY : array of shape (OH, OW)
        The upstream gradient. Where a padding makes Y larger than dY, the
        missing entries are 1; where a stride makes it smaller, the rest waits.
    stride, padding, dilation : int
        Within `limits`, inside which every convolution exists.
    kernel : int
        How many rows and columns of a square F are used: a dial from 1 to all.
        Without it all are, and there is no such dial.
    which : {"Y", "dF", "dX"}
        What is computed.
    selected : [letter, place]
        The cell that is explained, by its flat row-major place.

    Raises
    ------
    traitlets.TraitError
        If an array is not a matrix of finite numbers, the filter does not
        fit, or a dial is set outside its limits.

    Notes
    -----
    All of these are traits: link them to sliders, observe them, set them.
    """

    view_name = "convolution"
    captions = {"X": "X, image", "dY": "dY, upstream", "F": "F, filter", "Y": "Y, output", "dF": "dF", "dX": "dX"}

    X = Matrix()
    F = Matrix()
    dY = Matrix()
    which = pick("Y", "dF", "dX")
    selected = cell("Y", "X", "F", "dY", "dF", "dX")
    stride = dial(1, 1, 3)
    padding = dial(0, 0, 2)
    dilation = dial(1, 1, 3)
    kernel = dial(0, 0, 3)
    predict = flag()
    tables = given()

    def __init__(self, X, F, dY, **state):
        state.setdefault("selected", [state.get("which", "Y"), 0])
        super().__init__(X=X, F=F, dY=dY, **self._geometry(X, F, state.get("kernel", 0)), **state)

    @classmethod
    def _geometry(cls, X, F, kernel=0):
        """The domains, and the triples for every setting within them."""
        shape, largest = np.shape(X), np.shape(F)
        _check_fit(X, F)
        reach = [(size - 1) // (k - 1) for size, k in zip(shape, largest) if k > 1]
        dilations = max(1, min([3, *reach])) if reach else 1
        domains = cls.all_domains()
        domains["dilation"] = {**domains["dilation"], "max": dilations}
        moved = domains.pop("kernel")
        if not kernel:
            return {"domains": domains, "tables": _tables(shape, largest, dilations)}
        domains["kernel"] = {**moved, "min": 1, "max": min(largest)}
        sizes = range(1, min(largest) + 1)
        tables = {f"{k},{name}": table for k in sizes for name, table in _tables(shape, (k, k), dilations).items()}
        return {"domains": domains, "tables": tables}

    @property
    def settings(self):
        """stride, padding and dilation as keyword arguments."""
        return {name: getattr(self, name) for name in DIALS}

    @property
    def filter(self):
        """The part of F that is used."""
        return np.array(self.F)[: self.kernel or None, : self.kernel or None]

    @property
    def upstream(self):
        """The part of dY that has the shape of Y."""
        g = conv_geometry(np.shape(self.X), self.filter.shape, **self.settings)
        return np.array(self.dY)[: g.OH, : g.OW]

    @property
    def result(self):
        """What the figure shows, computed by `cnnbp.conv`."""
        X, F = np.array(self.X), self.filter
        if self.which == "Y":
            return conv.conv2d(X, F, **self.settings)
        if self.which == "dF":
            return conv.conv2d_grad_weight(self.upstream, X, F.shape, **self.settings)
        return conv.conv2d_grad_input(self.upstream, F, X.shape, **self.settings)

    @property
    def operands(self):
        """The two tensors that are multiplied, by letter."""
        tensors = {"X": np.array(self.X), "F": self.filter, "dY": self.upstream}
        return {letter: tensors[letter] for letter in {"Y": "XF", "dF": ("X", "dY"), "dX": ("dY", "F")}[self.which]}

    @traitlets.validate("X", "F")
    def _fitting(self, proposal):
        tensors = {"X": self.X, "F": self.F, proposal["trait"].name: proposal["value"]}
        _check_fit(tensors["X"], tensors["F"])
        return proposal["value"]

    @traitlets.validate("dY")
    def _covering(self, proposal):
        return sheet(proposal["value"], np.max([table["shape"] for table in self.tables.values()], axis=0))

    @traitlets.validate("dilation", "kernel")
    def _within(self, proposal):
        name, value = proposal["trait"].name, proposal["value"]
        low, high = (self.domains.get(name, {}).get(end, 0) for end in ("min", "max"))
        if not low <= value <= high:
            raise traitlets.TraitError(f"{name} must lie in {low}..{high} for these shapes, got {value}")
        return value

    @traitlets.observe("X", "F")
    def _reshape(self, change):
        if np.shape(change["old"]) in ((), np.shape(change["new"])):
            return  # the first value, or new numbers in the old shape
        geometry = self._geometry(self.X, self.F, self.kernel)
        with self.hold_sync():
            self.domains = geometry["domains"]
            if self.kernel:
                self.kernel = min(self.kernel, self.domains["kernel"]["max"])
            self.dilation = min(self.dilation, self.domains["dilation"]["max"])
            self.tables = geometry["tables"]
            self.dY = self.dY

    def numbers(self):
        """The two operands and the result."""
        return {**self.operands, self.which: self.result}

    def describe(self):
        """One sentence with the numbers, for those who cannot see the figure."""
        (a, A), (b, B) = self.operands.items()
        dials = ", ".join(f"{name} {value}" for name, value in self.settings.items())
        made = f"{self.which} = {text(self.result)} from {a} = {text(A)} and {b} = {text(B)}"
        return f"{SHOWS[self.which]}: {made}; {dials}."

    def picture(self):
        """The three tensors, drawn."""
        (a, A), (b, B) = self.operands.items()
        result = plots.cells(self.result, self.which)
        return plots.show_row(plots.cells(A, a), "·", plots.cells(B, b), "→", result)[0].figure


def _tables(shape, kernel, dilations):
    """The triples of every stride, padding and dilation, by their numbers."""
    tables = {}
    for setting in np.ndindex(3, 3, dilations):
        stride, padding, dilation = setting[0] + 1, setting[1], setting[2] + 1
        g = conv_geometry(shape, kernel, stride, padding, dilation)
        p, q, r = (index.tolist() for index in connections.connections(shape, kernel, stride, padding, dilation))
        tables[f"{stride},{padding},{dilation}"] = {"shape": [g.OH, g.OW], "p": p, "q": q, "r": r}
    return tables


def _check_fit(X, F):
    """Refuse a filter that is larger than the image."""
    try:
        return conv_geometry(np.shape(X), np.shape(F))
    except ValueError as error:
        raise traitlets.TraitError(str(error)) from None
