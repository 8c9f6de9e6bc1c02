"""The value of whole formulas: sums, Σ and max with what stands below, and whether a relation holds."""

from functools import reduce

import numpy as np
from lark import Token

from printed.latex import is_name, is_tree, items, plain
from printed.operations import add, need, rank, spread_out
from printed.products import Products

RELATIONS = {
    "=": np.isclose,
    "\\neq": lambda a, b: ~np.isclose(a, b),
    "<": np.less,
    ">": np.greater,
    "\\le": lambda a, b: a <= b + 1e-12,
}


def sign(token):
    """The sign of a relation, without the & before it."""
    return token.lstrip("& \n")


class Formula(Products):
    """Computes whole formulas."""

    def sum(self, node):
        """Terms, each added or subtracted."""
        value, minus = None, False
        for child in node.children:
            if isinstance(child, Token) and child.type == "SIGN":
                minus = child == "-"
                continue
            term = -self(child) if minus else self(child)
            value = term if value is None else add(value, term, len(self.letters))
        return value

    def big(self, node):
        """Σ or max over the letters below, where the condition holds."""
        operation, *below, body = node.children
        need(below, f"{operation} over what?")
        letters, conditions = self.range_of(below[0].children[0])
        need(letters, f"{operation} over nothing")
        for letter in letters:
            need(letter in self.sizes, f"a sum over {letter}, which is no index")
            need(letter not in self.bound and letter not in self.left, f"{letter} has two meanings")
        self.bound += letters
        try:
            masks = [self.towards(n if len(conditions) == 2 else None, one) for n, one in enumerate(conditions)]
            value = self(body)
        finally:
            del self.bound[-len(letters) :]
        return self.collected(operation, letters, masks, value)

    def collected(self, operation, letters, masks, value):
        """The sum or the maximum along the letters' axes."""
        axes, L = tuple(self.letters.index(letter) for letter in letters), len(self.letters)
        full = [self.sizes[letter] if axis in axes else 1 for axis, letter in enumerate(self.letters)]
        lead = np.broadcast_shapes(value.shape[:L], *(mask.shape for mask in masks), full)
        mask = np.broadcast_to(reduce(np.logical_and, masks, np.True_), lead)
        value = np.broadcast_to(value, lead + value.shape[L:])
        need(operation == "\\sum" or not masks, "a maximum with a condition")
        if operation == "\\max":
            return value.max(axes, keepdims=True)
        return np.where(spread_out(mask, L, value.ndim - L), value, 0).sum(axes, keepdims=True)

    def range_of(self, node):
        """The letters that a Σ sums over, and its conditions."""
        found = items(node)
        if is_tree(node, "conditions") or is_tree(found[0], "chain"):
            return self.unbound(found), found
        if any(isinstance(child, Token) and child.type == "COLON" for child in node.children):
            need(len(found) == 2, "a Σ with one condition is known")
            return [plain(one) for one in self.members(found[0])], found[1:]
        if is_tree(found[0], "group"):
            need(len(found) == 1, "a Σ over a list")
            return self.unbound(found), [self.member_of_list(found[0])]
        return [plain(one) for part in found for one in self.members(part)], []

    def members(self, node):
        """The letters of (i,j), or of ij, or the one."""
        found = items(node.children[0]) if is_tree(node, "group") else [node]
        found = node.children if is_tree(node, "product") else found
        need(all(is_name(one) for one in found), "a sum over letters only")
        return found

    def unbound(self, nodes):
        """The letters that only the condition knows: neither free on the left nor summed outside."""
        letters = dict.fromkeys(plain(token) for node in nodes for token in node.scan_values(is_name))
        known = self.names.keys() | self.left | set(self.bound)
        return [letter for letter in letters if letter in self.sizes and letter not in known]

    def member_of_list(self, group):
        """Whether (p, q, r) is one of the list's triples, as a node that can be computed later."""
        return lambda: self.read(self.array(self.meaning_of("triples")), self.places(group.children[0]), "triples")

    def chain(self, node):
        """Whether a relation holds, place by place."""
        truth = np.True_
        for left, relation, right in zip(node.children[::2], node.children[1::2], node.children[2::2]):
            need(sign(relation) in RELATIONS, f"{relation} as a condition")
            a, b = self(left), self(right)
            need(rank(a, len(self.letters)) == rank(b, len(self.letters)), "a number beside a tensor")
            holds = RELATIONS[sign(relation)](a, b)
            truth = truth & (holds.all(-1) if rank(a, len(self.letters)) else holds)
        return np.asarray(truth)
