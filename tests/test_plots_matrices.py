"""Grids of numbers: what is drawn is what was given, and says which tensor it is."""

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_hex

import running_example as example
from cnnbp import style
from cnnbp.connections import im2col, symbols, toeplitz
from cnnbp.plots import cells, show_connections, show_row, show_rows

mpl.use("agg")


@pytest.fixture(autouse=True)
def _close_figures():
    """No figure is left open."""
    yield
    plt.close("all")


def texts(artists):
    return [artist.get_text() for artist in artists if hasattr(artist, "get_text")]


def test_numbers_title_and_signs():
    artists = show_row(cells(example.X, "X"), "·", cells(example.F, "F"))
    assert texts(artists) == [*"314159265", "X", "·", *"2718", "F"]


def test_negative_numbers_and_names():
    assert texts(show_row(cells([[-2, 0.125]], "dY"))) == ["\u22122", "0.125", "∂L/∂Y"]
    assert texts(show_row(cells([["x12", "dy21"]], "X", "names"))) == ["$x_{12}$", "$dy_{21}$", "names"]


@pytest.mark.parametrize(("letter", "line"), [("F", "-"), ("dF", "--")])
def test_a_gradient_has_a_dashed_frame_in_the_hue_of_its_tensor(letter, line):
    frames = [a for a in show_row(cells(example.F, letter)) if hasattr(a, "get_fill") and not a.get_fill()]
    assert [to_hex(frame.get_edgecolor()).upper() for frame in frames] == [style.colour("F")]
    assert (frames[0].get_linestyle() not in ("-", "solid")) == (line == "--")


@pytest.mark.parametrize("marks", [np.s_[0:2, 1:3], [[0, 1, 1], [0, 1, 1], [0, 0, 0]]])
def test_marks_are_frames_around_the_cells(marks):
    artists = show_row(cells(example.X, "X", marks=marks))
    mark = style.colour("mark").lower()
    framed = [a.get_xy() for a in artists if hasattr(a, "get_xy") and to_hex(a.get_edgecolor()) == mark]
    assert [(int(x), int(y - 0.75)) for x, y in framed] == [(1, 0), (2, 0), (1, 1), (2, 1)]


def test_rows_stand_below_each_other():
    artists = show_rows([cells(example.F, "F", "one")], [cells(example.F, "F", "two")])
    heights = {a.get_text(): a.get_position()[1] for a in artists if hasattr(a, "get_text")}
    assert heights["one"] < heights["two"]


def test_connections_name_rows_columns_and_weights():
    T = toeplitz(symbols("f", (2, 2)), (3, 3))
    drawn = texts(show_connections(T, symbols("y", (2, 2)).ravel(), symbols("x", (3, 3)).ravel()))
    assert drawn.count("$f_{11}$") == 4 and drawn.count("0") == 20
    assert drawn[-9] == "$x_{11}$" and drawn[-13] == "$y_{11}$"


def test_connections_wear_the_hue_of_their_tensor():
    """Rows are outputs, columns weights and cells pixels: green, orange, blue."""
    names = symbols("y", (2, 2)).ravel(), symbols("f", (2, 2)).ravel()
    drawn = show_connections(im2col(symbols("x", (3, 3)), (2, 2)), *names)
    inks = {text.get_text(): to_hex(text.get_color()).upper() for text in drawn}
    assert inks["$y_{11}$"] == style.colour("Y") and inks["$f_{22}$"] == style.colour("F")
    fills = {to_hex(patch.get_facecolor()) for patch in drawn[0].axes.patches}
    assert all(int(fill[5:], 16) > int(fill[1:3], 16) for fill in fills), "more blue than red"
