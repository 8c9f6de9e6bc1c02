"""What a product is made of: brackets, fractions, roots, cases, rates of one thing by another."""

from contextlib import contextmanager

import numpy as np
from lark import Token

from printed.latex import is_name, is_tree, items, plain, scripts, written
from printed.meaning import Along
from printed.names import NUDGED, Names
from printed.operations import need, rank, spread_out

STEP = 1e-30  # of the complex step, with which a printed ∂/∂ of a formula is computed


class Factors(Names):
    """Computes single factors."""

    def factor(self, node):
        """A name, a bracket or a rate, with what hangs on it."""
        own, marks = scripts(node)
        if isinstance(own, Token) and own.type in ("NAME", "TEXT"):
            return self.named(plain(own), marks)
        if is_tree(own, "slope"):
            return self.slope(own, marks)
        if is_tree(own, "bracket"):
            return self.first_entries(own, marks)
        return self.hang(self(own), marks)

    def group(self, node):
        """What stands in brackets, if it is one thing."""
        (inside,) = items(node.children[0])
        return self(inside)

    def bracket(self, node):
        """What stands in square brackets."""
        return self.group(node)

    def first_entries(self, node, marks):
        """[…] with K_H × K_W below: that many entries, from the first."""
        need(len(marks) == 1, "[…] without a size")
        (sizes,) = items(marks[0].children[0])
        value, size = self.group(node), self(sizes).ravel().astype(int)
        need(len(size) == 2 and (size <= value.shape[-2:]).all(), "fewer entries than asked for")
        return value[..., : size[0], : size[1]]

    def fraction(self, node):
        """Above divided by below."""
        above, below = map(self, node.children)
        need(rank(below, len(self.letters)) == 0, "division by a tensor")
        return above / spread_out(below, len(self.letters), rank(above, len(self.letters)))

    def root(self, node):
        """The square root."""
        return np.sqrt(self(node.children[0]))

    def floor(self, node):
        """Rounded down."""
        return np.floor(self(node.children[0]) + 1e-12)

    def angle(self, node):
        """The sum of all products of two columns."""
        u, v = map(self, items(node.children[0]))
        need(u.shape == v.shape and rank(u, len(self.letters)) == 1, "⟨,⟩ of two unlike arrays")
        return (u * v).sum(-1)

    def size(self, node):
        """|L|, or how many different ones a list has."""
        found = items(node.children[0])
        if is_tree(found[0], "group"):
            found = items(found[0].children[0])
        lists = [self.names.get(plain(one)) if is_name(one) else None for one in found]
        if all(isinstance(one, list) for one in lists):
            return self.array(len(set(zip(*lists))))
        need(len(found) == 1, "|…| of several things")
        return np.abs(self(found[0]))

    def under(self, node):
        """A value whose shape is printed below it."""
        (below,) = items(node.children[1])
        value, printed = self(node.children[0]), tuple(int(one) for one in items(below.children[0]))
        shape = value.shape[len(self.letters) :]
        need(shape == printed, f"printed below: {printed}; it is {shape}")
        return value

    def matrix(self, node):
        """Numbers in rows and columns."""
        rows = [[self(entry) for entry in row.children] for row in node.children if not isinstance(row, Token)]
        need(len({len(row) for row in rows}) == 1, "a matrix with rows of several lengths")
        rows = [np.stack(np.broadcast_arrays(*row), -1) for row in rows]
        return np.stack(np.broadcast_arrays(*rows), -2)

    def cases(self, node):
        """The first case whose condition holds."""
        result, open_places = None, np.array(True)
        for case in node.children:
            if isinstance(case, Token):
                continue
            (claim,) = items(case.children[1])
            condition = open_places & self(claim).astype(bool)
            if condition.any():
                value = self(case.children[0])
                condition = np.broadcast_to(condition, np.broadcast_shapes(condition.shape, (1,) * len(self.letters)))
                own = rank(value, len(self.letters))
                result = np.where(spread_out(condition, 0, own), value, np.nan if result is None else result)
                open_places = open_places & ~condition
        need(not open_places.any(), "a case is missing")
        return result

    # ------------------------------------------------------- derivatives

    def slope(self, node, marks=()):
        """∂U/∂V: the tensor of that name, or the derivative of the formula U."""
        need(len(node.children) == 2, "∂/∂ of nothing")
        above, below = node.children
        (u, u_marks), (v, v_marks) = scripts(above), scripts(below)
        part = [mark for mark in marks if is_tree(mark, "part")]
        name = f"∂{plain(u)}/∂{plain(v)}" + "|" * len(part) if is_name(u) else ""
        cell = f"∂{written(above)}/∂{written(below)}"  # of a map whose cells have names: ∂y11/∂f12
        if cell in self.names and (u_marks or v_marks):
            return self.array(self.names[cell])
        if name not in self.names:
            return self.hang(self.derivative(above, v, v_marks), marks)
        value = self.meaning_of(name)
        if isinstance(value, dict):
            above = [mark for mark in [*u_marks, *v_marks] if is_tree(mark, "above")]
            need(len(above) == (1 if plain(u) == "L" else 2), "a rate of tensors without their layers")
            need(len(set(map(written, above))) == 1, "two layers in one rate")
            value, _ = self.layer(value, above[:1])
            u_marks, v_marks = (self.without_layer(some) for some in (u_marks, v_marks))
        need(all(is_tree(mark, "below") for mark in [*u_marks, *v_marks]), f"{name} with a power")
        places = [place for mark in [*u_marks, *v_marks, *part] for place in self.places(mark.children[0])]
        value = self.read(self.array(value), places, name)
        return self.hang(value, [mark for mark in marks if mark not in part])

    def without_layer(self, marks):
        """The marks that are no layer."""
        return [mark for mark in marks if not is_tree(mark, "above")]

    def derivative(self, formula, v, v_marks):
        """Each entry of v takes a step into the complex plane, all side by side on an axis of their own."""
        base = self.names.get(plain(v)) if is_name(v) else None
        need(isinstance(base, np.ndarray), "the derivative by a thing unknown")
        axis, letters = self.letters.index(NUDGED), len(self.letters)
        steps = 1j * STEP * np.eye(base.size).reshape(base.size, *base.shape)
        with self.nudged(plain(v), base + steps):
            value = self(formula).imag / STEP
        need(rank(value, letters) == 0, "the derivative of a tensor")
        value = np.broadcast_to(value, [base.size if d == axis else n for d, n in enumerate(value.shape)])
        value = np.moveaxis(value[..., None], (axis, -1), (-1, axis))
        return self.hang(value.reshape(value.shape[:letters] + base.shape), v_marks)

    @contextmanager
    def nudged(self, name, values):
        """For a while, a name has many values."""
        need(self.sizes[NUDGED] == 1, "a derivative in a derivative")
        before = self.names[name]
        self.names[name], self.sizes[NUDGED] = Along((NUDGED,), values), len(values)
        try:
            yield
        finally:
            self.names[name], self.sizes[NUDGED] = before, 1
