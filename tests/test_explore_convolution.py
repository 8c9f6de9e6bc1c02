"""The convolution as an explorable: shapes, limits, faces, ten thousand states."""

import json
import re
import subprocess
from itertools import product

import numpy as np
import pytest

from cnnbp.connections import equations
from cnnbp.explore import Convolution, beside, bundle
from explorables import CLASSES, assert_refused, javascript
from publish.pages import node
from running_example import F, X, dF, dX, dY, Y


@pytest.fixture
def figure():
    return Convolution(X, F, dY)


def limits(figure):
    """The least and the largest value of each dial."""
    dials = ("stride", "padding", "dilation")
    return {name: (figure.domains[name]["min"], figure.domains[name]["max"]) for name in dials}


def random_states(count, seed=0):
    """Figures of many shapes, settings and readings, with numbers of any size."""
    rng = np.random.default_rng(seed)
    while count > 0:
        shape, kernel = rng.integers(1, 7, size=2), rng.integers(1, 4, size=2)
        if (kernel > shape).any():
            continue
        arrays = (rng.normal(size=size) * 10.0 ** rng.integers(-3, 4) for size in (shape, kernel, (8, 8)))
        figure = Convolution(*arrays)
        for setting in product(*(range(low, high + 1) for low, high in limits(figure).values())):
            for which in ("Y", "dF", "dX"):
                figure.set_trait("which", which)
                for name, value in zip(limits(figure), setting):
                    figure.set_trait(name, value)
                yield {**figure.state()}, figure.result, figure.operands
                count -= 1


def test_running_example(figure):
    for which, expected in (("Y", Y), ("dF", dF), ("dX", dX)):
        figure.which = which
        np.testing.assert_array_equal(figure.result, expected)


def test_javascript_computes_what_python_computes(tmp_path):
    """Ten thousand configurations, each number to 1e-12 of the sum of its terms' sizes."""
    states, results, operands = zip(*random_states(10_000), strict=True)
    slim = [{**s, "tables": {k: v for k, v in s["tables"].items() if k in _keys(s)}} for s in states]
    answers = javascript("convolution", {}, slim, tmp_path)
    assert len(answers) >= 10_000
    for result, (first, second), answer in zip(results, (o.values() for o in operands), answers):
        values = np.array(answer["numbers"].popitem()[1]).reshape(result.shape)
        size = np.abs(first).max() * np.abs(second).max() * max(1, max(map(len, answer["terms"])))
        np.testing.assert_allclose(values, result, rtol=1e-12, atol=1e-12 * size)


def _keys(state):
    return [f"{stride},{state['padding']},{state['dilation']}" for stride in (1, state["stride"])]


def test_why_names_the_terms_of_the_printed_equations(tmp_path, figure):
    """Every cell's sum has the terms, in the order, that `equations` prints."""
    letters = {"Y": ("X", "F"), "dF": ("X", "dY"), "dX": ("dY", "F")}
    for which, (first, second) in letters.items():
        figure.which = which
        (answer,) = javascript("convolution", {}, [figure.state()], tmp_path)
        for terms, sum_ in zip(answer["terms"], equations(which, (3, 3), (2, 2)).values(), strict=True):
            assert " + ".join(f"{_name(first, i)}*{_name(second, j)}" for i, j in terms) == sum_


def _name(letter, place):
    i, j = divmod(place, 3 if letter == "X" else 2)
    return f"{letter.lower()}{i + 1}{j + 1}"


def test_every_setting_within_the_limits_exists():
    figure = Convolution(np.ones((5, 4)), np.ones((3, 2)), np.ones((3, 3)))
    ranges = [range(low, high + 1) for low, high in limits(figure).values()]
    assert limits(figure) == {"stride": (1, 3), "padding": (0, 2), "dilation": (1, 2)}
    assert set(figure.tables) == {f"{s},{p},{d}" for s in ranges[0] for p in ranges[1] for d in ranges[2]}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"stride": 4}, "stride"),
        ({"padding": -1}, "padding"),
        ({"dilation": 3}, "dilation must lie in 1..2"),
        ({"X": [[1, 2, 3]]}, "does not fit"),
        ({"F": np.ones((4, 4))}, "does not fit"),
        ({"X": [[1, float("nan")], [1, 1]]}, "finite"),
        ({"X": [[1e7] * 3] * 3}, "must lie in"),
        ({"X": [1, 2]}, r"must be a matrix, got shape \(2,\)"),
        ({"F": [["a"]]}, "matrix of numbers"),
        ({"which": "dW"}, "which"),
    ],
)
def test_an_impossible_state_is_refused_and_nothing_changes(figure, change, message):
    assert_refused(figure, change, message)


