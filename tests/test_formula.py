"""Formulas: the symbolic equations of the book, and text that means what it says."""

import math

import pytest
from hypothesis import given, strategies as st

import running_example as example
from cnnbp.formula import formula, paths, symbolic_gradient
from cnnbp.graph import Value
from running_example import modest
from test_graph import convolution


def terms(text):
    """A sum of products, without the order of terms and factors."""
    return sorted(sorted(term.split("*")) for term in text.split(" + "))


def test_the_walk_writes_the_symbolic_equations_again():
    """The nine of dL/dX and the four of dL/dF, term by term."""
    X, F, Y, L = convolution()
    dX = {f"dL/d{x.name}": symbolic_gradient(L, x) for x in X.flat}
    assert dX == example.EQUATIONS_dX
    dF = {f"dL/d{f.name}": terms(symbolic_gradient(L, f)) for f in F.flat}
    assert dF == {name: terms(text) for name, text in example.EQUATIONS_dF.items()}
    assert [formula(y) for y in Y.flat] == list(example.EQUATIONS_Y.values())


def test_the_products_along_the_paths_add_up_to_the_gradient():
    """The sum over paths, by another way than backward's."""
    x, y = Value(1.5, "x"), Value(-0.5, "y")
    f = (x * y).tanh() * x + (x / y).exp() - x**2 * y
    f.backward()
    for variable in (x, y):
        products = [math.prod(local.data for local in path) for path in paths(f, variable)]
        assert sum(products) == pytest.approx(variable.grad, rel=1e-14)
    assert len(paths(f, x)) == 4
    assert paths(f, Value(1)) == []


@pytest.mark.parametrize(
    ("expression", "text", "by_x"),
    [
        (lambda x, y: (x + y) * x, "(x + y)*x", "x + x + y"),
        (lambda x, y: x - (y - x), "x - (y - x)", "1 + 1"),
        (lambda x, y: y - x * y, "y - x*y", "-y"),
        (lambda x, y: x / (x * y) / y, "(x/(x*y))/y", None),
        (lambda x, y: -(x + y) ** 2, "-(x + y)**2", "-2*(x + y)"),
        (lambda x, y: (-x) ** 2 * -3, "(-x)**2*(-3)", None),
        (lambda x, y: (x * y) ** 3, "(x*y)**3", "3*(x*y)**2*y"),
        (lambda x, y: x.sigmoid() + (x - y).relu(), "sigmoid(x) + relu(x - y)", None),
        (lambda x, y: y * 2.5, "y*2.5", "0"),
        (lambda x, y: (-x).exp(), "exp(-x)", "-exp(-x)"),
    ],
)
def test_formulas(expression, text, by_x):
    """A formula is Python that gives the same value; so is the gradient's."""
    x, y = Value(1.25, "x"), Value(2, "y")
    f = expression(x, y)
    f.backward()
    known = {"x": 1.25, "y": 2.0, "exp": math.exp, "relu": lambda v: max(v, 0), "step": lambda v: v > 0}
    known["sigmoid"] = lambda v: 1 / (1 + math.exp(-v))
    assert formula(f) == text
    assert eval(text, known) == pytest.approx(f.data)
    assert eval(symbolic_gradient(f, x), known) == pytest.approx(x.grad)
    if by_x is not None:
        assert terms(symbolic_gradient(f, x)) == terms(by_x)


@modest
@given(st.data())
def test_random_formulas_mean_what_they_say(data):
    """Random expressions: the text, evaluated, gives value and gradient."""
    numbers = {"x": 1.3, "y": -0.7, "z": 2.1}
    pool = [Value(number, name) for name, number in numbers.items()]
    for _ in range(data.draw(st.integers(1, 6))):
        op = data.draw(st.sampled_from(["+", "-", "*", "neg", "square", "tanh"]))
        a, b = data.draw(st.sampled_from(pool)), data.draw(st.sampled_from(pool))
        results = {"+": a + b, "-": a - b, "*": a * b, "neg": -a, "square": a**2, "tanh": a.tanh()}
        pool.append(results[op])
    f, x = pool[-1], pool[0]
    f.backward()
    known = numbers | {"tanh": math.tanh}
    assert eval(formula(f), known) == pytest.approx(f.data, rel=1e-9, abs=1e-12)
    assert eval(symbolic_gradient(f, x), known) == pytest.approx(x.grad, rel=1e-9, abs=1e-9)


def test_a_formula_may_be_longer_than_the_recursion_limit():
    """Written in a loop, like the walk."""
    y = Value(2, "y")
    product = y
    for _ in range(3000):
        product = product * 1
    assert formula(product) == "y" + "*1" * 3000
