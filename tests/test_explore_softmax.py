"""Softmax: the running example's first gradient, the ways back, what a reader may guess."""

import json
import subprocess

import numpy as np
import pytest
import traitlets

from cnnbp.dense import softmax, softmax_cross_entropy
from cnnbp.explore import Softmax
from cnnbp.gradcheck import numerical_gradient
from conftest import ROOT
from explorables import assert_same_numbers, javascript
from publish.pages import node

WAYS = ("jacobian", "dp", "diagonal", "twice")
ASK = """
import { compute, ask } from "%s/cnnbp/explore/softmax.mjs";
const state = JSON.parse(process.argv[1]);
process.stdout.write(JSON.stringify(ask(compute((name) => state[name]))));
"""


def question(figure):
    """What the reader is asked, as the view makes it."""
    command = [node(), "--input-type=module", "-e", ASK % ROOT.as_uri(), json.dumps(figure.state())]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def test_running_example():
    now = Softmax().numbers()
    p = [0.1665156573332103, 0.2828988301342465, 0.2316179722406917, 0.31896754029185154]
    np.testing.assert_allclose(now["p"], p, rtol=1e-14)
    np.testing.assert_allclose(now["loss"][0], 1.4626659359456384, rtol=1e-14)
    np.testing.assert_allclose(now["dp"], [0, 0, -4.317454255928053, 0], rtol=1e-14)
    np.testing.assert_allclose(now["dZ"], np.subtract(p, [0, 0, 1, 0]), rtol=1e-14)


def test_only_the_whole_jacobian_agrees_with_nudging():
    for way in WAYS:
        now = Softmax(back=way).numbers()
        agrees = np.abs(now["sent"] - now["nudged"]) < 1e-6
        assert agrees.all() == (way == "jacobian"), way
        assert agrees.sum() == {"jacobian": 4, "dp": 0, "diagonal": 1, "twice": 0}[way]


def test_jacobian():
    """Its two cases, and a nudge of every logit."""
    figure = Softmax(z1=-1, z2=2.5)
    now = figure.numbers()
    p, J = now["p"], now["J"]
    for k, j in np.ndindex(4, 4):
        assert J[k, j] == pytest.approx(p[k] * (1 - p[k]) if k == j else -p[k] * p[j], abs=1e-15)
        nudged = numerical_gradient(lambda Z: softmax(Z)[k], figure.logits)
        assert J[k, j] == pytest.approx(nudged[j], abs=1e-9)


def test_softmax_twice_is_the_gradient_of_another_loss():
    figure = Softmax(back="twice", target="2")
    other = lambda Z: softmax_cross_entropy(softmax(Z), 1)[0]
    np.testing.assert_allclose(figure.numbers()["sent"], numerical_gradient(other, figure.logits), atol=1e-9)


def test_the_corners_in_both_languages(tmp_path):
    """Logits at their limits, where probabilities are tiny; every way back and every target."""
    states, expected = [], []
    for corner in ((-5, 5, 5, 5), (5, -5, -5, -5), (0, 0, 0, 0), (5, -5, 0.01, 4.99)):
        for target in "1234":
            for way in WAYS:
                figure = Softmax(**dict(zip(("z1", "z2", "z3", "z4"), corner)), target=target, back=way)
                states.append(figure.state())
                expected.append(figure.numbers())
    for answer, numbers in zip(javascript("softmax", {}, states, tmp_path), expected, strict=True):
        assert_same_numbers(answer["numbers"], numbers)


@pytest.mark.parametrize(
    ("words", "values"),
    [
        ("sign", [-0.17, -0.28, 0.77, -0.32]),
        ("been through the softmax", [0, 0, -4.32, 0]),
        ("the diagonal", [0, 0, -0.77, 0]),
        ("still to be subtracted", [0.17, 0.28, 0.23, 0.32]),
    ],
)
def test_a_mistake_gives_its_numbers(words, values):
    asked = question(Softmax())
    (rule,) = (rule for rule in asked["rules"] if words in rule["text"])
    np.testing.assert_allclose(rule["values"], values, atol=asked["tolerance"])
    np.testing.assert_allclose(asked["values"], [0.17, 0.28, -0.77, 0.32], atol=asked["tolerance"])


@pytest.mark.parametrize("change", [{"z1": 5.5}, {"target": "5"}, {"target": 3}, {"back": "sideways"}])
def test_an_impossible_state_is_refused(change):
    with pytest.raises(traitlets.TraitError, match=next(iter(change))):
        Softmax(**change)
