"""Gates and layers of gates: what goes in, what comes out, and which way the arrows point."""

import itertools

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.patches import Circle, Rectangle

import running_example as example
from cnnbp.graph import variables
from cnnbp.plots import draw_gate, draw_layer
from cnnbp.style import colour

mpl.use("agg")
PRODUCT = {
    "inputs": ["x = 3", "y = 2"], "output": "z = 6", "local": ["∂z/∂x = y", "∂z/∂y = x"],
    "gradients": ["∂L/∂x = −8", "∂L/∂y = −12", "∂L/∂z = −4"],
}  # fmt: skip
CONVOLUTION = {"inputs": ["X, 3×3", "F, 2×2"], "output": "Y, 2×2"}
BACK = ["∂L/∂X, 3×3", "∂L/∂F, 2×2", "∂L/∂Y, 2×2"]
GATES = [PRODUCT, CONVOLUTION, {**CONVOLUTION, "gradients": BACK}]


@pytest.fixture(autouse=True)
def _close_figures():
    """No figure is left open."""
    yield
    plt.close("all")


def written(ax):
    """The texts with words, by their words."""
    return {text.get_text(): text for text in ax.texts if text.get_text()}


def arrows(ax):
    """(start, end, whether dashed) of each arrow."""
    found = [a for a in ax.texts if getattr(a, "arrow_patch", None)]
    return [(a.xyann, a.xy, a.arrow_patch.get_linestyle() in ("--", "dashed")) for a in found]


def running_layer():
    """The four outputs of the running example."""
    x, f = variables(example.X, "x"), variables(example.F, "f")
    outputs = [(x[i : i + 2, j : j + 2] * f).sum() for i, j in np.ndindex(2, 2)]
    for output, name in zip(outputs, ["y11", "y12", "y21", "y22"]):
        output.name = name
    return outputs


def test_a_gate_says_what_it_was_given():
    texts = written(draw_gate("f", **PRODUCT))
    assert set(texts) == {"f", *PRODUCT["inputs"], "z = 6", *PRODUCT["local"], *PRODUCT["gradients"]}


def test_values_run_forwards_and_gradients_back():
    """Three solid arrows to the right, three dashed ones to the left, none where no gradient is given."""
    ax = draw_gate("f", **PRODUCT)
    assert [end[0] > start[0] for start, end, dashed in arrows(ax)] == [not dashed for *_, dashed in arrows(ax)]
    assert sorted(dashed for *_, dashed in arrows(ax)) == [False] * 3 + [True] * 3
    assert [dashed for *_, dashed in arrows(draw_gate("f", **CONVOLUTION))] == [False] * 3


def test_each_gradient_stands_below_its_letter_in_a_dashed_frame_of_its_hue():
    texts = written(draw_gate("f", **CONVOLUTION, gradients=BACK))
    for label, gradient in zip([*CONVOLUTION["inputs"], CONVOLUTION["output"]], BACK):
        (x, y), (x_below, y_below) = texts[label].get_position(), texts[gradient].get_position()
        assert x == x_below and y - 1 < y_below < y
        frame = texts[gradient].get_bbox_patch()
        assert frame.get_linestyle() in ("--", "dashed")
        assert to_hex(frame.get_edgecolor()).upper() == texts[label].get_color() == colour(label[0])


def test_each_local_gradient_stands_inside_beside_its_input():
    ax = draw_gate("f", **PRODUCT)
    body = next(patch for patch in ax.patches if type(patch) is Rectangle)
    for label, local in zip(PRODUCT["inputs"], PRODUCT["local"]):
        x, y = written(ax)[local].get_position()
        assert body.get_x() < x < body.get_x() + body.get_width()
        assert y == written(ax)[label].get_position()[1]


@pytest.mark.parametrize("gate", GATES)
def test_nothing_in_a_gate_overlaps_or_leaves_the_figure(gate):
    ax = draw_gate("$X \\star F$", **gate)
    ax.figure.canvas.draw()
    boxes = [(t.get_bbox_patch() or t).get_window_extent() for t in written(ax).values()]
    assert not any(a.overlaps(b) for a, b in itertools.combinations(boxes, 2))
    figure = ax.figure.bbox
    assert all(figure.x0 <= b.x0 and b.x1 <= figure.x1 and figure.y0 <= b.y0 and b.y1 <= figure.y1 for b in boxes)


def test_a_layer_has_a_circle_for_each_operation_and_a_line_for_each_use():
    ax = draw_layer(running_layer())
    signs = [text.get_text() for text in ax.texts]
    assert (signs.count("×"), signs.count("+")) == (16, 12)
    assert sum(type(patch) is Circle for patch in ax.patches) == 28
    assert sum(type(patch) is Rectangle for patch in ax.patches) == 13
    assert len(ax.lines) == 2 * 28


def test_lines_run_from_left_to_right_and_bear_the_hue_of_their_tensor():
    """Each of the four weights and the middle pixel has four lines, a corner pixel one."""
    ax = draw_layer(running_layer())
    assert all(np.diff(line.get_xdata()) > 0 for line in ax.lines)
    inks = [line.get_color() for line in ax.lines]
    assert [inks.count(colour(letter)) for letter in ("F", "X", "neutral")] == [16, 16, 24]
    starts = [(line.get_xdata()[0], line.get_ydata()[0]) for line in ax.lines]
    fan_out = {text.get_text(): starts.count(text.get_position()) for text in ax.texts if text.get_text()[-1:].isdigit()}
    assert [fan_out[name] for name in ("f11", "f22", "x22", "x21", "x11")] == [4, 4, 4, 2, 1]


def test_the_nodes_of_a_layer_keep_apart():
    ax = draw_layer(running_layer())
    ax.figure.canvas.draw()
    boxes = [patch.get_window_extent() for patch in ax.patches]
    assert not any(a.overlaps(b) for a, b in itertools.combinations(boxes, 2))


@pytest.mark.parametrize("draw", [lambda ax: draw_gate("f", **PRODUCT, ax=ax), lambda ax: draw_layer(running_layer(), ax=ax)])
def test_given_axes_are_used(draw):
    ax = plt.subplots()[1]
    assert draw(ax) is ax
