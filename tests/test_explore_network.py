"""The network of the views, in JavaScript: the outputs, loss and gradients of `Sequential`."""

import json
import subprocess

import numpy as np
import pytest

from cnnbp.explore import recorded
from cnnbp.layers import Conv2d, Flatten, Linear, MaxPool2d, ReLU, Sequential
from conftest import ROOT
from publish.pages import node

# Two convolutions of several channels, with stride, padding and dilation; overlapping windows.
ODD = Sequential(
    Conv2d(1, 3, (3, 2), padding=1, rng=0), ReLU(), MaxPool2d(3, stride=2),
    Conv2d(3, 2, 2, stride=1, padding=1, dilation=2, rng=1), Flatten(), Linear(24, 4, rng=2),
)  # fmt: skip
NETWORKS = {"odd": ODD, "replay": recorded.replay_network(), "drawing": recorded.drawing_network()}


def answers(network, cases, folder):
    """What JavaScript computes for rows of weights, images and targets."""
    path = folder / "network.json"
    path.write_text(json.dumps({"layers": recorded.layer_tables(network), "cases": cases}), encoding="utf-8")
    command = [node(), str(ROOT / "tests" / "run_network.mjs"), str(path)]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def same(got, expected):
    """Equal to 1e-12 of the largest number."""
    expected = np.ravel(expected)
    largest = max(1.0, np.abs(expected).max())
    np.testing.assert_allclose(got, expected, rtol=1e-12, atol=1e-12 * largest)


@pytest.mark.parametrize("name", NETWORKS)
def test_forward_loss_and_all_gradients(name, tmp_path):
    """Random weights and images; every output, p, L, dX and the gradient of every weight."""
    rng, network = np.random.default_rng(0), NETWORKS[name]
    size, classes = sum(a.size for _, a, _ in network.parameters()), network.forward(np.zeros(recorded.SHAPE)).size
    cases = [
        {"row": rng.normal(size=size).tolist(), "X": rng.normal(size=64).tolist(), "target": int(rng.integers(classes))}
        for _ in range(20)
    ]
    for case, got in zip(cases, answers(network, cases, tmp_path), strict=True):
        recorded.load(network, np.array(case["row"]) / recorded.UNIT)
        outputs, p, L, dX = recorded.run(network, case["X"], case["target"])
        for mine, theirs in zip(got["outputs"][1:], outputs, strict=True):
            same(mine, theirs)
        for letter, wanted in (("p", p), ("L", L), ("dX", dX)):
            same(got[letter], wanted)
        for layer, grads in zip(network, got["grads"], strict=True):
            assert set(grads) == set(layer.grads)
            for letter, gradient in layer.grads.items():
                same(grads[letter], gradient)


def test_ties_go_to_the_first_maximum(tmp_path):
    """Equal maxima: the gradient goes where `max_pool2d` sends it."""
    network = Sequential(Conv2d(1, 1, 1, rng=0), MaxPool2d(2), Flatten(), Linear(16, 2, rng=0))
    row, X = [1.0, 0.0, *np.linspace(0.1, 1, 32), 0.0, 0.0], np.ones(64)
    (got,) = answers(network, [{"row": row, "X": X.tolist(), "target": 1}], tmp_path)
    recorded.load(network, np.array(row) / recorded.UNIT)
    dX = recorded.run(network, X, 1)[3]
    same(got["dX"], dX)
    assert np.count_nonzero(dX) == 16 and dX[0, 0] != 0
