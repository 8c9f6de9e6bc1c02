"""The value of printed products: functions before their arguments, signs between factors, words."""

import numpy as np

from printed.factors import Factors
from printed.latex import is_name, is_text, is_tree, items, plain, scripts, written
from printed.meaning import order
from printed.operations import convolve, correlate, entry_by_entry, multiply, need, rank, read_at

SCALARS = {"\\cdot": np.multiply, "/": np.divide, "\\bmod": np.mod}


class Products(Factors):
    """Computes products."""

    def product(self, node):
        """Factors side by side; with words between them, a relation."""
        words = [n for n, part in enumerate(node.children) if is_text(part) and n and not self.function(part)]
        if words:
            return self.in_words(node.children, words[-1])
        return self.multiplied(list(node.children))

    def multiplied(self, parts):
        """The product of all parts; a function takes the part behind it."""
        value = None
        while parts:
            factor = self.taken(parts)
            value = factor if value is None else multiply(value, factor, len(self.letters))
        return value

    def taken(self, parts):
        """The next factor; what it consists of is taken away from the parts."""
        part = parts.pop(0)
        function = self.function(part)
        if not function:
            return self(part)
        need(parts, f"{part} of nothing")
        if is_tree(part, "slope"):
            v, v_marks = scripts(part.children[-1])
            return self.derivative(parts.pop(0), v, v_marks)
        if self.function(parts[0]):
            return self.applied(function, [self.taken(parts)])
        own, marks = scripts(parts.pop(0))
        if is_tree(own, "group"):
            return self.hang(self.applied(function, [self(one) for one in items(own.children[0])]), marks)
        return self.applied(function, [self.hang(self(own), marks) if not marks else self.factor_of(own, marks)])

    def factor_of(self, own, marks):
        """A name with its marks, as a function's argument without brackets."""
        need(is_name(own), "a function of what?")
        return self.named(plain(own), marks)

    def function(self, part):
        """The function a part stands for, with the sizes printed below it; None if it is a value."""
        if is_tree(part, "slope") and len(part.children) == 1:
            return self.derivative
        own, marks = scripts(part)
        if not (is_name(own) or is_text(own)):
            return None
        name = plain(own)
        if marks and is_tree(marks[0], "below") and f"{name}_{written(marks[0])}" in self.names:
            name, marks = f"{name}_{written(marks[0])}", marks[1:]
        function = self.names.get(name)
        if not callable(function):
            return None
        if not marks:
            return function
        need(len(marks) == 1 and is_tree(marks[0], "below"), f"{name} with a power")
        (size,) = items(marks[0].children[0])
        steps = self.steps(size)
        return lambda *values: function(*values, steps)

    def applied(self, function, values):
        """A function of numbers, or of each tensor that the letters distinguish."""
        if function is order:
            self.orders.append(values[0])
            return self.array(0.0)
        letters = len(self.letters)
        if all(rank(value, letters) == 0 for value in values):
            return np.asarray(function(*values))
        lead = np.broadcast_shapes(*(value.shape[:letters] for value in values))
        values = [np.broadcast_to(value, lead + value.shape[letters:]) for value in values]
        results = [np.asarray(function(*(value[place] for value in values))) for place in np.ndindex(lead)]
        return np.reshape(results, lead + results[0].shape)

    def steps(self, node):
        """A size by rows and by columns."""
        return tuple(int(np.round(self.towards(direction, node)).item()) for direction in (0, 1))

    def in_words(self, parts, n):
        """A relation in words between what stands before and behind: p won in window (i,j)."""
        need(0 < n == len(parts) - 2, "words that relate nothing")
        need(all(is_text(part) and self.function(part) for part in parts[: n - 1]), "words without meaning")
        word = plain(parts[n])
        need(word in self.names, f"{word} has no meaning here")
        sides = [items(part.children[0]) if is_tree(part, "group") else [part] for part in (parts[n - 1], parts[n + 1])]
        return read_at(
            self.array(self.names[word]), [self(one) for side in sides for one in side], len(self.letters), False
        )

    def through(self, node):
        """Words about i, …, j."""
        words, _, last = node.children
        need(is_tree(words, "product") and is_text(words.children[0]), "from where to where?")
        function = self.function(words.children[0])
        need(function, "words without meaning")
        return self.applied_to_each(function, self.multiplied(list(words.children[1:])), self(last))

    def applied_to_each(self, function, *numbers):
        """A function that makes a tensor of numbers."""
        numbers = np.broadcast_arrays(*numbers)
        results = [np.asarray(function(*(int(n[place]) for n in numbers))) for place in np.ndindex(numbers[0].shape)]
        return np.reshape(results, numbers[0].shape + results[0].shape)

    def term(self, node):
        """Products with a sign between them, from left to right."""
        first, *rest = node.children
        value = self(first)
        while rest:
            operation, below = rest.pop(0), rest.pop(0) if is_tree(rest[0], "below") else None
            value = self.operated(operation, below, value, self(rest.pop(0)))
        return value

    def operated(self, operation, below, a, b):
        """One sign between two products."""
        letters = len(self.letters)
        if operation in ("\\star", "\\ast"):
            slide = correlate if operation == "\\star" else convolve
            return slide(a, b, letters, **(self.sliding(below) if below else {}))
        need(below is None, f"{operation} with something below")
        if operation == "\\odot":
            return entry_by_entry(a, b, letters)
        need(rank(a, letters) == rank(b, letters) == 0, f"{operation} between tensors")
        if operation == "\\times":
            return np.stack(np.broadcast_arrays(a, b), -1)
        return SCALARS[operation](a, b)

    def sliding(self, below):
        """Stride and dilation, as printed below a ⋆; one letter is the dilation."""
        found = {}
        for one in items(below.children[0]):
            words = is_tree(one, "product") and is_text(one.children[0])
            need(words or len(items(below.children[0])) == 1, "⋆ with what?")
            name, size = (plain(one.children[0]), one.children[1]) if words else ("dilation", one)
            need(name in ("stride", "dilation") and name not in found, f"⋆ with {name}")
            found[name] = self.steps(size)
        return found
