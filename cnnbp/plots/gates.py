"""One gate with what goes in and what comes out, and a whole layer of gates.

Values run along solid arrows, from left to right; gradients run back along dashed
ones, and stand in dashed frames.
"""

from collections import Counter

import matplotlib.pyplot as plt
from matplotlib.patches import Circle, Rectangle

from cnnbp.graph import nodes
from cnnbp.plots.graphs import SIGNS, role_of
from cnnbp.plots.look import book_look
from cnnbp.style import HUE, colour

INCH = 0.62  # the length of one unit
LEFT, RIGHT, END = 2.8, 5.2, 7.0  # the sides of the gate, and where its output begins
GAP = 2.6  # between two columns of a layer
ROW, BELOW = 1.5, 0.62  # between two inputs; from a value down to its gradient
CENTRED = {"ha": "center", "va": "center"}


def draw_gate(function, inputs, output, local=(), gradients=(), ax=None):
    """
    Draw one gate: values in and out and, where they are given, the gradients.

    Parameters
    ----------
    function : str
        What stands in the gate.
    inputs : sequence of str
        One label for each input; one that begins with X, F or Y has its hue.
    output : str
    local : sequence of str, optional
        The local gradient of each input, written inside the gate.
    gradients : sequence of str, optional
        The gradient of each input, and last that of the output.
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    matplotlib.axes.Axes
    """
    heights = [ROW * ((len(inputs) - 1) / 2 - i) for i in range(len(inputs))]
    tall = max(heights) + 0.75
    with book_look():
        ax = _canvas((-0.3, END + 1.4), (-tall - 0.1, tall + 0.1), INCH) if ax is None else ax
        body = Rectangle((LEFT, -tall), RIGHT - LEFT, 2 * tall, facecolor=colour("neutral", "fill"), edgecolor=colour("neutral"))
        ax.add_patch(body)
        ax.text((LEFT + RIGHT) / 2, 0, function, **CENTRED, fontsize=13)
        for i, height in enumerate(heights):
            _draw_line(ax, inputs[i], height, (1.75, LEFT), 0.75, gradients[i : i + 1])
        for height, text in zip(heights, local):
            ax.text(LEFT + 0.12, height, text, ha="left", va="center", fontsize=10)
        _draw_line(ax, output, 0, (RIGHT, END - 0.75), END + 0.3, gradients[len(inputs) :])
    return ax


def draw_layer(outputs, ax=None):
    """
    Draw all operations that some outputs share, without their numbers.

    Parameters
    ----------
    outputs : sequence of Value
        Each with a name, as the variables they were computed from.
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    matplotlib.axes.Axes
    """
    places = _layer_places(outputs)
    right, bottom = max(x for x, _ in places.values()), min(y for _, y in places.values())
    with book_look():
        ax = _canvas((-0.6, right + 1.6), (bottom - 0.5, 0.5), 0.36) if ax is None else ax
        for node, place in places.items():
            for operand in node.operands:
                ax.plot(*zip(places[operand], place), color=colour(_hue(operand)), linewidth=0.8, zorder=1)
            _draw_node(ax, node, place)
    return ax


def _layer_places(outputs):
    """A column for each step of the computation, its nodes spread over the height."""
    column = {}
    for node in (node for output in outputs for node in nodes(output)):
        column[node] = 1 + max((column[operand] for operand in node.operands), default=-1)
    sizes, seen, places = Counter(column.values()), Counter(), {}
    for node in sorted(column, key=lambda node: "" if node.op else node.name):  # variables by name, the rest as computed
        k = column[node]
        places[node] = (GAP * k, 0.5 - max(sizes.values()) * (seen[k] + 0.5) / sizes[k])
        seen[k] += 1
    return places


def _canvas(xlim, ylim, inch):
    """New axes without a frame on which a unit has the same length both ways."""
    size = (inch * (xlim[1] - xlim[0]), inch * (ylim[1] - ylim[0]))
    ax = plt.figure(figsize=size).add_axes((0, 0, 1, 1))
    ax.set(xlim=xlim, ylim=ylim, aspect="equal")
    ax.axis("off")
    return ax


def _draw_line(ax, label, height, ends, middle, gradients):
    """A label with its solid arrow and, below, its gradient with a dashed one."""
    ink = colour(label[0]) if label[0] in HUE else colour("neutral")
    ax.text(middle, height, label, **CENTRED, color=ink, fontsize=11)
    look = {"color": ink, "shrinkA": 0, "shrinkB": 0}
    start, end = ends
    ax.annotate("", (end, height), (start, height), arrowprops={"arrowstyle": "-|>", **look})
    for gradient in gradients:
        frame = {"boxstyle": "square,pad=0.25", "facecolor": "white", "edgecolor": ink, "linestyle": "--"}
        ax.text(middle, height - BELOW, gradient, **CENTRED, color=ink, fontsize=10, bbox=frame)
        arrow = {"arrowstyle": "-|>", "linestyle": "--", **look}
        ax.annotate("", (start, height - BELOW), (end, height - BELOW), arrowprops=arrow, zorder=1)


def _draw_node(ax, node, place):
    """A variable as a box with its name, an operation as a circle; an output's name beside it."""
    x, y = place
    role = _hue(node)
    look = {"facecolor": colour(role, "fill"), "edgecolor": colour(role), "linewidth": 1, "zorder": 2}
    if not node.op:
        ax.add_patch(Rectangle((x - 0.55, y - 0.38), 1.1, 0.76, **look))
        ax.text(x, y, node.name, **CENTRED, fontsize=8, color=colour(role))
        return
    ax.add_patch(Circle(place, 0.38, **look))
    ax.text(x, y, SIGNS.get(node.op, node.op), **CENTRED, fontsize=9, color=colour(role))
    ax.text(x + 0.55, y, node.name, ha="left", va="center", fontsize=9, color=colour(role))


def _hue(node):
    """The tensor that a node is a cell of; neutral for a step between."""
    return role_of(node.name) if node.name else "neutral"
