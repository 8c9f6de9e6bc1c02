"""The book's look, while something is drawn."""

from contextlib import contextmanager

import matplotlib.pyplot as plt

from cnnbp.style import MATPLOTLIB_STYLE


@contextmanager
def book_look():
    """
    Draw with book.mplstyle, and leave Matplotlib's own settings as they were.

    A notebook turns interactive drawing on with the very first figure; should
    that be one of ours, leaving the style would turn it off again, and no later
    figure would be shown.
    """
    with plt.style.context(MATPLOTLIB_STYLE):
        yield
        interactive = plt.isinteractive()
    plt.interactive(interactive)
