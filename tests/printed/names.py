"""Names in the print: what they stand for in a world, with their indices, layers and powers."""

import numpy as np
from lark import Token

from printed.latex import is_name, is_tree, items, plain, written
from printed.meaning import Along, Lines, Of, Pair
from printed.operations import need, rank, read_at, transpose

NUDGED = "∂"  # the axis of a derivative's steps, one for each entry of what it is taken by


class Names:
    """Computes letters and names; remembers which letters are summed, and which stand free."""

    def __init__(self, meaning):
        self.names, self.zero, self.flat = dict(meaning.names), meaning.zero, meaning.flat
        self.sizes = meaning.letters | {NUDGED: 1}
        self.letters = list(self.sizes)
        self.defined, self.consulted = {}, set()  # names that the print itself explains: h = iS + aD - P
        self.bound, self.left, self.used = [], set(), set()
        self.direction = None  # rows or columns, where a size has two values
        self.line = 0
        self.orders = []  # what stands in O(…)

    def __call__(self, node):
        """The value of a node."""
        if callable(node):
            return node()
        if isinstance(node, Token):
            return getattr(self, node.type.lower())(node)
        return getattr(self, node.data)(node)

    # ------------------------------------------------------------- names

    def number(self, token):
        """A printed number."""
        return self.array(float(token))

    def tiny(self, token):
        """A fraction of two digits."""
        return self.array(int(token[-2]) / int(token[-1]))

    def name(self, token):
        """A bare letter."""
        return self.named(plain(token), [])

    def text(self, token):
        """Bare words that stand for a number."""
        return self.named(plain(token), [])

    def array(self, thing):
        """A number or a tensor of the tables, with an axis for each letter."""
        need(not callable(thing) and not isinstance(thing, dict), "a function, or a layer without its number")
        if isinstance(thing, Of):
            of = self.names[thing.name]
            thing = Along(of.letters, thing.function(of.array)) if isinstance(of, Along) else thing.function(of)
        if isinstance(thing, Pair):
            need(self.direction is not None, "neither rows nor columns")
            thing = thing[self.direction]
        along, thing = (thing.letters, thing.array) if isinstance(thing, Along) else ((), thing)
        thing = np.asarray(thing)
        shape = [self.sizes[letter] if letter in along else 1 for letter in self.letters]
        order = sorted(range(len(along)), key=lambda n: self.letters.index(along[n]))
        return thing.transpose(*order, *range(len(along), thing.ndim)).reshape((*shape, *thing.shape[len(along) :]))

    def letter(self, name):
        """An index letter: the numbers from 0, along its own axis."""
        if name not in self.bound:
            self.used.add(name)
        axis, size = self.letters.index(name), self.sizes[name]
        return np.arange(size).reshape([size if d == axis else 1 for d in range(len(self.letters))])

    def meaning_of(self, name):
        """What the tables say, for this line of the print."""
        need(name in self.names, f"{name} has no meaning here")
        value = self.names[name]
        return value[self.line] if isinstance(value, Lines) else value

    def named(self, name, marks):
        """A name with what hangs on it: its value, entry, layer, or power."""
        if marks and is_tree(marks[0], "below"):
            full = f"{name}_{written(marks[0])}"
            if full in self.names:
                name, marks = full, marks[1:]
        if name in self.defined:
            value = self.explained(name)
        elif name in self.sizes and name not in self.names:
            value = self.letter(name)
        else:
            value = self.meaning_of(name)
        need(not callable(value), f"{name} is a function, of nothing")
        if isinstance(value, dict):
            value, marks = self.layer(value, marks)
        return self.hang(self.array(value) if name in self.names else value, marks, name)

    def explained(self, name):
        """The value of a name that the print defines, not by itself."""
        self.consulted.add(name)
        definition = self.defined[name]
        need(definition is not None, f"{name} is explained by itself")
        self.defined[name] = None
        try:
            return self(definition)
        finally:
            self.defined[name] = definition

    def layer(self, value, marks):
        """The tensor of a printed layer, and the marks that are left."""
        above = [mark for mark in marks if is_tree(mark, "above")]
        need(len(above) == 1, "a layer is asked for")
        (node,) = items(above[0].children[0])
        number = int(self(node).item())
        need(number in value, f"no layer {number}")
        return value[number], [mark for mark in marks if mark is not above[0]]

    def hang(self, value, marks, name=None):
        """A value with its indices, its power, its T."""
        for mark in marks:
            if is_tree(mark, "transposed"):
                value = transpose(value, len(self.letters))
            elif is_tree(mark, "above"):
                (node,) = items(mark.children[0])
                need(rank(value, len(self.letters)) == 0, "the power of a tensor")
                value = value ** self(node)
            else:
                value = self.read(value, self.places(mark.children[0]), name)
        return value

    def read(self, value, places, name):
        """Entries of a tensor; of a map that is counted row by row, one index is enough."""
        letters = len(self.letters)
        if name in self.flat and len(places) == 1:
            value = value.reshape(value.shape[:letters] + (-1,))
        return read_at(value, places, letters, name in self.zero)

    def places(self, node):
        """The indices of a printed list: ij, or i+a, j+b."""
        found = items(node)
        if len(found) == 1 and is_tree(found[0], "product"):
            known = self.sizes.keys() | self.defined.keys()
            if all(is_name(letter) and plain(letter) in known for letter in found[0].children):
                found = found[0].children
        found = [part for one in found for part in (items(one.children[0]) if is_tree(one, "group") else [one])]
        first = len(found) - 2 if len(found) > 1 else 1  # the last two places are rows and columns
        return [self.towards(n - first, place) for n, place in enumerate(found)]

    def towards(self, direction, node):
        """A value, where K is the size by rows, by columns, or neither."""
        before, self.direction = self.direction, direction if direction in (0, 1) else None
        try:
            return self(node)
        finally:
            self.direction = before
