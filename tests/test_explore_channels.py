"""Channels: the same numbers as cnnbp, and each sum told with the terms that are marked."""

from itertools import product

import numpy as np
import pytest

from cnnbp.conv import conv2d_grad_bias, conv2d_grad_input_loop, conv2d_grad_weight_loop, conv2d_loop
from cnnbp.explore import Channels
from explorables import assert_refused, assert_same_numbers, javascript
from running_example import F, X, dF, dX, dY
from test_explore_why import check_sum

SETTINGS = list(product((1, 2, 3), (1, 2, 3), (1, 2), (0, 1)))


def _figure(setting):
    return Channels(**dict(zip(("C", "O", "stride", "padding"), setting, strict=True)))


def test_one_channel_and_one_filter_are_the_running_example():
    numbers = Channels(C=1, O=1).numbers()
    for name, expected in {"X1": X, "F11": F, "dY1": dY, "dX1": dX, "dF11": dF, "db1": 7}.items():
        np.testing.assert_array_equal(numbers[name], expected)


def test_every_setting_in_both_languages(tmp_path):
    """All 36 settings, against the loops, which share no line with the array code."""
    figures = [_figure(setting) for setting in SETTINGS]
    answers = javascript("channels", {}, [figure.state() for figure in figures], tmp_path)
    for figure, answer in zip(figures, answers, strict=True):
        assert_same_numbers(answer["numbers"], figure.numbers())
        A, setting = figure.arrays, {"stride": figure.stride, "padding": figure.padding}
        looped = conv2d_loop(A["X"], A["F"], **setting) + A["b"].reshape(-1, 1, 1)
        np.testing.assert_array_equal(A["Y"], looped)
        np.testing.assert_array_equal(A["dX"], conv2d_grad_input_loop(A["dY"], A["F"], A["X"].shape, **setting))
        np.testing.assert_array_equal(A["dF"], conv2d_grad_weight_loop(A["dY"], A["X"], A["F"].shape, **setting))
        np.testing.assert_array_equal(A["db"], conv2d_grad_bias(A["dY"]))


@pytest.mark.parametrize("setting", SETTINGS)
def test_each_gradient_has_the_shape_of_its_letter(setting):
    numbers = _figure(setting).numbers()
    for letter in "XFbY":
        assert numbers[f"shape_{letter}"] == numbers[f"shape_d{letter}"]
    assert numbers["shape_dX"][0] == setting[0] and numbers["shape_db"] == (setting[1],)


def test_channels_and_filters_are_told_apart():
    """No two slices are alike, and none looks the same rotated: a mixed-up index shows."""
    filters = Channels(C=3, O=3).arrays["F"].reshape(9, 2, 2)
    looks = [np.rot90(f, k).tolist() for f in filters for k in (0, 2)]
    assert len({str(look) for look in looks}) == 18


@pytest.mark.parametrize(
    ("change", "message"),
    [({"C": 4}, "C"), ({"O": 0}, "O"), ({"stride": 3}, "stride"), ({"selected": ["dX4", 0]}, "selected must be a cell of")],
)
def test_an_impossible_state_is_refused(change, message):
    assert_refused(Channels(), change, message)


@pytest.fixture
def shown(visit):
    """The figure on its page."""
    return visit("book/grad_input").locator("figure[data-explorable=channels]")


def _set(figure, **state):
    figure.evaluate("(figure, state) => Object.entries(state).forEach(([k, v]) => figure.explorable.set(k, v))", state)


@pytest.mark.parametrize(
    ("block", "lit", "name", "terms"),
    [
        ("dX2", [1, 4], "dx2,12 = dy1,11·f12,12 + dy1,12·f12,11 + dy2,11·f22,12 + dy2,12·f22,11", 4),
        ("dF23", [5], "df23,12 = x3,12·dy2,11 + x3,13·dy2,12 + x3,22·dy2,21 + x3,23·dy2,22", 4),
        ("Y2", [3, 4, 5], "y2,12 = x1,12·f21,11 + x1,13·f21,12", 13),
        ("db2", [], "db2 = dy2,11 + dy2,12 + dy2,21 + dy2,22", 4),
    ],
)
def test_what_lights_up_and_what_is_told(shown, block, lit, name, terms):
    """The column, the wire, the row, or none; as many terms as cells are marked."""
    shown.get_by_role("radio", name=block, exact=True).check()
    cells = shown.locator("button.cx-cell").all()
    wires = shown.locator(".cx-cross:visible").all()
    assert [k for k, wire in enumerate(wires) if "cx-lit" in wire.get_attribute("class")] == lit
    cells[min(1, len(cells) - 1)].focus()
    assert shown.locator(".cx-why p").nth(1).inner_text().replace("\u2009", "").startswith(name)
    for cell in cells:
        cell.focus()
        count = check_sum(shown, cell)
        marked = [slot.get_attribute("data-order") for slot in shown.locator(".cx-work .cx-slot:has(> .cx-on)").all()]
        assert {int(order) for order in marked} == set(range(1, count + 1))
        factors = shown.locator(".cx-why .cx-numbers").inner_text().count("\u00b7") + count
        assert len(marked) == factors
    assert max(map(int, marked)) <= terms


def test_every_cell_of_every_setting_tells_its_value(shown):
    """A padded and strided layer too; a cell that no window reads says so."""
    for block, stride, padding in [("dX3", 2, 0), ("dX1", 2, 1), ("dF21", 1, 1), ("Y1", 1, 1)]:
        _set(shown, selected=[block, 0], stride=stride, padding=padding)
        for cell in shown.locator("button.cx-cell").all():
            cell.focus()
            check_sum(shown, cell)


@pytest.mark.parametrize(
    ("guess", "message"),
    [
        ([2, 3, 3, 2, 2, 3, 2, 2], "dX has the channels of the image"),
        ([2, 2, 2, 2, 2, 3, 2, 2], "that is the shape of Y"),
        ([3, 3, 3, 2, 2, 1, 2, 2], "the slices were added up"),
        ([3, 3, 3, 2, 3, 2, 2, 2], "filters and channels are exchanged"),
        ([3, 3, 3, 8, 2, 3, 2, 2], "db was kept as a map"),
        ([3, 3, 3, 2, 2, 3, 2, 2], "8 of 8 right"),
    ],
)
def test_shapes_are_guessed_and_a_known_mistake_is_named(shown, guess, message):
    shown.get_by_role("button", name="Predict").click()
    assert not shown.locator(".cx-crossbar, .cx-work").first.is_visible()
    for field, value in zip(shown.locator(".cx-predict input").all(), guess, strict=True):
        field.fill(str(value))
    shown.get_by_role("button", name="Check").click()
    verdict = shown.locator(".cx-verdict").inner_text()
    assert message in verdict and "not the sum" not in verdict


def test_a_channel_is_pointed_at(shown):
    """The mouse alone chooses what is computed, as it does in the other figures."""
    shown.locator(".cx-knot", has_text="db2").hover()
    assert shown.get_by_role("radio", name="db2", exact=True).is_checked()
    assert "the bias is added everywhere" in shown.locator(".cx-why").inner_text()
