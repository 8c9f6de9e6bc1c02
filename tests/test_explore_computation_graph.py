"""The computation graph: three expressions, each step of the walk, each known mistake."""

import json
import subprocess

import numpy as np
import pytest
import traitlets

from cnnbp.conv import conv2d, conv2d_grad_input, conv2d_grad_weight
from cnnbp.explore import ComputationGraph
from cnnbp.explore.computation_graph import PLACES
from cnnbp.gradcheck import numerical_gradient
from conftest import ROOT
from explorables import assert_same_numbers, javascript
from publish.pages import node
from running_example import F, X

ASK = """
import { compute, ask } from "%s/cnnbp/explore/computation_graph.mjs";
const state = JSON.parse(process.argv[1]);
const now = compute((name) => state[name]);
process.stdout.write(JSON.stringify(ask(now)));
"""


def by_name(figure, kind):
    """One of the figure's lists of numbers by the name of the node."""
    names = [node["name"] for node in figure.tables[figure.expression]["nodes"]]
    return dict(zip(names, figure.numbers()[kind].tolist(), strict=True))


def question(figure):
    """What the reader is asked, as the view makes it."""
    command = [node(), "--input-type=module", "-e", ASK % ROOT.as_uri(), json.dumps(figure.state())]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def test_numbers_worked_out_by_hand():
    path, fan_out = ComputationGraph(), ComputationGraph(expression="fan-out", x=3, y=2)
    assert by_name(path, "value") == {"x": -2, "y": 5, "q": 3, "z": -4, "f": -12}
    assert by_name(path, "gradient") == {"x": -4, "y": -4, "q": -4, "z": 3, "f": 1}
    assert by_name(fan_out, "value") == {"x": 3, "y": 2, "q": 5, "f": 15}
    assert by_name(fan_out, "gradient") == {"x": 8, "y": 3, "q": 3, "f": 1}


def test_the_convolution_is_the_running_example():
    figure = ComputationGraph(expression="convolution")
    window, one = np.array(figure.X), np.ones((1, 1))
    np.testing.assert_array_equal(window, X[:2, :2])
    value, gradient = by_name(figure, "value"), by_name(figure, "gradient")
    assert value["y11"] == conv2d(X, F)[0, 0] == 54
    dX, dF = conv2d_grad_input(one, F, (2, 2)), conv2d_grad_weight(one, window, (2, 2))
    for i, j in np.ndindex(2, 2):
        assert gradient[f"x{i + 1}{j + 1}"] == dX[i, j]
        assert gradient[f"f{i + 1}{j + 1}"] == dF[i, j]


def test_nudging_finds_the_same_gradients():
    rules = {"path": lambda v: (v[0] + v[1]) * v[2], "fan-out": lambda v: (v[0] + v[1]) * v[0]}
    for expression, rule in rules.items():
        for x, y, z in ((-9, 9, 3), (0, 0, 0), (7, -7, 1)):
            figure = ComputationGraph(expression=expression, x=x, y=y, z=z)
            gradient = by_name(figure, "gradient")
            nudged = numerical_gradient(rule, [x, y, z])
            for name, slope in zip("xyz", nudged):
                assert gradient.get(name, 0) == pytest.approx(slope, abs=1e-8)


def test_gradients_arrive_edge_by_edge():
    figure, seen = ComputationGraph(expression="fan-out", x=3, y=2), []
    for figure.step in range(9):
        seen.append([*by_name(figure, "arrived").values()])  # x, y, q, f
    assert seen[:3] == [[0] * 4] * 2 + [[0] * 4]
    assert seen[3:] == [[0, 0, 0, 1], [0, 0, 3, 1], [5, 0, 3, 1], [8, 0, 3, 1], [8, 3, 3, 1], [8, 3, 3, 1]]


@pytest.mark.parametrize("expression", PLACES)
def test_every_step_in_both_languages(expression, tmp_path):
    figure, states, expected = ComputationGraph(expression=expression, z=7), [], []
    for figure.step in range(23):
        states.append(figure.state())
        expected.append(figure.numbers())
    for answer, numbers in zip(javascript("computation_graph", {}, states, tmp_path), expected, strict=True):
        assert_same_numbers(answer["numbers"], numbers)


@pytest.mark.parametrize(
    ("words", "state", "values"),
    [
        ("one of the paths", {"expression": "fan-out", "x": 3, "y": 2}, [5, 3]),
        ("one of the paths", {"expression": "fan-out", "x": 3, "y": 2}, [3, 3]),
        ("mean over the paths", {"expression": "fan-out", "x": 3, "y": 2}, [4, 3]),
        ("other factor", {}, [3, 3, -4]),
        ("other summand", {}, [-20, 8, 3]),
        ("does not split", {}, [-2, -2, 3]),
        ("last local gradient", {}, [1, 1, 3]),
        ("share", {}, [8, -20, -12]),
        ("sign", {}, [4, 4, -3]),
    ],
)
def test_a_mistake_gives_its_numbers(words, state, values):
    asked = question(ComputationGraph(**state))
    assert values in [rule["values"] for rule in asked["rules"] if words in rule["text"]]
    assert values != asked["values"]


def test_the_question_about_the_convolution_names_every_cell():
    asked = question(ComputationGraph(expression="convolution"))
    assert asked["names"] == ["x11", "x12", "x21", "x22", "f11", "f12", "f21", "f22"]
    assert asked["values"] == [2, 7, 1, 8, 3, 1, 1, 5]


def test_no_two_nodes_stand_on_each_other():
    for places in PLACES.values():
        for name, (column, row) in places.items():
            near = [other for other, (c, r) in places.items() if c == column and abs(r - row) < 0.95]
            assert near == [name]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"X": np.ones((3, 3))}, r"X must have shape \(2, 2\)"),
        ({"F": [[1, 2]]}, r"F must have shape \(2, 2\)"),
        ({"x": 10}, "x"),
        ({"step": -1}, "step"),
        ({"expression": "quotient"}, "expression"),
    ],
)
def test_an_impossible_state_is_refused(change, message):
    with pytest.raises(traitlets.TraitError, match=message):
        ComputationGraph(**change)
