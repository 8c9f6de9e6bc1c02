"""Scalar reverse-mode differentiation: numbers by hand, every rule, fan-out."""

import cmath

import numpy as np
import pytest
from hypothesis import given, strategies as st

import running_example as example
from cnnbp.graph import Value, gradients, nodes, values, variables
from running_example import modest

UNARY = {
    "neg": (lambda x: -x, lambda z: -z),
    "exp": (Value.exp, cmath.exp),
    "log": (Value.log, cmath.log),
    "sigmoid": (Value.sigmoid, lambda z: 1 / (1 + cmath.exp(-z))),
    "tanh": (Value.tanh, cmath.tanh),
    "cube": (lambda x: x**3, lambda z: z**3),
    "root": (lambda x: x**0.5, lambda z: z**0.5),
    "reciprocal": (lambda x: x**-1, lambda z: 1 / z),
    "numbers on the left": (lambda x: 2 - 3 / (4 * (5 + x)), lambda z: 2 - 3 / (4 * (5 + z))),
}
BINARY = {
    "+": lambda x, y: x + y,
    "-": lambda x, y: x - y,
    "*": lambda x, y: x * y,
    "/": lambda x, y: x / y,
    "fan-out": lambda x, y: (x + y) * x / (x * y - x),
}


def convolution():
    """The running example as a graph: X, F, Y and the loss sum(dY * Y)."""
    X, F = variables(example.X, "x"), variables(example.F, "f")
    dY = variables(example.dY, "dy")
    Y = np.empty((2, 2), dtype=object)
    for i, j in np.ndindex(2, 2):
        Y[i, j] = sum(X[i + a, j + b] * F[a, b] for a in range(2) for b in range(2))
    return X, F, Y, (dY * Y).sum()


def test_the_chain_rule_by_hand():
    """f = (x + y) z at (-2, 5, -4): df/dx = df/dy = z = -4, df/dz = x + y = 3."""
    x, y, z = Value(-2, "x"), Value(5, "y"), Value(-4, "z")
    f = (x + y) * z
    f.backward()
    assert (f.data, x.grad, y.grad, z.grad, f.grad) == (-12, -4, -4, 3, 1)


def test_a_value_used_twice_adds_its_gradients():
    """f = (x + y) x: df/dx = x + (x + y) = 8, not 3 and not 5."""
    x, y = Value(3), Value(2)
    f = (x + y) * x
    f.backward()
    assert (x.grad, y.grad) == (8, 3)


@pytest.mark.parametrize(("f", "slope"), [(lambda x: x * x, 6), (lambda x: x - x, 0), (lambda x: x / x, 0)])
def test_both_operands_may_be_the_same_value(f, slope):
    """x·x has the slope 2x, although it is one node with one operand twice."""
    x = Value(3)
    f(x).backward()
    assert x.grad == pytest.approx(slope, abs=1e-15)


def test_a_node_passes_its_gradient_on_only_when_it_is_complete():
    """q = 2x is used by 3q and by q · 3q: s = 12 x², whose slope at 4 is 96."""
    x = Value(4)
    q = 2 * x
    s = q * (3 * q)
    s.backward()
    assert x.grad == 96


def test_a_second_backward_counts_nothing_twice():
    """The gradients are set to 0 first, and the new upstream gradient replaces the old."""
    x = Value(3)
    f = x * x
    f.backward()
    f.backward()
    assert x.grad == 6
    f.backward(10)
    assert (x.grad, f.grad) == (60, 10)


@modest
@given(name=st.sampled_from(sorted(UNARY)), number=st.floats(0.1, 3))
def test_rules_of_one_operand_against_the_complex_step(name, number):
    """Each derivative equals Im f(x + ih)/h, which is exact to rounding."""
    ours, theirs = UNARY[name]
    x = Value(number)
    y = ours(x)
    y.backward(0.7)
    assert y.data == pytest.approx(theirs(complex(number)).real, rel=1e-12)
    assert x.grad == pytest.approx(0.7 * theirs(complex(number, 1e-30)).imag / 1e-30, rel=1e-12)


