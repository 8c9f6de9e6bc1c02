"""A dense network, drawn neuron by neuron, with the wires of one of them thick.

Circles are neurons, columns are layers. Below a neuron may stand its gradient,
in a dashed frame.
"""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patches import Circle

from cnnbp.plots.look import book_look
from cnnbp.style import colour

INCH = 0.6  # the length of one unit
COLUMN, ROW, RADIUS = 2.6, 1.5, 0.36
CENTRED = {"ha": "center", "va": "center"}


def show_neurons(names, numbers, weights, deltas, neuron):
    """
    Draw a dense network and the paths that leave one neuron.

    Parameters
    ----------
    names : sequence of str
        What stands above each layer.
    numbers : sequence of arrays of shape (n,)
        For each layer what stands in its neurons.
    weights : sequence of arrays of shape (n of layer l+1, n of layer l)
        Entry (k, j) belongs to the wire from neuron j to neuron k.
    deltas : sequence of None or arrays of shape (n,)
        For each layer what stands below its neurons.
    neuron : (layer, place)
        Whose wires to the next layer are thick and bear their weights.

    Returns
    -------
    list of matplotlib artists
    """
    most = max(map(len, numbers))
    width, height = COLUMN * (len(numbers) - 1) + 1.2, ROW * most + 0.6
    with book_look():
        ax = plt.figure(figsize=(width * INCH, height * INCH)).add_axes((0, 0, 1, 1))
        ax.set(xlim=(-0.6, width - 0.6), ylim=(-ROW * most / 2 - 0.1, ROW * most / 2 + 0.5), aspect="equal")
        ax.axis("off")
        for layer, matrix in enumerate(weights):
            for (k, j), weight in np.ndenumerate(matrix):
                _draw_wire(ax, _place(numbers, layer, j), _place(numbers, layer + 1, k), weight, (layer, j) == tuple(neuron))
        for layer, name in enumerate(names):
            ax.text(COLUMN * layer, ROW * most / 2 + 0.2, name, **CENTRED, fontsize=12)
            for k, number in enumerate(numbers[layer]):
                delta = None if deltas[layer] is None else deltas[layer][k]
                _draw_neuron(ax, _place(numbers, layer, k), number, delta, (layer, k) == tuple(neuron))
    return [*ax.lines, *ax.patches, *ax.texts]


def _place(numbers, layer, k):
    """The centre of neuron k of a layer; each column is centred."""
    return COLUMN * layer, ROW * ((len(numbers[layer]) - 1) / 2 - k)


def _draw_wire(ax, start, end, weight, thick):
    """A line between two neurons; a thick one bears its weight, near its start."""
    (x0, y0), (x1, y1) = start, end
    look = {"color": colour("mark"), "linewidth": 2.6} if thick else {"color": colour("neutral"), "linewidth": 0.6}
    ax.plot([x0, x1], [y0, y1], zorder=1, **look)
    if thick:
        frame = {"boxstyle": "square,pad=0.15", "facecolor": "white", "edgecolor": "none"}
        ax.text(0.5 * (x0 + x1), 0.5 * (y0 + y1), _number(weight), **CENTRED, color=colour("F"), fontweight="bold", bbox=frame)


def _draw_neuron(ax, place, number, delta, marked):
    """A circle with its number, and below it its gradient, if it has one."""
    role = "mark" if marked else "neutral"
    x, y = place
    ax.add_patch(Circle(place, RADIUS, facecolor=colour(role, "fill"), edgecolor=colour(role), linewidth=1.5, zorder=2))
    ax.text(x, y, _number(number), **CENTRED, zorder=3)
    if delta is not None:
        frame = {"boxstyle": "square,pad=0.2", "linestyle": "--", "linewidth": 0.8}
        frame |= {"facecolor": "white", "edgecolor": colour(role)}
        ax.text(x, y - 0.62, "∂ " + _number(delta), **CENTRED, fontsize=9, bbox=frame, zorder=3)


def _number(number):
    """A number with at most three digits and a true minus sign."""
    return f"{number:.3g}".replace("-", "\N{MINUS SIGN}")
