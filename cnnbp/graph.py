"""Reverse-mode differentiation of scalars: the chain rule as a walk over a graph.

Every operation on a `Value` makes a new node that remembers its operands and,
for each operand, its local gradient. The gradient of an output in a variable
is the sum, over all paths between the two, of the products of the local
gradients along the path. `Value.backward` gets all of them in one walk from
the output to the variables; `cnnbp.formula` writes the paths out as text.
"""

import math
from numbers import Real

import numpy as np


class Value:
    """
    A number that remembers how it was computed.

    Parameters
    ----------
    data : real number
        The value; kept as a float.
    name : str, optional
        The name in drawings and formulas; may be set later: ``y.name = "y"``.

    Notes
    -----
    Attributes beside these: `grad`, the gradient after `backward`; `op`, the
    operation that made the node ("" for a variable), and its `operands`.

    Each operation states its value and, as a rule, its derivative in each
    operand. A rule uses the same operations, so that applied to Values it
    gives a number and a formula which cannot disagree.
    """

    def __init__(self, data, name="", op="", operands=(), rules=()):
        if not isinstance(data, Real):
            raise TypeError(f"a Value holds one real number, not {type(data).__name__}")
        self.data, self.grad, self.name = float(data), 0.0, name
        self.op, self.operands, self._rules = op, operands, rules

    def __repr__(self):
        name = f", name={self.name!r}" if self.name else ""
        return f"Value({self.data:g}{name}, grad={self.grad:g})"

    def __add__(self, other):
        return _apply("+", lambda x, y: x + y, (lambda x, y: 1, lambda x, y: 1), self, other)

    def __sub__(self, other):
        return _apply("-", lambda x, y: x - y, (lambda x, y: 1, lambda x, y: -1), self, other)

    def __mul__(self, other):
        return _apply("*", lambda x, y: x * y, (lambda x, y: y, lambda x, y: x), self, other)

    def __truediv__(self, other):
        rules = (lambda x, y: 1 / y, lambda x, y: -x / y**2)
        return _apply("/", lambda x, y: x / y, rules, self, other)

    def __pow__(self, n):
        if not isinstance(n, Real):
            raise TypeError("the exponent is a plain number; for x**y write (y * x.log()).exp()")
        rule = (lambda x: n * x ** (n - 1)) if n else (lambda x: 0)
        return _apply(f"**{n:g}", lambda x: math.pow(x, n), (rule,), self)

    def __neg__(self):
        return _apply("neg", lambda x: -x, (lambda x: -1,), self)

    def exp(self):
        """e to the power of the value."""
        return _apply("exp", math.exp, (lambda x: x.exp(),), self)

    def log(self):
        """The natural logarithm; ValueError where the value is not positive."""
        return _apply("log", math.log, (lambda x: 1 / x,), self)

    def step(self):
        """1 where the value is positive, otherwise 0: the derivative of relu."""
        return _apply("step", lambda x: float(x > 0), (lambda x: 0,), self)

    def relu(self):
        """The value where it is positive, otherwise 0; its derivative at 0 is 0."""
        return _apply("relu", lambda x: max(x, 0.0), (lambda x: x.step(),), self)

    def sigmoid(self):
        """The logistic function 1 / (1 + exp(-x))."""
        return _apply("sigmoid", _sigmoid, (lambda x: x.sigmoid() * (1 - x.sigmoid()),), self)

    def tanh(self):
        """The hyperbolic tangent."""
        return _apply("tanh", math.tanh, (lambda x: 1 - x.tanh() ** 2,), self)

    def __radd__(self, other):
        """A number plus the value; 0 adds no node, so that ``sum`` starts from nothing."""
        return self if other == 0 else as_value(other) + self

    def __rsub__(self, other):
        return as_value(other) - self

    def __rmul__(self, other):
        return as_value(other) * self

    def __rtruediv__(self, other):
        return as_value(other) / self

    @property
    def local_gradients(self):
        """The derivative of this node in each of its operands, as Values."""
        return tuple(as_value(rule(*self.operands)) for rule in self._rules)

    def backward(self, gradient=1.0):
        """
        Fill `grad` of this node and of all nodes it was computed from.

        Parameters
        ----------
        gradient : float
            The gradient of this node itself.

        Notes
        -----
        All gradients of the graph are first set to 0: a second call replaces
        the result of the first. The walk goes from results to operands, so a
        gradient is complete before it is passed on. A value used several
        times gets the sum: grad(x) = sum over its uses y of dy/dx * grad(y).
        """
        order = nodes(self)
        for node in order:
            node.grad = 0.0
        self.grad = float(gradient)
        for node in reversed(order):
            for operand, local in zip(node.operands, node.local_gradients, strict=True):
                operand.grad += local.data * node.grad


def as_value(number):
    """The number as a constant of the graph; a Value stays itself."""
    return number if isinstance(number, Value) else Value(number)


def _apply(op, function, rules, *operands):
    """The node that an operation makes from its operands."""
    operands = tuple(as_value(operand) for operand in operands)
    return Value(function(*(x.data for x in operands)), "", op, operands, rules)


def _sigmoid(x):
    """The logistic function, with an exponential that cannot overflow."""
    return 1 / (1 + math.exp(-x)) if x >= 0 else math.exp(x) / (1 + math.exp(x))


def nodes(output, operands_of=lambda node: node.operands):
    """
    All nodes an output was computed from, operands before results, the output last.

    Parameters
    ----------
    output : Value
    operands_of : function of a Value, optional
        Which operands to follow; all of them unless told.
    """
    order, seen, stack = [], set(), [(output, False)]
    while stack:  # a loop: a graph may be deeper than Python's recursion limit
        node, operands_done = stack.pop()
        if operands_done:
            order.append(node)
        elif node not in seen:
            seen.add(node)
            stack.append((node, True))
            stack.extend((operand, False) for operand in reversed(operands_of(node)))
    return order


def variables(array, name):
    """
    An array of named variables, to compute with as with an array of numbers.

    Parameters
    ----------
    array : array_like of real numbers
    name : str
        The letter, to which each name adds the position counted from 1.

    Returns
    -------
    ndarray of Value, of the same shape
        ``variables([[3, 1], [1, 5]], "x")`` holds x11 = 3, x12 = 1, x21 = 1, x22 = 5.
    """
    array = np.asarray(array)
    comma = "," if max(array.shape, default=0) > 9 else ""
    result = np.empty(array.shape, dtype=object)
    for index, number in np.ndenumerate(array):
        result[index] = Value(number, name + comma.join(str(i + 1) for i in index))
    return result


def values(array):
    """The numbers in an array of Values, as floats."""
    return np.array([x.data for x in np.ravel(array)]).reshape(np.shape(array))


def gradients(array):
    """The gradients in an array of Values, as floats."""
    return np.array([x.grad for x in np.ravel(array)]).reshape(np.shape(array))
