"""Functions and their slopes: the lines carry the numbers that were given."""

import numpy as np

from cnnbp.plots import show_curves


def test_each_function_is_a_line_and_its_slope_a_dashed_one():
    x = np.linspace(-1, 1, 5)
    lines = show_curves(x, {"square": (x**2, 2 * x), "cube": (x**3, 3 * x**2)})
    assert [line.get_linestyle() for line in lines] == ["-", "--"] * 2
    for line, numbers in zip(lines, (x**2, 2 * x, x**3, 3 * x**2), strict=True):
        np.testing.assert_array_equal(line.get_xdata(), x)
        np.testing.assert_array_equal(line.get_ydata(), numbers)
    assert [line.axes.get_title() for line in lines] == ["square", "square", "cube", "cube"]


def test_one_function_stands_alone():
    assert len(show_curves(np.arange(3), {"line": (np.arange(3), np.ones(3))})) == 2
