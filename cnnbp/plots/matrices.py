"""Tensors as grids of numbers, side by side: the book's most used drawing.

A grid has the hue of its letter, and a dashed frame where it is a gradient.
Marked cells have a thick frame. Nothing is computed here.
"""

import re
from typing import NamedTuple

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patches import Rectangle

from cnnbp import style
from cnnbp.plots.look import book_look

TITLES = {"dX": "∂L/∂X", "dF": "∂L/∂F", "dY": "∂L/∂Y"}
INCHES = 0.5  # the side of a cell
GAP, TITLE = 0.55, 0.75  # in cells
SHADES = {  # of a tensor's hue, to tell its entries apart
    "X": ["#E3F0FA", "#BDDCF3", "#93C4EA", "#64A8DC"],
    "F": ["#FDEBD3", "#F8CF9C", "#EFB066", "#D98E3B"],
}


class Cells(NamedTuple):
    """A grid to be drawn; see `cells`."""

    numbers: np.ndarray
    letter: str
    title: str
    marks: np.ndarray
    faint: np.ndarray


def cells(A, letter, title=None, marks=None, faint=None):
    """
    Describe one grid of a row.

    Parameters
    ----------
    A : array of shape (M, N)
        Numbers, or names such as "x11", which are set as symbols.
    letter : str
        Whose hue it has: X, F, Y, dX, dF, dY.
    title : str, optional
        What stands above it; by default the letter.
    marks, faint : bool array of shape (M, N), or a slice pair, optional
        Cells with a thick frame, and cells without colour, such as padding.

    Returns
    -------
    Cells
    """
    A = np.asarray(A)
    title = TITLES.get(letter, letter) if title is None else title
    return Cells(A, letter, title, _mask(A, marks), _mask(A, faint))


def show_row(*items):
    """
    Draw grids and the signs between them in one row.

    Parameters
    ----------
    *items : Cells or str
        A string is a sign, such as "·" or "=".

    Returns
    -------
    list of matplotlib artists
    """
    return show_rows(items)


def show_rows(*rows):
    """
    Draw several rows of grids, one below the other.

    Parameters
    ----------
    *rows : sequence of Cells or str

    Returns
    -------
    list of matplotlib artists
    """
    heights = [max(len(g.numbers) + TITLE * bool(g.title) for g in row if not isinstance(g, str)) for row in rows]
    widths = [sum(_width(item) for item in row) + GAP * (len(row) - 1) for row in rows]
    size = max(widths), sum(heights) + GAP * (len(rows) - 1)
    with book_look():
        ax = plt.figure(figsize=(size[0] * INCHES, size[1] * INCHES)).add_axes((0, 0, 1, 1))
        ax.set(xlim=(-0.1, size[0] + 0.1), ylim=(size[1] + 0.1, -0.1), aspect="equal")
        ax.axis("off")
        artists, top = [], 0
        for row, height in zip(rows, heights):
            artists += _draw_row(ax, row, top, height)
            top += height + GAP
    return artists


def draw_cells(ax, grid, left=0, top=0):
    """
    Draw one grid with its upper left corner at (left, top); y grows downwards.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    grid : Cells
    left, top : float

    Returns
    -------
    list of matplotlib artists
    """
    ink, fill = style.colour(grid.letter, "ink"), style.colour(grid.letter, "fill")
    mark = style.colour("mark", "ink")
    artists = []
    for (i, j), value in np.ndenumerate(grid.numbers):
        face = "white" if grid.faint[i, j] else fill
        artists.append(ax.add_patch(Rectangle((left + j, top + i), 1, 1, facecolor=face, edgecolor="white", linewidth=1.5)))
        digit = style.colour("neutral") if grid.faint[i, j] else "black"
        artists.append(ax.text(left + j + 0.5, top + i + 0.5, _label(value), ha="center", va="center", color=digit))
    dashes = (0, (4, 2.5)) if style.is_gradient(grid.letter) else "solid"
    M, N = grid.numbers.shape
    artists.append(ax.add_patch(Rectangle((left, top), N, M, fill=False, edgecolor=ink, linewidth=2, linestyle=dashes)))
    for i, j in np.argwhere(grid.marks):
        inner = Rectangle((left + j + 0.07, top + i + 0.07), 0.86, 0.86, fill=False, edgecolor=mark, linewidth=2.4)
        artists.append(ax.add_patch(inner))
    artists.append(ax.text(left, top - 0.2, grid.title, color=ink, fontweight="bold", va="bottom"))
    return artists