@modest
@given(name=st.sampled_from(sorted(BINARY)), number=st.floats(0.1, 3), other=st.floats(1.5, 4))
def test_rules_of_two_operands_against_the_complex_step(name, number, other):
    """Both derivatives, and those of an expression that uses each operand several times."""
    f = BINARY[name]
    x, y = Value(number), Value(other)
    f(x, y).backward()
    assert x.grad == pytest.approx(f(complex(number, 1e-30), other).imag / 1e-30, rel=1e-11, abs=1e-12)
    assert y.grad == pytest.approx(f(number, complex(other, 1e-30)).imag / 1e-30, rel=1e-11, abs=1e-12)


@pytest.mark.parametrize(("number", "value", "slope"), [(2.5, 2.5, 1), (-2.5, 0, 0), (0, 0, 0)])
def test_relu_has_slope_0_at_0(number, value, slope):
    """The book's convention, and PyTorch's."""
    x = Value(number)
    y = x.relu()
    y.backward()
    assert (y.data, x.grad) == (value, slope)


@pytest.mark.parametrize("number", [-1000.0, 1000.0])
def test_sigmoid_does_not_overflow(number):
    """It saturates instead."""
    assert Value(number).sigmoid().data == (number > 0)


def test_the_graph_may_be_deeper_than_the_recursion_limit():
    """Ten thousand additions in a row, walked in loops."""
    x = Value(1)
    y = x
    for _ in range(10_000):
        y = y + x
    y.backward()
    assert (y.data, x.grad, len(nodes(y))) == (10_001, 10_001, 10_001)


def test_nodes_come_after_their_operands():
    """Topological order, each node once, the output last."""
    *_, L = convolution()
    order = nodes(L)
    position = {node: i for i, node in enumerate(order)}
    assert len(position) == len(order) and order[-1] is L
    assert all(position[x] < position[node] for node in order for x in node.operands)


def test_sum_starts_without_a_node_for_zero():
    """One convolution output: 8 variables, 4 products, 3 sums."""
    _, _, Y, _ = convolution()
    ops = [node.op for node in nodes(Y[0, 0])]
    assert {op: ops.count(op) for op in ops} == {"": 8, "*": 4, "+": 3}


def test_the_convolution_of_the_book():
    """Y, dX and dF of the running example."""
    X, F, Y, L = convolution()
    L.backward()
    np.testing.assert_array_equal(values(Y), example.Y)
    np.testing.assert_array_equal(gradients(X), example.dX)
    np.testing.assert_array_equal(gradients(F), example.dF)
    np.testing.assert_array_equal(gradients(Y), example.dY)
    assert L.data == example.TRILINEAR_SUM


def test_names():
    """Variables are numbered from 1; a comma where a position has two digits."""
    assert variables([3, 1], "x")[1].name == "x2"
    assert variables(np.zeros((2, 12)), "x")[1, 10].name == "x2,11"
    x = variables([[3.5]], "x")[0, 0]
    assert repr(x) == "Value(3.5, name='x11', grad=0)"
    assert values(np.empty((0, 2), object)).shape == (0, 2)


@pytest.mark.parametrize("wrong", [1j, "3", None, np.ones(2)])
def test_a_value_holds_one_real_number(wrong):
    """Complex numbers, text and arrays are refused."""
    with pytest.raises(TypeError, match="one real number"):
        Value(wrong)


def test_what_has_no_value_raises():
    """The logarithm and the root of a negative number, 1/0, a Value as exponent."""
    for compute in (Value(-1).log, lambda: Value(-8) ** (1 / 3)):
        with pytest.raises(ValueError, match="positive|domain"):
            compute()
    with pytest.raises(ZeroDivisionError):
        1 / Value(0)
    with pytest.raises(TypeError, match="plain number"):
        Value(2) ** Value(3)
    x = Value(0)
    (x**0 + x**1).backward()
    assert x.grad == 1
