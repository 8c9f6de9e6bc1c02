"""Drawn graphs: what is in them, and that nothing lies on top of anything else."""

import itertools

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.patches import Circle, FancyArrowPatch, Rectangle

from cnnbp.graph import Value, nodes, variables
from cnnbp.plots.graphs import draw_graph
from cnnbp.style import colour

mpl.use("agg")


def chain():
    """f = (x + y) z."""
    f = (Value(-2, "x") + Value(5, "y")) * Value(-4, "z")
    f.name = "f"
    return f


def fan_out():
    """f = (x + y) x."""
    x = Value(3, "x")
    f = (x + Value(2, "y")) * x
    f.name = "f"
    return f


def one_output():
    """y11 of the convolution."""
    X, F = variables([[3, 1], [1, 5]], "x"), variables([[2, 7], [1, 8]], "f")
    y = (X * F).sum()
    y.name = "y11"
    return y


def loss():
    """A loss with a constant, a power, a named step and an arrow that passes others."""
    x, w = Value(0.5, "x"), Value(-1.25, "w")
    q = w * x
    q.name = "q"
    return ((q + Value(0.1, "b")).sigmoid() - 1) ** 2 + x * x


def crowded():
    """Three products of two variables in one column."""
    x, w = Value(3, "x"), Value(2, "w")
    return w * x + x * x + w * w


GRAPHS = [chain, fan_out, one_output, loss, crowded]


@pytest.fixture(autouse=True)
def _close_figures():
    """No figure is left open."""
    yield
    plt.close("all")


def drawn(output):
    """The axes of a drawn graph, with its gradients."""
    output.backward()
    return draw_graph(output)


def patches(ax, kind):
    """The patches of one kind."""
    return [patch for patch in ax.patches if type(patch) is kind]


def texts(ax):
    """All texts, in the order of drawing."""
    return [text.get_text() for text in ax.texts]


@pytest.mark.parametrize(
    ("make", "boxes", "circles", "arrows"), [(chain, 4, 2, 5), (fan_out, 3, 2, 5), (one_output, 9, 7, 15)]
)
def test_what_is_drawn(make, boxes, circles, arrows):
    """A box for each name, a circle for each operation, an arrow for each use."""
    ax = drawn(make())
    found = [len(patches(ax, kind)) for kind in (Rectangle, Circle, FancyArrowPatch)]
    assert found == [boxes, circles, arrows]


def test_values_and_gradients_are_written():
    """Each once; gradients with ∂ in a dashed frame, so that colour is not needed."""
    ax = drawn(chain())
    minus = "\u2212"
    assert sorted(texts(ax)) == sorted(
        ["x", "y", "z", "f", "+", "×", f"{minus}2", "5", f"{minus}4", "3", f"{minus}12"]
        + [f"∂ {minus}4", f"∂ {minus}4", "∂ 3", f"∂ {minus}4", "∂ 1"]
    )
    framed = [text for text in ax.texts if text.get_bbox_patch()]
    assert all(text.get_text().startswith("∂") for text in framed) and len(framed) == 5
    assert all(text.get_bbox_patch().get_linestyle() in ("--", "dashed") for text in framed)


def test_gradients_can_be_left_out():
    """Before the backward pass there are none."""
    assert not any("∂" in text for text in texts(draw_graph(chain(), gradients=False)))


def test_cells_bear_the_colours_of_their_tensor():
    """x11 blue, f11 orange, y11 green; x, y and f alone are neutral."""
    colours = [mpl.colors.to_hex(p.get_edgecolor()).upper() for p in patches(drawn(one_output()), Rectangle)]
    assert [colours.count(colour(letter)) for letter in "XFY"] == [4, 4, 1]
    colours = [mpl.colors.to_hex(p.get_edgecolor()).upper() for p in patches(drawn(chain()), Rectangle)]
    assert set(colours) == {colour("neutral")}


@pytest.mark.parametrize("make", GRAPHS)
def test_nothing_overlaps(make):
    """Boxes, circles and numbers keep apart; all lie within the figure."""
    ax = drawn(make())
    figure = ax.figure
    figure.canvas.draw()
    solid = [(p, p.get_window_extent()) for p in (*patches(ax, Rectangle), *patches(ax, Circle))]
    written = [(t, (t.get_bbox_patch() or t).get_window_extent()) for t in ax.texts]
    for (_, a), (_, b) in itertools.combinations(solid, 2):
        assert not a.overlaps(b)
    for (s, a), (t, b) in itertools.combinations(written, 2):
        assert not a.overlaps(b), (s.get_text(), t.get_text())
    for _, box in solid + written:
        assert figure.bbox.x0 <= box.x0 and box.x1 <= figure.bbox.x1
        assert figure.bbox.y0 <= box.y0 and box.y1 <= figure.bbox.y1


@pytest.mark.parametrize("make", [chain, fan_out, one_output, loss])
def test_no_arrow_crosses_a_number(make):
    """Nor a box or circle on its way."""
    ax = drawn(make())
    ax.figure.canvas.draw()
    boxes = [(t.get_bbox_patch() or t).get_window_extent() for t in ax.texts]
    for arrow in patches(ax, FancyArrowPatch):
        [line] = arrow._path_original.transformed(ax.transData).to_polygons(closed_only=False)
        ends = line[0], line[-1]
        for x, y in line:
            crossed = [box for box in boxes if box.contains(x, y)]
            assert not crossed, (ends, crossed)


@pytest.mark.parametrize("make", GRAPHS)
def test_arrows_run_from_left_to_right(make):
    """Each starts right of its source and ends at its target."""
    for arrow in patches(drawn(make()), FancyArrowPatch):
        [line] = arrow._path_original.to_polygons(closed_only=False)
        assert (np.diff(line[:, 0]) >= 0).all() and line[-1, 0] > line[0, 0]


def test_given_axes_are_used():
    """And the graph is left as it was."""
    f = chain()
    f.backward()
    before = [(node.data, node.grad, node.name) for node in nodes(f)]
    ax = plt.subplots()[1]
    assert draw_graph(f, ax=ax) is ax
    assert [(node.data, node.grad, node.name) for node in nodes(f)] == before


def test_a_single_variable():
    """The smallest graph."""
    assert texts(draw_graph(Value(2, "x"))) == ["x", "2", "∂ 0"]
