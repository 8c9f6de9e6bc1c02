"""Eight turns of a kernel and two conventions: one is right, unless the kernel is symmetric."""

import numpy as np
import pytest

from cnnbp.conv import conv2d
from cnnbp.explore import Orientations
from cnnbp.explore.orientations import TURNS
from cnnbp.gradcheck import numerical_gradient
from explorables import assert_refused, assert_same_numbers, javascript
from running_example import F, X, dX, dY

WIDE_X = np.c_[X, [2, 6, 3]]
WIDE_F = np.c_[F, [3, 5]]


@pytest.fixture
def figure():
    return Orientations(WIDE_X, WIDE_F, dY)


def errors(figure):
    """The largest errors by name."""
    return {key[6:]: float(value) for key, value in figure.numbers().items() if key.startswith("error_")}


def test_of_eight_turns_one_is_right(figure):
    """2x3: four do not fit; 2x2: all fit, as the running example's traps."""
    assert {name for name, error in errors(figure).items() if error < 1e-12} == {"rotated"}
    assert set(errors(figure)) == {"same", "rotated", "upside", "mirrored"}
    figure.columns = 2
    found = figure.numbers()
    assert {name for name, error in errors(figure).items() if error < 1e-12} == {"rotated"}
    assert set(errors(figure)) == set(TURNS)
    np.testing.assert_allclose(found["dX_rotated"], dX)
    np.testing.assert_allclose(found["dX_same"], [[8, -15, -2], [31, 31, 1], [21, 41, 10]])
    np.testing.assert_allclose(found["dX_transposed"], [[8, -9, -14], [25, 61, 31], [3, 11, 10]])
    np.testing.assert_allclose(found["dX_upside"], [[7, -12, -4], [29, 26, 8], [24, 43, 5]])
    np.testing.assert_allclose(found["dX_mirrored"], [[1, 6, -16], [5, 32, 26], [6, 31, 35]])


def test_the_eight_turns_are_eight(figure):
    turned = [turn(WIDE_F).tolist() for turn in TURNS.values()]
    assert len({str(kernel) for kernel in turned}) == 8


@pytest.mark.parametrize("columns", [2, 3])
def test_a_symmetric_kernel_hides_the_mistake(figure, columns):
    figure.columns, figure.symmetric = columns, True
    right = {name for name, error in errors(figure).items() if error < 1e-12}
    assert right == ({"same", "rotated"} if columns == 3 else {"same", "rotated", "transposed", "anti"})
    figure.part = "conventions"
    assert len(errors(figure)) == 4 and max(errors(figure).values()) < 1e-12


@pytest.mark.parametrize("columns", [2, 3])
def test_mixed_conventions_differ(figure, columns):
    """The nudged derivative, with the usual small step too, is the gradient of its own pair."""
    figure.part, figure.columns = "conventions", columns
    right = {name for name, error in errors(figure).items() if error < 1e-12}
    assert right == {"correlation_turned", "convolution_unturned"}
    assert min(error for name, error in errors(figure).items() if name not in right) > 1
    for forward, backward in (("correlation", "turned"), ("convolution", "unturned")):
        figure.forward, figure.backward = forward, backward
        image, kernel, upstream = figure.operands
        kernel = kernel if forward == "correlation" else kernel[::-1, ::-1]
        small = numerical_gradient(lambda X, F=kernel: conv2d(X, F), image, upstream)
        found = figure.numbers()
        np.testing.assert_allclose(found["nudged"], small, atol=1e-7)
        np.testing.assert_allclose(found["dX"], small, atol=1e-7)


def test_the_forward_passes_of_the_running_example(figure):
    figure.part, figure.columns = "conventions", 2
    np.testing.assert_allclose(figure.numbers()["Y"], [[54, 107], [87, 119]])
    figure.forward = "convolution"
    np.testing.assert_allclose(figure.numbers()["Y"], [[42, 65], [39, 101]])


def test_javascript_turns_as_python_does(tmp_path, figure):
    """Every turn, pair and width, with numbers of its own."""
    rng = np.random.default_rng(5)
    states, expected = [], []
    for k in range(120):
        figure.X, figure.F, figure.dY = (rng.normal(size=shape) for shape in ((3, 4), (2, 3), (2, 2)))
        figure.columns, figure.symmetric = 2 + k % 2, k % 3 == 0
        figure.part = ("turns", "conventions")[k // 60]
        figure.forward = ("correlation", "convolution")[k // 2 % 2]
        figure.backward = ("turned", "unturned")[k // 4 % 2]
        states.append({part: getattr(figure, part) for part in figure.domains})
        expected.append(figure.numbers())
    answers = javascript("orientations", {"tables": figure.tables}, states, tmp_path)
    for answer, numbers in zip(answers, expected, strict=True):
        assert_same_numbers(answer["numbers"], numbers)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"F": np.ones((3, 2))}, r"F must have shape \(2, 3\)"),
        ({"X": X}, r"X must have shape \(3, 4\)"),
        ({"dY": [[1, 2]]}, r"dY must have shape \(2, 2\)"),
        ({"columns": 4}, "columns"),
        ({"turn": "flipped"}, "turn"),
        ({"forward": "both"}, "forward"),
    ],
)
def test_an_impossible_state_is_refused_and_nothing_changes(figure, change, message):
    assert_refused(figure, change, message)


# How often something was set in motion: on a busy machine a motion may be over before one looks.
COUNT = """window.turns = 0;
const animate = Element.prototype.animate;
Element.prototype.animate = function (...how) { window.turns += 1; return animate.apply(this, how); };"""


def test_two_flips_are_the_rotation(browser, book):
    """By keyboard, in either order; the kernel turns over in sight only for a reader who wants motion."""
    for motion, flips in (("no-preference", ("up and down", "sideways")), ("reduce", ("sideways", "up and down"))):
        context = browser.new_context(reduced_motion=motion)
        page = context.new_page()
        page.add_init_script(COUNT)
        page.goto((book / "book/grad_input.html").as_uri())
        shown = page.locator("#explore-orientations")
        for flip, words in zip(flips, ("One flip of two", "Two flips, in either order")):
            shown.get_by_role("button", name=f"Flip {flip}").focus()
            page.keyboard.press("Enter")
            assert words in shown.locator(".cx-why").inner_text()
        assert page.evaluate("window.turns") == (0 if motion == "reduce" else 2)
        assert shown.get_by_role("radio", name="rotated by 180°").is_checked()
        shown.get_by_role("button", name=f"Flip {flips[0]}").press("Enter")
        assert "One flip of two" in shown.locator(".cx-why").inner_text()
        context.close()
