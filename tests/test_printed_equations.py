"""Every labelled equation of the book, computed as it is printed: both sides, every line, in numbers."""

import numpy as np
import pytest
from lark.exceptions import LarkError

from printed.check import check
from printed.latex import equations, unlabelled
from printed.meaning import Meaning, Pair, order
from printed.meanings import LABELS, worlds
from printed.meanings_convolution import named_cells
from test_book_style import LABEL, NOTEBOOKS, cells

REFUSED = (AssertionError, LarkError, ValueError, TypeError)
X, F = np.arange(20.0).reshape(4, 5) ** 1.5, np.array([[2.0, 7, -1], [1, 8, 3]])
NAMES = {"X": X, "F": F, "Y": X.sum(0), "Z": X.sum(1), "c": 2.0, "vec": np.ravel, "K": Pair(4, 5), "n": 20}
MAP = Meaning(NAMES, {"i": 4, "j": 5, "k": 5}, zero=["Z"], flat=["X"])


def test_every_labelled_equation_has_a_meaning():
    """No equation of the book is left out, and no meaning has lost its equation."""
    texts = (cell["source"] for path in NOTEBOOKS for cell in cells(path, "markdown"))
    printed = ["".join(label) for text in texts for label in LABEL.findall(text)]
    assert sorted(LABELS) == sorted(equations()) == sorted(printed)


@pytest.mark.parametrize("label", LABELS)
def test_what_is_printed_holds(label):
    """The LaTeX of the page is the source: it is read, computed and compared."""
    for meaning in worlds(label):
        check(equations()[label], meaning)


@pytest.mark.parametrize("latex", unlabelled(), ids=range(len(unlabelled())))
def test_what_is_printed_without_a_label_holds(latex):
    """The sums of named cells, typed or printed from the list of connections."""
    example = {"X": [[3, 1, 4], [1, 5, 9], [2, 6, 5]], "F": [[2, 7], [1, 8]], "dY": [[1, -2], [3, 5]]}
    printed = ["dY"] if "pmatrix" in latex else [*example] if latex.rstrip()[-1].isdigit() else []
    check(latex, named_cells(**{name: np.array(example[name]) for name in printed}))


# What the reader makes of a print, right and wrong by one letter or sign.
RIGHT_AND_WRONG = [
    (r"Y_j = \sum_i X_{ij}", r"Y_j = \sum_i X_{ji}"),
    (r"Y_j = \sum_i X_{ij}", r"Y_j = \sum_j X_{ij}"),
    (r"Y_j = \sum_i X_{ij}", r"Y_j = X_{ij}"),
    (r"c\,Y_j + 3 Y_j = (c + 3)\,Y_j", r"c\,Y_j + 3 Y_j = c + 3\,Y_j"),
    (r"Y_j - c - 1 = Y_j - 3", r"Y_j - c - 1 = Y_j - (c - 1)"),
    (
        r"\begin{aligned} 4 &= c^2 \\ &= 3 + \frac{c}{2} \end{aligned}",
        r"\begin{aligned} 4 &= c^2 \\ &= 3 + c \end{aligned}",
    ),
    (r"(X^{\mathsf T})_{ji} = X_{ij}", r"(X)_{ji} = X_{ij}"),
    (r"F X_{0,0} + F = F", r"F X_{0,1} + F = F"),
    (r"\operatorname{vec}(X)_{7} = X_{1,2}", r"\operatorname{vec}(X)_{7} = X_{2,1}"),
    (r"X_7 = X_{1,2}", r"Y_7 = Y_{1,2}"),
    (r"X_{ij} = X_{im}, \quad m = j", r"X_{ij} = X_{im}, \quad m = j - 1"),
    (r"Z_0 + \sum_i Z_{i+1} = \sum_i Z_i", r"Y_0 + Y_1 + \sum_i Y_{i+2} = \sum_j Y_j"),
    (r"Z_i = \max_{j} Z_i", r"X_{ij} = \max_{j} X_{ij}"),
    (r"0 \le i < 4", r"0 \le i < 5"),
    (r"0 \le i \le 3", r"-1 \le i \le 3"),
    (r"F \odot F = F \odot F", r"F \odot c = F \odot c"),
    (r"X \star F = X \star F", r"X \star F = X \ast F"),
    (r"X_{K-1-i,\;K-1-j} = X_{4-1-i,\;4-j}", r"X_{K-1-i,\;K-1-j} = X_{4-i,\;4-j}"),
    (r"\underbrace{F}_{(2,\,3)} = F", r"\underbrace{F}_{(3,\,2)} = F"),
    (r"\sum_{i + j = 1} X_{ij} = X_{0,1} + X_{1,0}", r"\sum_{i - j = 1} X_{ij} = X_{0,1} + X_{1,0}"),
]


@pytest.mark.parametrize(("right", "wrong"), RIGHT_AND_WRONG)
def test_the_reader_tells_right_from_wrong(right, wrong):
    """Sums, products, indices, shapes, letters with two values, letters that the print defines."""
    check(right, MAP)
    with pytest.raises(REFUSED):
        check(wrong, MAP)


def test_an_error_term_says_how_fast_the_error_shrinks():
    """O(ε²) is neither O(ε) nor O(ε³)."""
    world = Meaning({"L": np.exp, "x": 0.3, "c": np.exp(0.3), "ε": 0.01, "O": order}, small=("ε", 0.5))
    print_of = r"c = \frac{L(x + \varepsilon) - L(x - \varepsilon)}{2\,\varepsilon} + O(\varepsilon^%d)"
    check(print_of % 2, world)
    for power in (1, 3):
        with pytest.raises(AssertionError, match="does not shrink as printed"):
            check(print_of % power, world)