def show_connections(T, row_names, column_names, weights=None):
    """
    Draw a matrix of connections, its cells coloured by which weight they hold.

    Parameters
    ----------
    T : array of shape (R, P)
        Names or numbers; 0 is an absent connection.
    row_names, column_names : sequence of str
    weights : sequence, optional
        The weights in order; each gets its own shade and keeps its label.

    Returns
    -------
    list of matplotlib artists
    """
    T = np.asarray(T)
    known = list(dict.fromkeys(T[T != 0].tolist())) if weights is None else list(weights)
    with book_look():
        ax = plt.figure(figsize=((T.shape[1] + 1) * INCHES, (T.shape[0] + 1) * INCHES)).add_axes((0, 0, 1, 1))
        ax.set(xlim=(-1, T.shape[1] + 0.1), ylim=(T.shape[0] + 0.1, -1), aspect="equal")
        ax.axis("off")
        for (i, j), value in np.ndenumerate(T):
            face = "white" if value == 0 else shade(value, known.index(value))
            ax.add_patch(Rectangle((j, i), 1, 1, facecolor=face, edgecolor=style.colour("neutral"), linewidth=0.6))
            grey = style.colour("neutral") if value == 0 else "black"
            ax.text(j + 0.5, i + 0.5, _label(value), ha="center", va="center", color=grey)
        for i, name in enumerate(row_names):
            ax.text(-0.15, i + 0.5, _label(name), ha="right", va="center", color=style.colour(_tensor(name)))
        for j, name in enumerate(column_names):
            ax.text(j + 0.5, -0.2, _label(name), ha="center", va="bottom", color=style.colour(_tensor(name)))
    return ax.texts


def _tensor(name):
    """The letter of the tensor that an entry belongs to: dY for dy21; F for a plain number."""
    letter = name.rstrip("0123456789,") if isinstance(name, str) else "f"
    return letter[:-1] + letter[-1:].upper()


def shade(value, number):
    """The fill of an entry: its tensor's hue, in the shade of its number."""
    shades = SHADES.get(_tensor(value), SHADES["F"])
    return shades[number % len(shades)]


def _mask(A, marks):
    """Marks as a boolean array of the shape of A."""
    mask = np.zeros(A.shape, dtype=bool)
    if marks is not None:
        mask[np.asarray(marks, dtype=bool) if np.ndim(marks) == 2 else marks] = True
    return mask


def _width(item):
    return 0.5 if isinstance(item, str) else max(item.numbers.shape[1], 0.32 * len(item.title))


def _draw_row(ax, row, top, height):
    """Draw the grids of a row, and the signs between them, at half its height."""
    artists, left = [], 0
    for item in row:
        if isinstance(item, str):
            middle = top + (height + TITLE) / 2
            artists.append(ax.text(left + 0.25, middle, item, ha="center", va="center", fontsize=16))
        else:
            artists += draw_cells(ax, item, left, top + TITLE * bool(item.title))
        left += _width(item) + GAP
    return artists


def _label(value):
    """A number as short as it can be; a name such as dy12 as a symbol."""
    if isinstance(value, str):
        name = re.fullmatch(r"([a-z]+)([\d,]+)", value)
        return rf"${name[1]}_{{{name[2]}}}$" if name else value
    return f"{value:.4g}".replace("-", "\N{MINUS SIGN}")
