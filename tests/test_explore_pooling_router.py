"""The pooling router: right ways back, wrong ways back, and what their sums tell."""

from itertools import product

import numpy as np
import pytest
import traitlets

from cnnbp.explore import PoolingRouter
from cnnbp.explore.pooling_router import RULES
from cnnbp.gradcheck import numerical_gradient
from cnnbp.pool import avg_pool2d, max_pool2d
from explorables import assert_refused, assert_same_numbers, javascript

TIED, UPSTREAM = [[1, 3], [3, 3]], [[6]]
SETTINGS = list(product((2, 3), (1, 2, 3), (0, 1)))


def gradients(figure):
    return {rule: figure.gradient(rule) for rule in RULES}


def sums(figure):
    return dict(zip(("in", *RULES), figure.numbers()["sums"].tolist(), strict=True))


def test_a_tie_by_the_four_rules():
    """Three threes and a gradient of 6: worked out by hand."""
    found = gradients(PoolingRouter(TIED, UPSTREAM))
    np.testing.assert_array_equal(found["first"], [[0, 6], [0, 0]])
    np.testing.assert_array_equal(found["all"], [[0, 6], [6, 6]])
    np.testing.assert_array_equal(found["split"], [[0, 2], [2, 2]])
    np.testing.assert_array_equal(found["overwrite"], [[0, 6], [0, 0]])


def test_an_overlap_by_the_four_rules():
    """One pixel wins two windows with gradients 1 and 10: 11, but 10 where it is overwritten."""
    figure = PoolingRouter([[0, 5, 0], [0, 0, 0]], [[1, 10]], stride=1)
    for rule, value in {"first": 11, "all": 11, "split": 11, "overwrite": 10}.items():
        np.testing.assert_array_equal(figure.gradient(rule), [[0, value, 0], [0, 0, 0]])


def test_the_numbers_of_the_chapter():
    assert sums(PoolingRouter(kernel=3, stride=1)) == {"in": 7, "first": 7, "all": 7, "split": 7, "overwrite": 5}
    spots = [[1, 3, 0, 0], [3, 3, 0, 0], [2, 6, 5, 3], [8, 7, 5, 4]]
    assert sums(PoolingRouter(spots, [[6, 1], [2, 4]])) == {"in": 13, "first": 13, "all": 32, "split": 13, "overwrite": 13}


@pytest.mark.parametrize(("kernel", "stride", "padding"), SETTINGS)
def test_first_is_the_numerical_gradient_and_conserves(kernel, stride, padding):
    """Without ties all rules but overwriting are one, and agree with central differences."""
    rng = np.random.default_rng(0)
    X, dY = rng.permutation(25).reshape(5, 5).astype(float) - 12, rng.normal(size=(6, 6))
    figure = PoolingRouter(X, dY, kernel=kernel, stride=stride, padding=padding)
    wanted = numerical_gradient(lambda X: max_pool2d(X, kernel, stride, padding)[0], X, figure.upstream)
    for rule in ("first", "all", "split"):
        np.testing.assert_allclose(figure.gradient(rule), wanted, atol=1e-9)
    figure.kind = "average"
    for include in (True, False):
        figure.count_include_pad = include
        wanted = numerical_gradient(lambda X: avg_pool2d(X, kernel, stride, padding, include), X, figure.upstream)
        np.testing.assert_allclose(figure.numbers()["dX"], wanted, atol=1e-9)


@pytest.mark.parametrize(("kernel", "stride", "padding"), SETTINGS)
def test_what_is_conserved_with_ties(kernel, stride, padding):
    """First and split keep the sum, all adds to it, and overwriting takes from it where windows overlap."""
    rng = np.random.default_rng(1)
    X, dY = rng.integers(-1, 2, size=(4, 5)), rng.integers(1, 9, size=(6, 6))
    figure = PoolingRouter(X, dY, kernel=kernel, stride=stride, padding=padding)
    found = sums(figure)
    assert found["first"] == found["in"] and found["split"] == pytest.approx(found["in"])
    assert found["all"] >= found["in"]
    if not padding:
        assert sums(PoolingRouter(0 * X, dY, kernel=kernel, stride=stride))["all"] == found["in"] * kernel**2
    assert found["overwrite"] < found["in"] if stride < kernel else found["overwrite"] == found["in"]


@pytest.mark.parametrize("shape", [(2, 2), (2, 5), (4, 3), (6, 6)])
def test_other_shapes_in_both_languages(shape, tmp_path):
    rng = np.random.default_rng(2)
    figure = PoolingRouter(rng.integers(-2, 3, size=shape), rng.normal(size=(2, 2)))
    assert figure.domains["kernel"]["max"] == min(3, *shape)
    for kind, stride, padding in product(("max", "average"), (1, 2, 3), (0, 1)):
        figure.kind, figure.stride, figure.padding = kind, stride, padding
        (answer,) = javascript("pooling_router", {}, [figure.state()], tmp_path)
        assert_same_numbers(answer["numbers"], figure.numbers())


@pytest.mark.parametrize("name", ["ties", "overlaps", "zeros"])
def test_the_images_show_what_they_promise(name):
    figure = PoolingRouter()
    for part, value in figure.tables["images"][name].items():
        figure.set_trait(part, value)
    found = sums(figure)
    assert (found["all"] != found["in"]) == (name != "overlaps")
    assert (found["overwrite"] != found["in"]) == (name == "overlaps")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"kernel": 4}, "kernel"),
        ({"stride": 0}, "stride"),
        ({"padding": 2}, "padding"),
        ({"rule": "last"}, "rule"),
        ({"X": np.ones((3, 3))}, r"must have shape \(4, 4\)"),
    ],
)
def test_an_impossible_state_is_refused_and_nothing_changes(change, message):
    assert_refused(PoolingRouter(), change, message)


def test_a_row_is_too_small():
    with pytest.raises(traitlets.TraitError, match="at least 2x2"):
        PoolingRouter([[0, 5, 0]])
    with pytest.raises(traitlets.TraitError, match="kernel must lie in 2..2"):
        PoolingRouter(TIED, UPSTREAM, kernel=3)
