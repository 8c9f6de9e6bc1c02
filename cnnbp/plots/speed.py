"""Ratios of times, as dots on a logarithmic axis: left of the line is faster."""

import matplotlib.pyplot as plt
from matplotlib.ticker import FuncFormatter, NullFormatter

from cnnbp import style
from cnnbp.plots.look import book_look

MARKERS = "osD^v"
HUES = ["X", "F", "Y", "mark", "neutral"]


def plot_ratios(labels, series, ax=None):
    """
    Draw one line of dots for each label, one marker for each series.

    Parameters
    ----------
    labels : sequence of str
        What was measured, from top to bottom.
    series : dict of str to sequence of float or None
        The ratios of each; None where nothing was measured.
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    list of matplotlib artists
    """
    with book_look():
        ax = ax or plt.figure(figsize=(6.4, 0.45 * len(labels) + 1.3), layout="constrained").add_subplot()
        artists = [ax.axvline(1, color=style.colour("neutral"), linewidth=1)]
        for (name, ratios), marker, hue in zip(series.items(), MARKERS, HUES):
            known = [(ratio, row) for row, ratio in enumerate(ratios) if ratio is not None]
            artists += ax.plot(*zip(*known), marker, color=style.colour(hue), label=name, markersize=8)
        ax.set_xscale("log")
        ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        ax.xaxis.set_minor_formatter(NullFormatter())
        ax.set_yticks(range(len(labels)), labels)
        ax.set(ylim=(len(labels) - 0.5, -0.5), xlabel="time, as a multiple of PyTorch's")
        artists.append(ax.legend(loc="upper center", bbox_to_anchor=(0.4, 1.22), ncols=len(series), frameon=False))
    return artists
