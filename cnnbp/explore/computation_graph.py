"""Computation graphs as an explorable: values forward, gradients back, edge by edge."""

import numpy as np

from cnnbp.explore.explorable import Explorable, lowered, text
from cnnbp.explore.parts import Matrix, cell, dial, flag, given, pick
from cnnbp.graph import Value, nodes, variables
from cnnbp.plots import draw_graph

FORMULAS = {"path": "f = (x + y)·z", "fan-out": "f = (x + y)·x", "convolution": "one output of a convolution"}
# Where each node stands, as (column, row).
PLACES = {
    "path": {"x": (0, 0), "y": (0, 1.1), "z": (0, 2.2), "q": (1, 0.5), "f": (2, 1.2)},
    "fan-out": {"x": (0, 0), "y": (0, 2), "q": (1, 1.4), "f": (2, 0.5)},
    "convolution": {
        **{f"{letter}{i}{j}": (0, 4 * i + 2 * j - 6 + k)
           for i in (1, 2) for j in (1, 2) for k, letter in enumerate("xf")},
        **{f"p{k}": (1, 2 * k - 1.5) for k in (1, 2, 3, 4)},
        "s1": (2, 1.5), "s2": (2, 4), "y11": (2, 6.3),
    },
}  # fmt: skip


class ComputationGraph(Explorable):
    """
    Three expressions as graphs, walked forward and back one step at a time.

    Parameters
    ----------
    expression : {"path", "fan-out", "convolution"}
        f = (x + y) z, in which each number has one path to f; f = (x + y) x,
        in which x has two; or y11, one output of a convolution.
    x, y, z : int
        The inputs of the first two expressions, from -9 to 9.
    X, F : array of shape (2, 2)
        The window and the filter of the third.
    step : int
        How far the walk is; past the last step means the last.
    selected : ["node", place]
        The node that is explained, by its place in order of computation.

    Raises
    ------
    traitlets.TraitError
        If a part is outside its limits, or X or F is not 2×2.
    """

    view_name = "computation_graph"

    expression = pick("path", "fan-out", "convolution")
    x = dial(-2, -9, 9)
    y = dial(5, -9, 9)
    z = dial(-4, -9, 9)
    X = Matrix([[3, 1], [1, 5]], shape=(2, 2))
    F = Matrix([[2, 7], [1, 8]], shape=(2, 2))
    step = dial(0, 0, 22)
    selected = cell("node")
    predict = flag()
    tables = given()

    def __init__(self, **state):
        super().__init__(tables={name: _table(name) for name in PLACES}, **state)

    @property
    def output(self):
        """The expression's last node, as a `cnnbp.graph.Value`, after `backward`."""
        output = _build(self.expression, self.x, self.y, self.z, self.X, self.F)
        output.backward()
        return output

    def numbers(self):
        """Of each node its value and its gradient; of each edge, in order of the walk back, its local gradient."""
        output = self.output
        order = nodes(output)
        edges = [(node, x, local.data) for node in reversed(order)
                 for x, local in zip(node.operands, node.local_gradients)]  # fmt: skip
        done = self.step - sum(bool(node.op) for node in order)  # 1: the walk back stands at the output
        arrived = {node: float(node is output and done > 0) for node in order}
        for node, x, local in edges[: max(done - 1, 0)]:
            arrived[x] += local * node.grad
        matrices = ("X", "F") if self.expression == "convolution" else ()
        return {
            **{letter: np.array(getattr(self, letter)) for letter in matrices},
            "value": np.array([node.data for node in order]),
            "gradient": np.array([node.grad for node in order]),
            "local": np.array([local for *_, local in edges]),
            "arrived": np.array([*arrived.values()]),
        }

    def describe(self):
        """What the figure shows, in one sentence, for those who cannot see it."""
        rows = self._rows()
        each = ", ".join(f"{name} = {text(value)} with gradient {text(gradient)}" for name, value, gradient in rows)
        return f"The computation graph of {FORMULAS[self.expression]}: {each}."

    def plain_tables(self):
        """Value and gradient of each node."""
        return {"The nodes, in order of computation": [["", "value", "gradient"], *self._rows()]}

    def _rows(self):
        return [[lowered(node.name), node.data, node.grad] for node in nodes(self.output)]

    def picture(self):
        """The graph with all values and gradients, drawn."""
        return draw_graph(self.output).figure


def _build(expression, x=0, y=0, z=0, X=((0, 0), (0, 0)), F=((0, 0), (0, 0))):
    """The output of an expression; each node has a name."""
    if expression == "convolution":
        return _one_output(variables(X, "x"), variables(F, "f"))
    x, y = Value(x, "x"), Value(y, "y")
    q = _named(x + y, "q")
    return _named(q * (Value(z, "z") if expression == "path" else x), "f")


def _one_output(X, F):
    """y11 of a convolution: four products, added one after the other."""
    total, *rest = [_named(x * f, f"p{k}") for k, (x, f) in enumerate(zip(X.flat, F.flat), start=1)]
    for product, name in zip(rest, ("s1", "s2", "y11")):
        total = _named(total + product, name)
    return total


def _named(node, name):
    node.name = name
    return node


def _table(expression):
    """The nodes in order of computation, each with its operands and its place, and the inputs as a reader lists them."""
    order = nodes(_build(expression))
    table = [
        {"name": node.name, "letter": _letter(node.name), "op": node.op, "place": list(PLACES[expression][node.name]),
         "operands": [order.index(x) for x in node.operands], "source": [] if node.op else _source(node.name)}
        for node in order
    ]  # fmt: skip
    inputs = [k for k, node in enumerate(order) if not node.op]
    return {"nodes": table, "inputs": sorted(inputs, key=lambda k: ("xyzXF".index(table[k]["source"][0]), k))}


def _letter(name):
    """The tensor whose colours a node bears; plain if it is a cell of none."""
    return {"x": "X", "f": "F", "y": "Y"}.get(name[0], "plain") if len(name) == 3 else "plain"


def _source(name):
    """The part of the state, and the flat place in it, that holds an input."""
    if len(name) == 1:
        return [name, 0]
    return [name[0].upper(), 2 * int(name[1]) + int(name[2]) - 3]
