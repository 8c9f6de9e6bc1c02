"""From the book's notebooks to trees: where the labelled equations stand, and what they consist of."""

import json
import re
from functools import cache
from pathlib import Path

from lark import Lark, Token

from conftest import ROOT

DISPLAY = re.compile(r"^\$\$\n(.*?)^\$\$ *(?:\((eq-[\w-]+)\))?$", re.M | re.S)
GRAMMAR = (Path(__file__).parent / "grammar.lark").read_text()
TREES, PLACES = (Lark(GRAMMAR, parser="lalr", propagate_positions=places) for places in (False, True))
DECORATION = re.compile(r"\\colorbox\{[^}]*\}\{\\color\{\w+\}\$([^$]*)\$\}|\\boxed\{((?:[^{}]|\{[^}]*\})*)\}")
BARS = re.compile(r"(?<!\\bigg)\|([^|]*)\|")
GREEK = {"beta": "β", "delta": "δ", "eta": "η", "varepsilon": "ε", "mu": "μ"}


@cache
def equations():
    """Every labelled equation of the book, as it is typed: label to LaTeX."""
    return {label: latex for source in cells("markdown") for latex, label in DISPLAY.findall(source) if label}


@cache
def unlabelled():
    """Every other display, typed or printed by a cell; what the book quotes stands behind > and is not ours."""
    typed = [latex for source in cells("markdown") for latex, label in DISPLAY.findall(source) if not label]
    return typed + [latex.strip("$") for latex in cells("code")]


def cells(kind):
    """The sources of all Markdown cells, or all LaTeX that code cells have printed."""
    for path in sorted((ROOT / "book").glob("*.ipynb")):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            if cell["cell_type"] == kind == "markdown":
                yield "".join(cell["source"])
            elif cell["cell_type"] == kind:
                data = [output.get("data", {}) for output in cell["outputs"]]
                yield from ("".join(one["text/latex"]) for one in data if "text/latex" in one)


def prepared(latex):
    """An equation without frames and colours, whose upright bars are left ones and right ones."""
    bare = DECORATION.sub(lambda found: found[1] or found[2], latex).replace("\\dfrac", "\\frac")
    return BARS.sub(r"\\lvert \1\\rvert ", bare)


def parse(latex, places=False):
    """The tree of an equation; if wanted, with the place of each node in the text."""
    return (PLACES if places else TREES).parse(prepared(latex))


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
    tokens = [node] if isinstance(node, Token) else node.scan_values(lambda token: isinstance(token, Token))
    return "".join(map(plain, tokens))


def scripts(factor):
    """A factor's own part, and what hangs on it: below, above, transposed, entry, part."""
    if not is_tree(factor, "factor"):
        return factor, []
    return factor.children[0], factor.children[1:]
