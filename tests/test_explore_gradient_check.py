"""The gradient check as an explorable: bit-equal errors, bugs that hide and are found."""

from fractions import Fraction

import numpy as np
import pytest

from cnnbp.conv import conv2d_loop
from cnnbp.explore import GradientCheck, gradient_check, wrong_backward
from cnnbp.gradcheck import complex_step_gradient
from explorables import javascript
from running_example import F, X, dX

BUGS = list(wrong_backward.BUGS)


def records():
    """What the figure holds of every bug, by its name."""
    return {bug: gradient_check._record(bug) for bug in BUGS}


@pytest.mark.parametrize("precision", ["float64", "float32"])
def test_the_rounding_is_the_same_in_both_languages(precision, tmp_path):
    """Not close: equal, to the last bit, for every eps."""
    figure = GradientCheck(precision=precision)
    states = [{"nudge": k} for k in range(len(gradient_check.EPS))]
    for state, answer in zip(states, javascript("gradient_check", figure.state(), states, tmp_path), strict=True):
        figure.nudge = state["nudge"]
        for name, values in figure.numbers().items():
            assert np.array_equal(np.ravel(values), answer["numbers"][name]), (name, state)


def test_estimates_are_the_polynomial_but_for_rounding():
    """In fractions: forward is 295713 + 10965 eps + 154 eps^2, central has no middle term."""
    estimates, errors = gradient_check._estimates("float64")
    for k, eps in enumerate(map(Fraction, gradient_check.EPS)):
        bend, twist = 10965 * eps, 154 * eps**2
        exact = np.array([295713 + bend + twist, 295713 + twist, 295713 - twist], dtype=float)
        rounding = np.array([1, 1, 1e-8 * float(eps)]) * 4e-9 / float(eps)
        assert (np.abs(estimates[:, k] - exact) <= rounding + 1e-9).all(), float(eps)
    assert gradient_check.exact() == 295713
    best = np.array(gradient_check.EPS)[errors[:2].argmin(axis=1)]
    assert 1e-8 < best[0] < 1e-6 < best[1] < 1e-3


def test_the_complex_step_is_that_of_gradcheck():
    def cubes(W):
        return conv2d_loop(np.array(X, float), W) ** 3

    for k, eps in enumerate(gradient_check.EPS):
        expected = complex_step_gradient(cubes, np.array(F, float), eps=eps)[0, 0]
        assert gradient_check._estimates("float64")[0][2, k] == pytest.approx(expected, rel=1e-13)


def test_float32_is_blind_to_small_nudges():
    assert (gradient_check._estimates("float32")[1][:2, -10:] == 1).all()


@pytest.mark.parametrize("bug", BUGS)
def test_every_bug_is_found_and_all_but_one_learn(bug):
    found, right = gradient_check._record(bug), gradient_check._record(None)
    assert max(found["off"]) > 0.05 and max(right["off"]) < 1e-6
    falls = found["losses"][-1] < 0.5 * found["losses"][0]
    assert falls == (bug != "sign")


def test_every_bug_can_be_told_from_every_other():
    assert set(gradient_check.ORDER) == set(BUGS)
    signs = [tuple(np.round(found["off"], 2)) for found in records().values()]
    assert len(set(signs)) == len(signs)


def test_wrong_networks_may_learn_better_than_the_right_one():
    last = {bug: found["losses"][-1] for bug, found in records().items()}
    right = gradient_check._record(None)["losses"][-1]
    assert {bug for bug in last if last[bug] < right} == {"rotation", "bias"}


def test_the_first_image_shows_the_running_example():
    """dX in hundredths, right and without the rotation; the bias only sums it."""
    assert gradient_check._record(None)["X"] == np.ravel(dX).tolist()
    found = gradient_check._record("rotation")
    assert found["X"] == [8, -15, -2, 31, 31, 1, 21, 41, 10]
    assert found["off"][1] == 0


def test_the_record_is_the_same_on_every_machine(monkeypatch):
    """Noise a thousand times that of rounding changes no digit that is kept."""
    kept = {bug: gradient_check._record(bug) for bug in (None, *BUGS)}
    images, targets, P = wrong_backward.start()
    rng = np.random.default_rng(0)
    noisy = {name: w * (1 + 1e-13 * rng.normal(size=w.shape)) for name, w in P.items()}
    monkeypatch.setattr(wrong_backward, "start", lambda: (images, targets, noisy))
    monkeypatch.setattr(gradient_check, "_numerical", gradient_check._numerical.__wrapped__)
    assert kept == {bug: gradient_check._record.__wrapped__(bug) for bug in kept}
