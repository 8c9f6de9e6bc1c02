"""What a product is made of: brackets, fractions, roots, cases, rates of one thing by another."""

from contextlib import contextmanager

import numpy as np
from lark import Token

from printed.latex import is_name, is_tree, items, plain, scripts, written
from printed.names import Names
from printed.operations import need, rank, spread_out

STEP = 1e-30  # of the complex step, with which a printed ∂/∂ of a formula is computed


class Factors(Names):
    """Computes single factors."""

    def factor(self, node):
        own, marks = scripts(node)
        if isinstance(own, Token) and own.type in ("NAME", "TEXT"):
            return self.named(plain(own), marks)
        if is_tree(own, "slope"):
            return self.slope(own, marks)
        if is_tree(own, "bracket"):
            return self.first_entries(own, marks)
        return self.hang(self(own), marks)

    def group(self, node):
        (inside,) = items(node.children[0])
        return self(inside)

    def bracket(self, node):
        return self.group(node)

    def first_entries(self, node, marks):
        """[…] with K_H × K_W below: that many entries, from the first."""
        value, size = self.group(node), self(items(marks[0].children[0])[0]).ravel().astype(int)
        need(len(marks) == 1 and len(size) == 2 and (size <= value.shape[-2:]).all(), "fewer entries than asked for")
        return value[..., : size[0], : size[1]]

    def fraction(self, node):
        above, below = map(self, node.children)
        need(rank(below, len(self.letters)) == 0, "division by a tensor")
        return above / spread_out(below, len(self.letters), rank(above, len(self.letters)))

    def root(self, node):
        return np.sqrt(self(node.children[0]))

    def floor(self, node):
        return np.floor(self(node.children[0]) + 1e-12)

    def angle(self, node):
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

    def cases(self, node):
        """The first case whose condition holds."""
        result, open_places = None, np.array(True)
        for case in node.children:
            if isinstance(case, Token):
                continue
            condition = open_places & self(items(case.children[1])[0]).astype(bool)
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
        if name not in self.names:
            return self.hang(self.derivative(above, v, v_marks), marks)
        value = self.meaning_of(name)
        if isinstance(value, dict):
            layers = {written(mark) for mark in [*u_marks, *v_marks] if is_tree(mark, "above")}
            need(len(layers) == 1, "two layers in one rate")
            value, _ = self.layer(value, u_marks + v_marks)
            u_marks, v_marks = ([m for m in marks if not is_tree(m, "above")] for marks in (u_marks, v_marks))
        need(all(is_tree(mark, "below") for mark in [*u_marks, *v_marks]), f"{name} with a power")
        places = [place for mark in [*u_marks, *v_marks, *part] for place in self.places(mark.children[0])]
        value = self.read(self.array(value), places, name)
        return self.hang(value, [mark for mark in marks if mark not in part])

    def derivative(self, formula, v, v_marks):
        """Each entry of v a step into the complex plane, one after the other."""
        need(is_name(v) and plain(v) in self.names, "the derivative by a thing unknown")
        name, base, values = plain(v), np.asarray(self.names[plain(v)]), []
        for entry in np.ndindex(base.shape):
            moved = base.astype(complex)
            moved[entry] += 1j * STEP
            with self.renamed(name, moved):
                values.append(self(formula).imag / STEP)
        stacked = np.stack(np.broadcast_arrays(*values), -1)
        return self.hang(stacked.reshape(stacked.shape[:-1] + base.shape), v_marks)

    @contextmanager
    def renamed(self, name, value):
        """For a while, a name stands for something else."""
        before, self.names[name] = self.names[name], value
        try:
            yield
        finally:
            self.names[name] = before
