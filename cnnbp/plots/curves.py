"""Functions of one number, each with its slope."""

import matplotlib.pyplot as plt

from cnnbp.plots.look import book_look
from cnnbp.style import colour


def show_curves(x, curves):
    """
    Draw functions side by side, each as a line and its slope as a dashed one.

    Parameters
    ----------
    x : ndarray of shape (N,)
        Where the functions were computed.
    curves : dict of str to (ndarray of shape (N,), ndarray of shape (N,))
        Of each function, by its name, the values and the slopes.

    Returns
    -------
    list of matplotlib.lines.Line2D
        Of each function its values, then its slopes.
    """
    lines = []
    with book_look():
        size = (2.2 * len(curves), 2.4)
        axes = plt.subplots(1, len(curves), figsize=size, layout="constrained", squeeze=False)[1][0]
        for ax, (name, (values, slopes)) in zip(axes, curves.items(), strict=True):
            lines += ax.plot(x, values, color=colour("Y"), label="value")
            lines += ax.plot(x, slopes, color=colour("dY"), linestyle="--", label="slope")
            ax.set(title=name, xlabel="z")
        axes[0].legend()
    return lines
