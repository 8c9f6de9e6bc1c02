"""Errors in the print: every sign, index, factor and operator of an equation, wrong once."""

import re
from itertools import combinations

from lark import Token

from printed.latex import is_text, is_tree, items, parse, plain, scripts, prepared

OPERATIONS = {
    "\\star": ["\\ast"], "\\ast": ["\\star"], "\\odot": ["\\star", ""], "\\cdot": ["+", "/"], "/": ["\\cdot "],
    "\\bmod": ["/"], "\\times": ["\\cdot "],
}  # fmt: skip
RELATIONS = {"\\le": "<", "<": "\\le ", ">": "<", "\\neq": "="}
SIZES = ["S", "D", "P", "K"]


class Misprints:
    """All errors of one equation, as pairs: what was done, and the wrong LaTeX."""

    def __init__(self, latex):
        self.latex, self.tree = prepared(latex), parse(latex, places=True)
        self.found = {}
        self.indices = {name for node in self.tree.find_data("below") for name in self.names(node)}
        self.layers = {name for node in self.tree.find_data("above") for name in self.names(node)}
        self.symbols = sorted({name for name in self.names(self.tree)} - self.indices - self.layers)

    def all(self):
        """Every error once."""
        self.walk(self.tree, False)
        return [error for bare, error in self.found.items() if bare != self.bare(self.latex)]

    def bare(self, latex):
        """An equation without spaces and braces, which change nothing by themselves."""
        return re.sub(r"[\s{}]", "", latex)

    def names(self, node):
        """The letters and operators under a node, as typed."""
        return [str(token) for token in node.scan_values(lambda token: token.type == "NAME")]

    # ------------------------------------------------------------- edits

    def edit(self, what, *changes):
        """Note the equation with some spans replaced."""
        wrong = self.latex
        for start, end, new in sorted(changes, reverse=True):
            wrong = wrong[:start] + new + wrong[end:]
        old = " … ".join(self.latex[start:end].strip() for start, end, _ in sorted(changes))
        new = " … ".join(new.strip() for _, _, new in sorted(changes))
        self.found.setdefault(self.bare(wrong), (f"{what}: {old} → {new}", wrong))

    def span(self, node):
        """Where a node stands."""
        return (node.start_pos, node.end_pos) if isinstance(node, Token) else (node.meta.start_pos, node.meta.end_pos)

    def text(self, node):
        """What a node looks like."""
        start, end = self.span(node)
        return self.latex[start:end]

    def swap(self, what, a, b):
        """Exchange two nodes."""
        self.edit(what, (*self.span(a), self.text(b)), (*self.span(b), self.text(a)))

    # -------------------------------------------------------------- walk

    def walk(self, node, index):
        """All errors in a node; whether it is an index."""
        if isinstance(node, Token):
            return self.token(node, index)
        getattr(self, node.data, lambda node: None)(node)
        for child in node.children:
            self.walk(child, index or is_tree(child, "below", "entry", "part"))

    def token(self, token, index):
        """A letter for another, a sign for the other."""
        replace = lambda what, new: self.edit(what, (*self.span(token), new))
        if token.type == "NAME":
            letters = sorted(self.indices) if index or token in self.indices else []
            symbols = [] if index else self.symbols
            for other in dict.fromkeys([*letters, *symbols, *(SIZES if token in SIZES else [])]):
                replace("letter", other + " ")
            if token.endswith("'"):
                replace("prime dropped", token[:-1])
        elif token.type == "SIGN":
            replace("sign", "-" if token == "+" else "+")
        elif token.type == "NUMBER":
            replace("number", f" {int(token) + 1} ")
            replace("number", f" {int(token) - 1} ")
        elif token.type == "TINY":
            replace("number", f"{token[:-1]}{int(token[-1]) + 1}")
        elif token.type == "OPERATION":
            for other in OPERATIONS[token]:
                replace("operation", other)
        elif token.type == "RELATION" and token.lstrip("& ") in RELATIONS:
            replace("relation", RELATIONS[token.lstrip("& ")])
        elif token.type == "TEXT":
            for other in self.tree.scan_values(lambda one: one.type == "TEXT"):
                replace("words", other)

    def product(self, node):
        """A factor dropped; or two places exchanged, of which words say something."""
        for child in node.children:
            self.edit("factor dropped", (*self.span(child), ""))
            if is_tree(child, "group") and any(is_text(one) for one in node.children):
                self.exchanged(child.children[0])

    def term(self, node):
        """One side of a ⋆, ⊙, … dropped."""
        first, *_, last = node.children
        self.edit("operand dropped", (*self.span(first), ""), (*self.span(node.children[1]), ""))
        self.edit("operand dropped", (self.span(first)[1], self.span(last)[1], ""))

    def sum(self, node):
        """A term dropped, or doubled."""
        children = node.children
        for n, child in enumerate(children):
            if isinstance(child, Token) and child.type == "SIGN":
                continue
            signed = n and isinstance(children[n - 1], Token) and children[n - 1].type == "SIGN"
            start, end = self.span(children[n - 1])[0] if signed else self.span(child)[0], self.span(child)[1]
            self.edit("term doubled", (self.span(child)[0], self.span(child)[0], " 2"))
            if len(children) > 2:
                self.edit("term dropped", (start, end, ""))

    def big(self, node):
        """A Σ dropped; a Σ over fewer letters, or under fewer conditions; a maximum."""
        body = node.children[-1]
        self.edit("sum dropped", (self.span(node)[0], self.span(body)[0], " "))
        self.edit("operation", (*self.span(node.children[0]), "\\max" if node.children[0] == "\\sum" else "\\sum"))

    def list(self, node):
        """One of several dropped, with its comma."""
        self.fewer(node)

    def conditions(self, node):
        """One of several lines dropped."""
        self.fewer(node)

    def fewer(self, node):
        """One of several things between commas dropped."""
        children = node.children
        for n in range(0, len(children), 2):
            if len(children) > 1:
                other = children[n + 1] if n + 1 < len(children) else children[n - 1]
                self.edit("fewer", (*self.span(children[n]), ""), (*self.span(other), ""))

    def exchanged(self, places):
        """Two indices, one in the place of the other."""
        row = is_tree(places.children[0], "product") and len(places.children) == 1
        for a, b in combinations(places.children[0].children if row else items(places), 2):
            self.swap("places exchanged", a, b)

    def factor(self, node):
        """What hangs on a letter dropped; a layer above or below."""
        own, marks = scripts(node)
        for mark in marks:
            self.edit("mark dropped", (*self.span(mark), ""))
            if is_tree(mark, "below", "entry"):
                self.exchanged(mark.children[0])
            if is_tree(mark, "above"):
                letter = next(iter(self.names(mark)), None)
                for shift in ("-1", "", "+1"):
                    if letter and plain(letter) in ("l", "m"):
                        self.edit("layer", (*self.span(mark), "^{" + letter + shift + "}"))

    def fraction(self, node):
        """Upside down."""
        self.swap("upside down", *node.children)

    def floor(self, node):
        """Rounding left out."""
        self.edit("not rounded", (*self.span(node), self.text(node.children[0])))

    def root(self, node):
        """A root left out."""
        self.edit("no root", (*self.span(node), "(" + self.text(node.children[0]) + ")"))

    def case(self, node):
        """The value of another case."""
        for case in self.tree.find_data("case"):
            self.edit("case", (*self.span(node.children[0]), self.text(case.children[0])))
