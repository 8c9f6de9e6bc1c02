"""One step of two layers: the sign, the cut wire, and the order of the update."""

import numpy as np
import pytest

from cnnbp.conv import conv2d
from cnnbp.dense import softmax_cross_entropy
from cnnbp.explore import OneStep
from cnnbp.explore.one_step import IMAGE, RATES
from cnnbp.gradcheck import numerical_gradient
from explorables import assert_refused


def loss(F1, F2, target=0):
    """The loss of the two layers."""
    return softmax_cross_entropy(conv2d(conv2d(IMAGE, F1), F2).ravel(), target)[0]


def test_running_example():
    """A hundredth of the running example's Y stands at the upper left of the first map."""
    now = OneStep().numbers()
    np.testing.assert_allclose(now["Y1"][:2, :2], [[0.54, 1.07], [0.87, 1.19]], rtol=1e-14)
    np.testing.assert_allclose(now["Y2"][0, 0], 0.2 * 0.54 - 0.4 * 1.07 + 0.6 * 0.87 + 1.19, rtol=1e-14)
    assert (round(now["L"], 4), round(now["after"], 4)) == (1.5419, 1.2272)


@pytest.mark.parametrize("target", "1234")
def test_gradients_are_what_nudging_finds(target):
    """Both filters, and both losses."""
    figure = OneStep(F1=[[0.3, -1], [2, 0.5]], target=target, eta=-0.35)
    now, at = figure.numbers(), int(target) - 1
    np.testing.assert_allclose(now["dF1"], numerical_gradient(lambda F: loss(F, figure.F2, at), figure.F1), atol=1e-8)
    np.testing.assert_allclose(now["dF2"], numerical_gradient(lambda F: loss(figure.F1, F, at), figure.F2), atol=1e-8)
    assert now["after"] == pytest.approx(loss(now["F1"] + 0.35 * now["dF1"], now["F2"] + 0.35 * now["dF2"], at), abs=1e-14)


def test_a_plus_climbs_and_a_minus_falls():
    """The curve falls from left to right, and its middle is the loss before the step."""
    now = OneStep().numbers()
    assert np.all(np.diff(now["curve"]) < 0)
    assert now["curve"][list(RATES).index(0)] == now["L"]
    assert OneStep(eta=-0.5).numbers()["after"] > now["L"] > now["after"]


def test_a_cut_wire_stops_layer_one_alone():
    """Zeros arrive; the first filter stays, the second moves as before, the loss falls less."""
    whole, cut = OneStep().numbers(), OneStep(cut=True).numbers()
    assert not cut["dY1"].any() and not cut["dF1"].any()
    assert np.array_equal(cut["new1"], cut["F1"])
    assert np.array_equal(cut["new2"], whole["new2"])
    assert whole["after"] < cut["after"] < cut["L"]


def test_moved_too_early_layer_two_sends_another_gradient():
    """The gradient of the first filter then depends on the learning rate, and is not the slope."""
    right, early = OneStep().numbers(), OneStep(at_once=True).numbers()
    assert np.array_equal(early["dF2"], right["dF2"])
    assert np.abs(early["dF1"] - right["dF1"]).max() > 0.1
    np.testing.assert_allclose(OneStep(at_once=True, eta=0.0).numbers()["dF1"], right["dF1"], rtol=1e-14)


def test_the_words_say_what_the_switches_do():
    assert "wire between the layers is cut; layer 2 moved first" in OneStep(cut=True, at_once=True).describe()
    assert "whole; all gradients first" in OneStep().describe()


@pytest.mark.parametrize("change", [{"eta": 1.5}, {"target": "5"}, {"F1": [[1, 2, 3]]}, {"F2": [[10, 0], [0, 0]]}])
def test_an_impossible_state_is_refused(change):
    assert_refused(OneStep(), change, next(iter(change)))
