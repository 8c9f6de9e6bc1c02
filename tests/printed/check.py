"""Whether a printed equation holds in a world: every line, every sign of relation."""

import numpy as np
from lark import Token

from printed.formula import Formula, sign
from printed.latex import is_name, is_text, is_tree, parse, plain
from printed.operations import Misread, need, rank

TOLERANCE = 1e-10


def check(latex, meaning):
    """Raise `AssertionError` where what is printed does not hold."""
    tree = parse(latex)
    with np.errstate(all="ignore"):  # what is not finite is refused below
        found = Statements(meaning, tree).check()
        need(bool(found) == bool(meaning.small), "an error term and nothing that shrinks, or the reverse")
        for error in zip(found, Statements(meaning.shrunk(), tree).check() if found else []):
            shrinks(*error)


def shrinks(one, smaller):
    """The error gets small as fast as its bound, no faster and no slower."""
    (error, bound), (smaller_error, smaller_bound) = one, smaller
    need(error > 1e-12, "there is no error")
    ratio = (error / bound) / (smaller_error / smaller_bound)
    need(0.8 < ratio < 1.25, f"the error does not shrink as printed: {ratio:.3g}")


class Statements:
    """The chains of one print, each with the conditions behind it."""

    def __init__(self, meaning, tree):
        self.meaning, self.formula = meaning, Formula(meaning)
        self.chains, self.errors = [], []
        for node in tree.children:
            if isinstance(node, Token) and node.type == "ROW":
                continue
            if is_tree(node, "continued"):
                need(self.chains, "a chain without a beginning")
                self.chains[-1][0].extend(node.children)
            elif is_tree(node, "chain") and not self.conditional(node.children[0]):
                self.chains.append((list(node.children), []))
            else:
                need(self.chains and (is_text(node) or self.conditional(node)), "neither a relation nor a condition")
                self.chains[-1][1].append(node)
        self.chains = [(chain, conditions) for chain, conditions in self.chains if not self.defines(chain)]

    def conditional(self, node):
        """Whether a side begins with words, or a chain does."""
        first = node.children[0] if is_tree(node, "chain") else node
        first = first.children[0] if is_tree(first, "term") else first
        return is_tree(first, "product") and is_text(first.children[0])

    def defines(self, chain):
        """Take a line that says what a letter means: one that the tables do not know."""
        name = plain(chain[0]) if is_name(chain[0]) else None
        if name is None or name in self.meaning.names or name in self.meaning.letters:
            return False
        need(len(chain) == 3 and sign(chain[1]) == "=", f"what is {name}?")
        need(name not in self.formula.defined, f"{name} is defined twice")
        self.formula.defined[name] = chain[2]
        return True

    def check(self):
        """Compare all sides; return what stands for small errors, (error, bound)."""
        need(self.chains, "nothing is claimed")
        for self.formula.line, (chain, conditions) in enumerate(self.chains):
            try:
                if sign(chain[1]) == "\\leftarrow":
                    self.assign(*chain)
                else:
                    self.compare(chain, conditions)
            except Misread as error:
                raise Misread(f"statement {self.formula.line + 1}: {error}") from None
        needless = self.formula.defined.keys() - self.formula.consulted
        need(not needless, f"{needless} is defined and not used")
        return self.errors

    def assign(self, name, _, value):
        """A new value for a name, from the old ones."""
        after = f"{plain(name)}←" if is_name(name) else None
        need(after in self.meaning.names, "an assignment to what does not change")
        self.equal(self.formula.array(self.meaning.names[after]), self.formula(value), np.True_)
        self.formula.names[plain(name)] = self.meaning.names[after]

    def compare(self, chain, conditions):
        """Each side with the one before it."""
        formula = self.formula
        formula.left, formula.used = set(), set()
        before = formula(chain[0])
        formula.left = set(formula.used)
        mask, known = self.where(conditions), formula.left | formula.used
        for relation, side in zip(chain[1::2], chain[2::2]):
            formula.orders, formula.used = [], set()
            value = formula(side)
            need(formula.used <= known or sign(relation) in ("\\le", "<"), f"{formula.used - known} on one side only")
            self.related(sign(relation), before, value, mask)
            before = value

    def where(self, conditions):
        """Where the statement is meant; it must be meant somewhere."""
        mask = np.True_
        for condition in conditions:
            mask = mask & self.formula(condition).astype(bool)
        need(mask.any(), "a condition that never holds")
        return mask

    def related(self, relation, a, b, mask):
        """One sign: = is equal, ≤ and < are as narrow as can be, ≈ is near or has a small error."""
        need(
            a.shape[len(self.formula.letters) :] == b.shape[len(self.formula.letters) :],
            f"shapes {a.shape} and {b.shape}",
        )
        if self.formula.orders:
            (bound,) = self.formula.orders
            self.errors.append((np.abs(a - b).max(), np.abs(bound).max()))
        elif relation == "\\approx":
            self.near(a, b)
        elif relation == "=":
            self.equal(a, b, mask)
        else:
            need(relation in ("\\le", "<"), f"{relation} is no claim")
            room = (b - a - (relation == "<")).min()
            need(abs(room) < TOLERANCE, f"{relation} leaves room for {room:.3g}")

    def equal(self, a, b, mask):
        """Every entry is the same."""
        need(np.isfinite(a).all(), "the left side reads outside")
        mask = mask.reshape(np.shape(mask) + (1,) * rank(a, len(self.formula.letters))) if np.ndim(mask) else mask
        gap = np.where(mask, a - b, 0)
        need(np.isfinite(gap).all(), "an index runs outside")
        need(
            np.abs(gap).max() <= TOLERANCE * max(1, np.abs(a).max()),
            f"the sides differ by up to {np.abs(gap).max():.3g}",
        )

    def near(self, a, b):
        """Equal up to a factor; or up to what is quadratic in the small thing."""
        if self.meaning.small:
            name, _ = self.meaning.small
            self.errors.append((np.abs(a - b).max(), np.abs(np.asarray(self.meaning.names[name])).max() ** 2))
        else:
            need(self.meaning.near, "≈ without a measure")
            ratio = a / b
            need((ratio > 1 / self.meaning.near).all() and (ratio < self.meaning.near).all(), "not even near")
