"""Shared weights: the parts add up to cnnbp's gradient, and the slope is the numerical derivative."""

import numpy as np
import pytest
import traitlets

from cnnbp.conv import conv2d, conv2d_grad_weight
from cnnbp.explore import SharedWeights
from cnnbp.gradcheck import numerical_gradient
from explorables import assert_refused, assert_same_numbers, javascript
from running_example import F, X, dF, dY


def bars(figure, *names):
    """The last bars of a figure by name."""
    return dict(zip((*names, "slope"), figure.numbers()["bars"][-4:], strict=True))


def parts(figure):
    return [A for name, A in figure.numbers().items() if name.startswith("part")]


def test_the_four_parts_of_the_running_example():
    figure = SharedWeights(X, F, dY, tie=4)
    wanted = [[[3, 1], [1, 5]], [[-2, -8], [-10, -18]], [[3, 15], [6, 18]], [[25, 45], [30, 25]]]
    np.testing.assert_array_equal(parts(figure), wanted)
    np.testing.assert_array_equal(figure.numbers()["total"], dF)
    assert bars(figure, "sum", "mean", "last") == {"sum": 29, "mean": 7.25, "last": 25, "slope": 29}
    np.testing.assert_array_equal(figure.numbers()["L"], [696, 725, 29])


@pytest.mark.parametrize(("tie", "slope"), [(1, 3), (2, 1), (3, 4), (4, 29)])
@pytest.mark.parametrize("nudge", [0.25, 1.0, 2.0])
def test_the_slope_is_the_sum_of_the_parts_that_move(tie, slope, nudge):
    assert SharedWeights(tie=tie, nudge=nudge).numbers()["bars"][-1] == slope


def test_the_chosen_copy_moves_first_and_the_last_is_followed_by_the_first():
    assert SharedWeights(selected=["c4", 0]).numbers()["bars"][-1] == 25
    assert SharedWeights(selected=["c4", 0], tie=2).numbers()["bars"][-1] == 25 + 3
    assert SharedWeights(selected=["c2", 3], tie=2).numbers()["bars"][-1] == -18 + 18


def test_the_bias_gets_the_sum_of_all_outputs():
    figure = SharedWeights(share="bias", tie=4)
    assert bars(figure, "sum", "mean", "last") == {"sum": 7, "mean": 1.75, "last": 5, "slope": 7}
    assert SharedWeights(share="bias", selected=["c2", 0]).numbers()["bars"][-1] == -2


@pytest.mark.parametrize("samples", [1, 2, 3, 4])
@pytest.mark.parametrize("loss", ["sum", "mean"])
def test_only_the_matching_pair_of_loss_and_gradient_agrees(samples, loss):
    figure = SharedWeights(share="batch", samples=samples, loss=loss)
    found = bars(figure, "sum", "mean", "mean of mean")
    equal = [name for name in ("sum", "mean", "mean of mean") if np.isclose(found[name], found["slope"])]
    assert equal == ([loss] if samples > 1 else ["sum", "mean", "mean of mean"])


@pytest.mark.parametrize("loss", ["sum", "mean"])
@pytest.mark.parametrize("share", ["weight", "bias", "batch"])
def test_the_whole_gradient_is_the_numerical_one(share, loss):
    """By central differences of the loss, which knows nothing of our formulas."""
    rng = np.random.default_rng(3)
    X, F, dY = rng.normal(size=(4, 3)), rng.normal(size=(2, 2)), rng.normal(size=(3, 2))
    figure = SharedWeights(X, F, dY, share=share, loss=loss, samples=3)
    images = [X, X[:, ::-1], X[::-1]] if share == "batch" else [X]
    scale = 3 if share == "batch" and loss == "mean" else 1
    if share == "bias":
        wanted = numerical_gradient(lambda b: (dY * conv2d(X, F, b[0])).sum(), [10.0]).reshape(1, 1)
    else:
        wanted = numerical_gradient(lambda F: sum((dY * conv2d(image, F)).sum() for image in images) / scale, F)
    np.testing.assert_allclose(figure.numbers()["total"], wanted, rtol=1e-8, atol=1e-8)


def test_parts_and_slopes_in_random_shapes_in_both_languages(tmp_path):
    """Up to nine windows of any shape; the parts add up to cnnbp's dF, JavaScript says the same."""
    rng = np.random.default_rng(5)
    for shape, kernel in [((2, 3), (2, 2)), ((4, 4), (2, 2)), ((5, 3), (3, 1)), ((3, 4), (1, 3))]:
        sizes = (shape, kernel, (shape[0] - kernel[0] + 1, shape[1] - kernel[1] + 1))
        figure = SharedWeights(*(rng.normal(size=size) for size in sizes))
        np.testing.assert_allclose(sum(parts(figure)), conv2d_grad_weight(figure.dY, figure.X, kernel))
        for share in ("weight", "bias", "batch"):
            figure.share = share
            (answer,) = javascript("shared_weights", {}, [figure.state()], tmp_path)
            assert_same_numbers(answer["numbers"], figure.numbers())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"tie": 5}, "tie must lie in 1..4"),
        ({"tie": 0}, "tie"),
        ({"samples": 5}, "samples"),
        ({"nudge": 0.0}, "nudge"),
        ({"X": np.ones((4, 4))}, r"must have shape \(3, 3\)"),
        ({"dY": [[1, 2, 3]]}, r"must have shape \(2, 2\)"),
    ],
)
def test_an_impossible_state_is_refused_and_nothing_changes(change, message):
    assert_refused(SharedWeights(), change, message)


def test_too_many_windows_are_refused():
    with pytest.raises(traitlets.TraitError, match="16 windows"):
        SharedWeights(np.ones((5, 5)), np.ones((2, 2)), np.ones((4, 4)))
    with pytest.raises(traitlets.TraitError, match="does not fit"):
        SharedWeights(np.ones((1, 5)), np.ones((2, 2)), np.ones((4, 4)))
