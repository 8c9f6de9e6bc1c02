"""Computation graphs, drawn from left to right.

A box is a named value, a circle is an operation. Above each stands the value
it has, below it, in a dashed frame, the gradient of the output with respect to
it. An operation whose result has a name is followed by the box of that name.
"""

from typing import NamedTuple

import matplotlib.pyplot as plt
from matplotlib.patches import Circle, FancyArrowPatch, Rectangle
from matplotlib.path import Path

from cnnbp.graph import Value, nodes
from cnnbp.plots.look import book_look
from cnnbp.style import HUE, colour

INCH = 0.6  # the length of one unit
COLUMN, ROW = 1.15, 1.3  # distances between the centres of neighbours, in units
RADIUS, HALF_WIDTH, HALF_HEIGHT = 0.22, 0.34, 0.2
SIGNS = {"*": "×", "-": "\u2212", "/": "÷", "neg": "\u2212", "sigmoid": "σ"}
CENTRED = {"ha": "center", "va": "center"}


class Glyph(NamedTuple):
    """One thing to draw: a box (op is empty) or the circle of an operation."""

    node: Value
    op: str


def draw_graph(output, ax=None, gradients=True):
    """
    Draw the graph that a value was computed by.

    Parameters
    ----------
    output : Value
        The result; everything it was computed from is drawn.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure of fitting size unless given.
    gradients : bool
        Whether to write the gradients below the glyphs. They are those that
        ``output.backward()`` has left there.

    Returns
    -------
    matplotlib.axes.Axes

    Notes
    -----
    Cells of a tensor, such as x11 or dy21, bear the colours of their tensor.
    """
    arrows = _arrows(output)
    places = _places(output, arrows)
    with book_look():
        ax = _canvas(places) if ax is None else ax
        for glyph, place in places.items():
            starts = [start for start, end in arrows if end == glyph]
            _draw_arrows_into(ax, glyph, starts, places)
            _draw_glyph(ax, glyph, place)
            _draw_numbers(ax, glyph, place, gradients)
    return ax


def _glyph(node):
    """The last thing drawn for a node: its box if it has a name, else its circle."""
    return Glyph(node, "" if node.name else node.op)


def _arrows(output):
    """The pairs of glyphs between which an arrow runs, in order of computation."""
    arrows = []
    for node in nodes(output):
        circle = Glyph(node, node.op)
        arrows += [(_glyph(operand), circle) for operand in node.operands]
        if node.op and node.name:
            arrows.append((circle, _glyph(node)))
    return arrows


def _columns(glyphs, arrows):
    """The column of each glyph: right of all that leads to it, a leaf close to its use."""
    column = dict.fromkeys(glyphs, 0)
    for start, end in arrows:
        column[end] = max(column[end], column[start] + 1)
    leaves = set(glyphs) - {end for _, end in arrows}
    for leaf in leaves:
        column[leaf] = min((column[end] - 1 for start, end in arrows if start == leaf), default=0)
    return column


def _rows(glyphs, arrows, column):
    """The row of each glyph: leaves in turn, the rest between what leads to it."""
    row, taken, leaves = {}, [], 0
    for glyph in glyphs:
        sources = [row[start] for start, end in arrows if end == glyph]
        last = max((column[end] for start, end in arrows if start == glyph), default=0)
        needs = [(column[glyph], 0.5)]  # half the height of a glyph, then of the arrow that leaves it
        needs += [(c, 0.05) for c in range(column[glyph] + 1, last)]
        row[glyph] = sum(sources) / len(sources) if sources else leaves
        leaves += not sources
        while any(c == d and abs(r - row[glyph]) < g + h for c, r, g in taken for d, h in needs):
            row[glyph] += 0.25
        taken += [(c, row[glyph], half) for c, half in needs]
    return row


