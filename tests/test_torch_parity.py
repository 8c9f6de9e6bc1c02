"""Parity with PyTorch: against it where it is installed, else against what it once answered."""

import inspect
import json

import numpy as np
import pytest
from hypothesis import given
from numpy.testing import assert_allclose

from cnnbp import activations, conv, dense, pool
from golden.make import CASES, FILE, ask_torch, quarters
from running_example import convolutions, modest, poolings

GOLDEN = json.loads(FILE.read_text(encoding="utf-8"))
ROOMS = [conv, pool, activations, dense]


def ask_conv(X, F, b, dY, **options):
    return {
        "conv2d": [conv.conv2d(X, F, b, **options)],
        "conv2d_grad_input": [conv.conv2d_grad_input(dY, F, X.shape, **options)],
        "conv2d_grad_weight": [conv.conv2d_grad_weight(dY, X, F.shape, **options)],
        "conv2d_grad_bias": [conv.conv2d_grad_bias(dY)],
    }


def ask_max_pool(X, dY, **options):
    Y, indices = pool.max_pool2d(X, **options)
    return {"max_pool2d": [Y, indices], "max_pool2d_grad": [pool.max_pool2d_grad(dY, indices, X.shape)]}


def ask_avg_pool(X, dY, **options):
    dX = pool.avg_pool2d_grad(dY, X.shape, **options)
    return {"avg_pool2d": [pool.avg_pool2d(X, **options)], "avg_pool2d_grad": [dX]}


def ask_activations(X, dY):
    names = ("relu", "sigmoid", "tanh")
    forward = {name: [getattr(activations, name)(X)] for name in names}
    return forward | {f"{name}_grad": [getattr(activations, f"{name}_grad")(dY, X)] for name in names}


def ask_linear(X, W, b, dY):
    return {"linear": [dense.linear(X, W, b)], "linear_grad": dense.linear_grad(dY, X, W)}


def ask_softmax(Z, axis):
    return {"softmax": [dense.softmax(Z, axis)]}


def ask_cross_entropy(Z, target=None, labels=None):
    return {"softmax_cross_entropy": dense.softmax_cross_entropy(Z, labels if target is None else target)}


OURS = {name.removeprefix("ask_"): function for name, function in globals().items() if name.startswith("ask_")}


def compare(family, inputs, options, answers, digits):
    """Our results and torch's: the same names, shapes, and numbers to so many digits."""
    ours = OURS[family](**inputs, **options)
    assert ours.keys() == answers.keys()
    for name, expected in answers.items():
        assert len(ours[name]) == len(expected), name
        for got, answer in zip(ours[name], expected):
            assert np.shape(got) == np.shape(answer), name
            assert_allclose(got, answer, rtol=10**-digits, atol=10**-digits, err_msg=name)


# ----------------------------------------------------- the golden file


@pytest.mark.parametrize("number", range(len(GOLDEN["cases"])))
def test_we_answer_what_torch_answered(number):
    case = GOLDEN["cases"][number]
    inputs = {name: np.array(values, float) for name, values in case["inputs"].items()}
    compare(case["family"], inputs, case["options"], case["answers"], digits=14)


def test_the_golden_file_holds_every_public_operation():
    public = {
        name
        for room in ROOMS
        for name, function in inspect.getmembers(room, inspect.isfunction)
        if function.__module__ == room.__name__ and not name.startswith("_") and not name.endswith("_loop")
    }
    assert public == {name for case in GOLDEN["cases"] for name in case["answers"]}


def test_the_golden_file_is_small_and_comes_from_its_script():
    assert FILE.stat().st_size < 200_000
    assert GOLDEN["torch"] == "2.13.0"
    for number, ((family, shapes, options), case) in enumerate(zip(CASES, GOLDEN["cases"], strict=True)):
        assert (family, options) == (case["family"], case["options"])
        for name, A in quarters(shapes, number).items():
            assert case["inputs"][name] == A.tolist()


# ------------------------------------------------------- torch itself


@pytest.fixture(scope="module")
def torch():
    return pytest.importorskip("torch")


@pytest.mark.parametrize("dtype, digits", [(np.float64, 13), (np.float32, 5)])
@pytest.mark.parametrize("number", range(len(CASES)))
def test_we_answer_what_torch_answers_on_other_numbers(torch, number, dtype, digits):
    family, shapes, options = CASES[number]
    inputs = {name: A.astype(dtype) for name, A in quarters(shapes, 1000 + number).items()}
    inputs, answers = ask_torch(family, inputs, options)
    compare(family, inputs, options, answers, digits)


def test_torch_agrees_on_random_convolutions(torch):
    @modest
    @given(convolutions())
    def agree(case):
        shapes = {"X": case.input_shape, "F": case.weight_shape, "b": case.weight_shape[:-3]}
        inputs, answers = ask_torch("conv", quarters(shapes, 0), case.options)
        compare("conv", inputs, case.options, answers, digits=13)

    agree()


def test_torch_agrees_on_random_poolings(torch):
    @modest
    @given(poolings())
    def agree(case):
        for family in ("max_pool", "avg_pool"):
            inputs, answers = ask_torch(family, quarters({"X": case.input_shape}, 0), case.options)
            compare(family, inputs, case.options, answers, digits=13)

    agree()
