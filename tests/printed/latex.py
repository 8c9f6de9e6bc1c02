"""From the book's notebooks to trees: where the labelled equations stand, and what they consist of."""

import json
import re
from functools import cache
from pathlib import Path

from lark import Lark, Token

from conftest import ROOT

EQUATION = re.compile(r"^\$\$\n(.*?)^\$\$ *\((eq-[\w-]+)\)", re.M | re.S)
GRAMMAR = (Path(__file__).parent / "grammar.lark").read_text()
TREES, PLACES = (Lark(GRAMMAR, parser="lalr", propagate_positions=places) for places in (False, True))
BARS = re.compile(r"(?<!\\bigg)\|([^|]*)\|")
GREEK = {"beta": "β", "delta": "δ", "eta": "η", "varepsilon": "ε", "mu": "μ"}


@cache
def equations():
    """Every labelled equation of the book, as it is typed: label to LaTeX."""
    found = {}
    for path in sorted((ROOT / "book").glob("*.ipynb")):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            if cell["cell_type"] == "markdown":
                found |= {label: latex.strip() for latex, label in EQUATION.findall("".join(cell["source"]))}
    return found


def with_sides(latex):
    """An equation whose upright bars are left ones and right ones."""
    return BARS.sub(r"\\lvert \1\\rvert ", latex)


def parse(latex, places=False):
    """The tree of an equation; if wanted, with the place of each node in the text."""
    return (PLACES if places else TREES).parse(with_sides(latex))


def plain(token):
    r"""A name or a word as the tables write it: X, a', act', ε, bar F, or what \text{…} holds."""
    word = re.sub(r"\\(operatorname|mathrm|text)\{([^}]*)\}", r"\2", token).replace("\\", "").strip()
    letter = word.rstrip("'")
    return GREEK.get(letter, letter) + word[len(letter) :]


def is_name(node):
    """Whether a node is one bare letter, or one operator's name."""
    return isinstance(node, Token) and node.type == "NAME"


def is_text(node):
    """Whether a node is words."""
    return isinstance(node, Token) and node.type == "TEXT"


def is_tree(node, *kinds):
    """Whether a node is a branch of one of these kinds."""
    return not isinstance(node, Token) and node.data in kinds


def items(node):
    """What a list holds, without its commas."""
    between = ("COMMA", "COLON", "ROW")
    return [child for child in node.children if not (isinstance(child, Token) and child.type in between)]


def written(node):
    """A node's letters, run together: what stands in K_H or f_{11}."""
    return "".join(plain(token) for token in node.scan_values(lambda token: isinstance(token, Token)))


def scripts(factor):
    """A factor's own part, and what hangs on it: below, above, transposed, entry, part."""
    if not is_tree(factor, "factor"):
        return factor, []
    return factor.children[0], factor.children[1:]