def _places(output, arrows):
    """The centre of each glyph."""
    circles_and_boxes = [(Glyph(node, node.op), _glyph(node)) for node in nodes(output)]
    glyphs = list(dict.fromkeys(x for pair in circles_and_boxes for x in pair))
    column = _columns(glyphs, arrows)
    row = _rows(glyphs, arrows, column)
    return {x: (column[x] * COLUMN, -row[x] * ROW) for x in glyphs}


def _canvas(places):
    """New axes on which one unit is the same length in every graph."""
    xs, ys = zip(*places.values(), strict=True)
    width, height = max(xs) - min(xs) + 1.1, max(ys) - min(ys) + 1.5
    ax = plt.figure(figsize=(INCH * width, INCH * height)).add_axes((0, 0, 1, 1))
    ax.set(xlim=(min(xs) - 0.55, max(xs) + 0.55), ylim=(min(ys) - 0.75, max(ys) + 0.75))
    ax.set_aspect("equal")
    ax.axis("off")
    return ax


def role_of(name):
    """The letter whose colours a name bears: dY for dy21; neutral for a plain scalar."""
    letter = name.rstrip("0123456789,")
    letter = letter[:-1] + letter[-1:].upper()
    return letter if letter in HUE and name[-1:].isdigit() else "neutral"


def _draw_arrows_into(ax, end, starts, places):
    """The arrows into one glyph, the uppermost source at the top."""
    x1, y1 = places[end]
    x1 -= RADIUS if end.op else HALF_WIDTH
    for i, start in enumerate(sorted(starts, key=lambda x: -places[x][1])):
        x0, y0 = places[start]
        x0 += RADIUS if start.op else HALF_WIDTH
        y = y1 + 0.18 * ((len(starts) - 1) / 2 - i)
        bend = x1 - (COLUMN - RADIUS - HALF_WIDTH)  # straight on until the last column
        points = [(x0, y0), (max(x0, bend), y0), (bend + 0.35, y0), (bend, y), (x1 + 0.02, y)]
        codes = [Path.MOVETO, Path.LINETO, Path.CURVE4, Path.CURVE4, Path.CURVE4]
        ax.add_patch(
            FancyArrowPatch(
                path=Path(points, codes), arrowstyle="-|>", mutation_scale=8, linewidth=1,
                color=colour("neutral"), shrinkA=0, shrinkB=0, zorder=1,
            )
        )


def _draw_glyph(ax, glyph, place):
    """The box of a name or a constant, or the circle of an operation."""
    node, (x, y), role = glyph.node, place, role_of("" if glyph.op else glyph.node.name)
    look = {"facecolor": colour(role, "fill"), "edgecolor": colour(role), "linewidth": 1.2}
    if glyph.op:
        text = SIGNS.get(glyph.op, glyph.op.replace("**", "^"))
        ax.add_patch(Circle(place, RADIUS, **look))
    else:
        text = node.name or _number(node.data)
        corner = (x - HALF_WIDTH, y - HALF_HEIGHT)
        ax.add_patch(Rectangle(corner, 2 * HALF_WIDTH, 2 * HALF_HEIGHT, **look))
    ax.text(x, y, text, **CENTRED, color=colour(role), fontsize=10 if len(text) < 4 else 7)


def _draw_numbers(ax, glyph, place, gradients):
    """The value above a glyph and, in a dashed frame, the gradient below it."""
    node, (x, y) = glyph.node, place
    if (glyph.op and node.name) or not (node.op or node.name):
        return  # the box of the name tells them; a constant has no gradient
    ax.text(x, y + 0.36, _number(node.data), **CENTRED, fontsize=9)
    if gradients:
        frame = {"boxstyle": "square,pad=0.2", "linestyle": "--", "linewidth": 0.8}
        frame |= {"facecolor": "white", "edgecolor": colour(role_of(node.name))}
        ax.text(x, y - 0.43, "∂ " + _number(node.grad), **CENTRED, fontsize=8, bbox=frame)


def _number(number):
    """A number with at most three digits and a true minus sign."""
    return f"{number:.3g}".replace("-", "−")
