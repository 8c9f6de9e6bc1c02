"""Gradients as formulas: the paths through a computation graph, written out.

Differentiation multiplies along a path and adds over the paths. `backward` does
so with numbers; here the same walk over the same graph gives text, so that a
printed equation and a computed gradient come from one list.
"""

from cnnbp.graph import nodes


def paths(output, variable):
    """
    Every path from an output back to a variable, as its local gradients.

    Parameters
    ----------
    output, variable : Value

    Returns
    -------
    list of list of Value
        For each path the local gradients along it, starting at the output.
        The sum of their products is what `backward` puts into ``variable.grad``.

    Notes
    -----
    A deep graph can have exponentially many paths; `backward` visits each edge
    once. The list is for reading small graphs.
    """
    leads_there = {variable}
    for node in nodes(output):
        if leads_there.intersection(node.operands):
            leads_there.add(node)
    found, stack = [], [(output, [])] if output in leads_there else []
    while stack:
        node, factors = stack.pop()
        if node is variable:
            found.append(factors)
        steps = zip(node.operands, node.local_gradients, strict=True)
        ahead = [(x, [*factors, local]) for x, local in steps if x in leads_there]
        stack.extend(reversed(ahead))
    return found


def symbolic_gradient(output, variable):
    """
    The gradient of an output in a variable, as text: one term for each path.

    Parameters
    ----------
    output, variable : Value

    Returns
    -------
    str
        For example ``"dy11*f12 + dy12*f11"``; ``"0"`` without a path.
    """
    terms = [_product(factors) for factors in paths(output, variable)]
    return " + ".join(terms).replace("+ -", "- ") or "0"


FORMS = {"+": "{} + {}", "-": "{} - {}", "*": "{}*{}", "/": "{}/{}", "neg": "-{}"}
BINDING = {"+": 1, "-": 1, "neg": 1, "*": 2, "/": 2, "**": 3}  # everything else: 4


def formula(value):
    """
    The expression that a value was computed by, as text.

    Parameters
    ----------
    value : Value

    Returns
    -------
    str
        The formula in Python's notation. It ends at constants and at named
        values: a named value is its name.
    """
    texts = {}
    for node in nodes(value, lambda x: () if x.name else x.operands):
        texts[node] = node.name or _text(node, texts)
    return texts[value]


def _text(node, texts):
    """The formula of a node without a name, from the texts of its operands."""
    if not node.op:
        return repr(node.data).removesuffix(".0")
    inner = [_inside(node.op, x, texts[x]) for x in node.operands]
    if node.op.startswith("**"):
        return inner[0] + node.op * (node.op != "**1")
    return FORMS.get(node.op, node.op + "({})").format(*inner)


def _binding(op):
    """How tightly an operation holds its operands together."""
    return BINDING.get("**" if op.startswith("**") else op, 4)


def _inside(op, operand, text):
    """The text of an operand, in brackets unless it binds tighter than the operation."""
    if operand.name:
        return text
    inner = operand.op or ("neg" if operand.data < 0 else "number")
    associative = inner == op in ("+", "*")
    function = op.isalpha() and op != "neg"
    bare = function or associative or _binding(inner) > _binding(op)
    return text if bare else f"({text})"


def _product(factors):
    """The product of some Values as text, without its factors 1."""
    texts = [(x, formula(x)) for x in factors]
    minus = "-" * (sum(text == "-1" for _, text in texts) % 2)
    rest = [(x, text) for x, text in texts if text not in ("1", "-1")]
    if len(rest) == 1 and not minus:
        return rest[0][1]
    return minus + ("*".join(_inside("*", x, text) for x, text in rest) or "1")
