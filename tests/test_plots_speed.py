"""The plot of ratios: every ratio at its place, what is missing left out, names in the legend."""

import matplotlib.pyplot as plt
import numpy as np

from cnnbp.plots import plot_ratios


def test_each_ratio_is_a_dot_on_its_line():
    line, ours, other, legend = plot_ratios(["a", "b", "c"], {"ours": [0.5, 1, 2], "im2col": [None, 3, None]})
    np.testing.assert_array_equal(ours.get_xydata(), [[0.5, 0], [1, 1], [2, 2]])
    np.testing.assert_array_equal(other.get_xydata(), [[3, 1]])
    assert ours.get_marker() != other.get_marker() and ours.get_color() != other.get_color()
    assert [text.get_text() for text in legend.get_texts()] == ["ours", "im2col"]
    ax = ours.axes
    assert ax.get_xscale() == "log" and line.get_xdata() == [1, 1]
    assert [tick.get_text() for tick in ax.get_yticklabels()] == ["a", "b", "c"]
    assert ax.yaxis_inverted()
    plt.close("all")


def test_it_draws_on_given_axes():
    ax = plt.figure().add_subplot()
    assert all(artist.axes is ax for artist in plot_ratios(["a"], {"ours": [1]}, ax))
    plt.close("all")
