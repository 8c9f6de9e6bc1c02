"""What a network has learned: its history, its filters, what they see, its mistakes.

Nothing is computed here: each function takes arrays and returns what it drew.
Signed numbers are drawn in two hues around 0, with the scale at the side;
images are drawn in grey.
"""

import matplotlib.pyplot as plt
import numpy as np

from cnnbp.plots.look import book_look
from cnnbp.style import colour

COLUMNS = 8  # images side by side


def plot_history(history, ax=None):
    """
    Draw loss and accuracy over the epochs.

    Parameters
    ----------
    history : History
        As `cnnbp.training.train` returns it.
    ax : pair of matplotlib.axes.Axes, optional
        Where to draw the loss and the accuracy; a new figure unless given.

    Returns
    -------
    list of matplotlib.lines.Line2D
        Loss, then accuracy; after each, if there is one, its validation line.
    """
    lines = []
    with book_look():
        if ax is None:
            ax = plt.subplots(1, 2, figsize=(6.4, 2.8), layout="constrained")[1]
        for axes, name in zip(ax, ("loss", "accuracy"), strict=True):
            looks = {name: ("X", "-", "o"), f"validation_{name}": ("F", "--", "s")}
            for kind, (letter, line, marker) in looks.items():
                numbers = getattr(history, kind)
                look = {"color": colour(letter), "linestyle": line, "marker": marker, "markersize": 4}
                label = "validation" if kind != name else "training"
                if len(numbers):
                    lines += axes.plot(range(1, len(numbers) + 1), numbers, label=label, **look)
            axes.set(xlabel="epoch", ylabel=name)
            axes.xaxis.get_major_locator().set_params(integer=True)
            if axes.lines:
                axes.legend()
    return lines


def show_filters(F, titles=None):
    """
    Draw filters, each cell a colour from blue (positive) over white (0) to red.

    Parameters
    ----------
    F : ndarray of shape (O, C, KH, KW) or (KH, KW)
        One row of pictures for each output channel, one column for each input
        channel; side by side where there is one input channel.
    titles : sequence of str, optional

    Returns
    -------
    list of matplotlib.image.AxesImage
    """
    F = np.asarray(F)
    planes = F.reshape(-1, *F.shape[-2:])
    columns = F.shape[1] if F.ndim == 4 and F.shape[1] > 1 else COLUMNS
    return _show_signed(planes, titles, columns)


def show_feature_maps(A, titles=None):
    """
    Draw what the channels of a layer make of one image, on one scale.

    Parameters
    ----------
    A : ndarray of shape (C, H, W) or (1, C, H, W)
        The output of a layer, or its gradient.
    titles : sequence of str, optional

    Returns
    -------
    list of matplotlib.image.AxesImage
    """
    A = np.asarray(A)
    if A.ndim not in (3, 4) or (A.ndim == 4 and len(A) != 1):
        raise ValueError(f"A has shape {A.shape}; rule: the maps of one image, (C, H, W) or (1, C, H, W)")
    return _show_signed(A.reshape(-1, *A.shape[-2:]), titles, COLUMNS)


def show_confusion(matrix, ax=None):
    """
    Draw a confusion matrix: true classes in rows, predicted ones in columns.

    Parameters
    ----------
    matrix : ndarray of int of shape (K, K)
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    matplotlib.image.AxesImage
    """
    matrix = np.asarray(matrix)
    with book_look():
        if ax is None:
            ax = plt.subplots(figsize=(4.4, 4.4), layout="constrained")[1]
        image = ax.imshow(matrix, cmap="Blues", vmin=0)
        for (i, j), count in np.ndenumerate(matrix):
            ink = "white" if count > matrix.max() / 2 else "black"
            if count:
                ax.text(j, i, str(count), ha="center", va="center", fontsize=9, color=ink)
        ticks = range(len(matrix))
        ax.set(xlabel="predicted", ylabel="true", xticks=ticks, yticks=ticks)
    return image


def show_images(X, titles=None):
    """
    Draw images in grey, black for the largest value.

    Parameters
    ----------
    X : ndarray of shape (N, 1, H, W), (N, H, W) or (H, W)
    titles : sequence of str, optional

    Returns
    -------
    list of matplotlib.image.AxesImage
    """
    X = np.asarray(X)
    planes = X.reshape(-1, *X.shape[-2:])
    low, high = (planes.min(), planes.max()) if planes.size else (0, 1)
    return _grid(planes, titles, COLUMNS, cmap="gray_r", vmin=low, vmax=high)[0]


def _show_signed(planes, titles, columns):
    """Planes of signed numbers on one scale around 0, with a colour bar."""
    most = np.abs(planes).max(initial=0) or 1
    images, axes = _grid(planes, titles, columns, cmap="RdBu", vmin=-most, vmax=most)
    with book_look():
        axes.flat[0].figure.colorbar(images[0], ax=axes, shrink=0.9, pad=0.02, aspect=30)
    return images


def _grid(planes, titles, columns, **look):
    """Small pictures in rows of so many columns; their artists and all axes."""
    if len(planes) == 0:
        raise ValueError("there is no image to show: the array is empty")
    if titles is not None and len(titles) != len(planes):
        raise ValueError(f"{len(planes)} images have {len(titles)} titles; rule: one each")
    columns = min(columns, len(planes))
    rows = -(-len(planes) // columns)
    with book_look():
        height = 0.75 + 0.2 * (titles is not None)
        size = (0.75 * columns + 0.8, height * rows)
        axes = plt.subplots(rows, columns, figsize=size, squeeze=False, layout="constrained")[1]
        for ax in axes.flat:
            ax.axis("off")
        images = [ax.imshow(plane, **look) for ax, plane in zip(axes.flat, planes)]
        for ax, title in zip(axes.flat, titles if titles is not None else []):
            ax.set_title(title, fontsize=9, pad=2)
    return images, axes
