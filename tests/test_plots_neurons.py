"""The drawn network: every wire, the thick ones' weights, every gradient."""

import matplotlib as mpl
import matplotlib.pyplot as plt
import pytest
from matplotlib.lines import Line2D

from cnnbp.plots import show_neurons

mpl.use("agg")

NAMES = ["A", "Z", "Y"]
NUMBERS = [[1, 2], [0, 3, -2], [5.5, 2.25]]
WEIGHTS = [[[2, -1], [1, 1], [-3, 1]], [[6, 1, 2], [1, 3, -1]]]
DELTAS = [None, [1, -0.226, 0.42], [1, -2]]


@pytest.fixture
def artists():
    """The drawing of a 2-3-2 network with the first hidden neuron chosen."""
    yield show_neurons(NAMES, NUMBERS, WEIGHTS, DELTAS, (1, 0))
    plt.close("all")


def words(artists):
    """All texts of a drawing."""
    return [artist.get_text() for artist in artists if hasattr(artist, "get_text")]


def test_every_wire_is_drawn_once_and_two_are_thick(artists):
    """3*2 + 2*3 wires; the chosen neuron has one to each output."""
    wires = [artist for artist in artists if isinstance(artist, Line2D)]
    assert len(wires) == 12
    thick = [wire for wire in wires if wire.get_linewidth() > 2]
    assert len(thick) == 2
    assert len({tuple(wire.get_xydata()[0]) for wire in thick}) == 1  # one start
    assert len({tuple(wire.get_xydata()[1]) for wire in thick}) == 2  # two ends


def test_numbers_weights_and_gradients_are_written(artists):
    """In this order: the weights of the thick wires, then layer by layer."""
    assert words(artists) == [
        "6", "1", "A", "1", "2", "Z", "0", "∂ 1", "3", "∂ −0.226", "−2", "∂ 0.42",
        "Y", "5.5", "∂ 1", "2.25", "∂ −2",
    ]  # fmt: skip


def test_a_weight_stands_between_its_two_neurons(artists):
    """The weight 1 of the wire to the second output, not to the first."""
    weight = next(artist for artist in artists if hasattr(artist, "get_text") and artist.get_text() == "1")
    ends = [artist for artist in artists if hasattr(artist, "get_text") and artist.get_text() in ("0", "2.25")]
    assert weight.get_position() == pytest.approx([sum(x) / 2 for x in zip(*(e.get_position() for e in ends), strict=True)])


def test_a_gradient_of_zero_is_written():
    """Zero is a number; None is the absence of one."""
    assert "∂ 0" in words(show_neurons(["A", "Z"], [[1], [2]], [[[2]]], [None, [0]], (0, 0)))
    plt.close("all")
