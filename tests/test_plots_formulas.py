"""Equations with shaded names: the same sums, each name on the shade of its drawing."""

import re

import pytest

from cnnbp.connections import equations, symbols, toeplitz
from cnnbp.plots import shade_names, show_connections

WEIGHTS = symbols("f", (2, 2)).ravel()
SUMS = equations("dX", (3, 3), (2, 2))
SHADED = r"\\colorbox\{(#\w{6})\}\{\\color\{black\}\$(f_\{\d\d\})\$\}"


def luminance(colour):
    """Relative luminance, as WCAG defines it."""
    parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_without_its_shades_it_is_the_printed_equation():
    latex = shade_names(SUMS, WEIGHTS)._repr_latex_()
    assert re.sub(SHADED, r"\2", latex) == SUMS._repr_latex_()
    assert repr(shade_names(SUMS, WEIGHTS)) == repr(SUMS)


def test_each_weight_has_one_shade_of_its_own_that_black_reads_on():
    found = re.findall(SHADED, shade_names(SUMS, WEIGHTS)._repr_latex_())
    assert len(found) == 16 and len(set(found)) == 4 == len({shade for shade, _ in found})
    assert all((luminance(shade) + 0.05) / 0.05 >= 4.5 for shade, _ in found)


@pytest.mark.parametrize("place", range(4))
def test_the_shade_is_that_of_the_drawn_matrix(place):
    T = toeplitz(symbols("f", (2, 2)), (3, 3))
    axes = show_connections(T, symbols("y", (2, 2)).ravel(), symbols("x", (3, 3)).ravel())[0].axes
    name = WEIGHTS[place]
    drawn = axes.patches[T.ravel().tolist().index(name)].get_facecolor()
    printed = dict((n, s) for s, n in re.findall(SHADED, shade_names(SUMS, WEIGHTS)._repr_latex_()))
    assert [round(255 * c) for c in drawn[:3]] == list(bytes.fromhex(printed[f"f_{{{name[1:]}}}"][1:]))