def test_a_new_shape_brings_new_tables(figure):
    figure.dilation = 2
    figure.F = np.arange(9).reshape(3, 3)
    assert figure.dilation == 1 and limits(figure)["dilation"] == (1, 1)
    np.testing.assert_array_equal(figure.result, [[3 * 0 + 1 + 8 + 3 + 20 + 45 + 12 + 42 + 40]])


def test_the_kernel_dial_uses_the_upper_left_of_the_filter(tmp_path):
    """From 1×1 to 3×3: each reading is that of the smaller filter, in both languages."""
    whole = np.array([[2, 7, 1], [1, 8, -3], [4, 0, 5]])
    figure = Convolution(X, whole, dY, kernel=2)
    assert figure.domains["kernel"]["min"] == 1 and figure.domains["kernel"]["max"] == 3
    states, results = [], []
    for k, stride, padding, which in product((1, 2, 3), (1, 2, 3), (0, 1, 2), ("Y", "dF", "dX")):
        figure.kernel, figure.stride, figure.padding, figure.which = k, stride, padding, which
        alone = Convolution(X, whole[:k, :k], figure.upstream, stride=stride, padding=padding, which=which)
        np.testing.assert_array_equal(figure.result, alone.result)
        states.append(figure.state())
        results.append(alone.result.ravel().tolist())
    answers = javascript("convolution", {}, states, tmp_path)
    assert [answer["numbers"][state["which"]] for answer, state in zip(answers, states)] == results


def test_without_a_kernel_dial_the_whole_filter_is_used(figure):
    assert "kernel" not in figure.domains and "kernel" not in figure.state()
    assert_refused(figure, {"kernel": 1}, "kernel must lie in 0..0")
    dialled = Convolution(X, F, dY, kernel=2)
    assert_refused(dialled, {"kernel": 0}, "kernel must lie in 1..2")
    assert_refused(dialled, {"kernel": 3}, "kernel must lie in 1..2")


def test_the_upstream_gradient_keeps_its_numbers_while_the_shape_changes(figure):
    figure.padding = 1
    assert figure.upstream.shape == (4, 4)
    np.testing.assert_array_equal(figure.upstream[:2, :2], dY)
    figure.padding = 0
    np.testing.assert_array_equal(figure.upstream, dY)


def test_the_page_holds_the_whole_state(figure):
    face = figure.page_face()
    state = re.search(r'<script type="application/json">(.*?)</script>', face)[1]
    assert json.loads(state) == figure.state()
    assert "Y = [[54, 107], [87, 119]]" in face
    assert "119" in face.split("</script>")[1], "a reader without scripts sees the numbers"


def test_beside_shows_the_explorable_on_a_page(figure):
    from ipywidgets import IntSlider, link

    stride = IntSlider(min=1, max=3)
    link((stride, "value"), (figure, "stride"))
    stride.value = 2
    assert figure.result.shape == (1, 1)
    data, _ = beside(stride, figure)._repr_mimebundle_()
    assert data["text/html"] == figure.page_face()


def test_the_state_cannot_break_out_of_the_page():
    """The JSON in the page holds no "<", whatever the state."""
    face = Convolution(X, F, dY, selected=["</script><script>alert(1)</script>", 0]).page_face()
    assert face.count("<script") == face.count("</script>") == 1


@pytest.mark.parametrize("text", [bundle.page_script(), *map(bundle.widget_module, CLASSES)])
def test_joined_scripts_parse(text, tmp_path):
    """No import is left, and Node finds no error."""
    assert not re.search(r"^import ", text, flags=re.MULTILINE)
    path = tmp_path / "joined.mjs"
    path.write_text(text, encoding="utf-8")
    subprocess.run([node(), "--check", str(path)], check=True)


@pytest.mark.parametrize("name", bundle.VIEWS)
def test_every_name_is_there_once(name):
    """In a widget all pieces share one scope; on a page each view has its own."""
    names = re.findall(r"^(?:function|const|let) (\w+)", bundle.widget_module(name), flags=re.MULTILINE)
    assert len(names) == len(set(names))
