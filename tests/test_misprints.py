r"""A wrong sign, index, factor or operator in a printed equation makes a test fail.

First the errors that a proof-reader fears, chosen by hand; then every error that a machine makes by
changing one thing.
"""

import pytest
from lark.exceptions import LarkError

from printed.check import check
from printed.latex import equations, unlabelled
from printed.meanings import CHAPTERS, worlds
from printed.meanings_convolution import named_cells
from printed.misprints import Misprints

REFUSED = (AssertionError, LarkError, ValueError, TypeError)
CHOSEN = [
    # label, as printed, as misprinted
    ("eq-forward", "i+a", "i-a"),
    ("eq-forward", r"X_{i+a,\;j+b}", r"X_{j+b,\;i+a}"),
    ("eq-forward", r"\sum_{b}", ""),
    ("eq-output-size", "2P", "P"),
    ("eq-output-size", "- 1}{S}", "}{S}"),
    ("eq-output-size", r"+ 1", ""),
    ("eq-output-size", "D(K-1)", "DK"),
    ("eq-triples", "X_p", "X_r"),
    ("eq-toeplitz", r"T \operatorname{vec}(X)", r"T^{\mathsf T} \operatorname{vec}(X)"),
    ("eq-forward-full", "iS + aD - P", "iD + aS - P"),
    ("eq-forward-full", "jS + bD - P", "jS + bD + P"),
    ("eq-forward-full", "X_{nchw}", "X_{nohw}"),
    ("eq-forward-full", "b_o + ", ""),
    ("eq-true-convolution", r"\ast", r"\star"),
    ("eq-local-filter", "X_{i+a", "X_{i-a"),
    ("eq-filter-sum", "i+a", "a"),
    ("eq-filter-correlation", r"\star", r"\ast"),
    ("eq-filter-triples", r"\partial Y_r", r"\partial Y_q"),
    ("eq-filter-full", "iS + aD - P", "iS + aD"),
    ("eq-filter-full", r"\sum_{n}", ""),
    ("eq-bias-full", "Y_{noij}", "Y_{noji}"),
    ("eq-input-sum", "i + a = h", "i - a = h"),
    ("eq-input-gather", "h-a", "h+a"),
    ("eq-input-gather", "F_{ab}", r"\operatorname{rot180}(F)_{ab}"),
    ("eq-input-rotated", r"h-(K-1)+a'", r"h-K+a'"),
    ("eq-input-rotated", r"w-(K-1)+b'", r"w-(K-1)+a'"),
    ("eq-input-rotated", r"\operatorname{rot180}(F)_{a'b'}", r"F_{a'b'}"),
    ("eq-input-full", "K-1", "K"),
    ("eq-input-full", r"\operatorname{rot180}(F)", "F"),
    ("eq-input-full", r"\star", r"\ast"),
    ("eq-input-transpose", r"T^{\mathsf T}", "T"),
    ("eq-input-triples", "F_q", "F_r"),
    ("eq-input-general", r"\operatorname{spread}_{S}", r"\operatorname{spread}_{D}"),
    ("eq-input-general", r"\star_{D}", r"\star"),
    ("eq-input-general", "D(K-1)", "K-1"),
    ("eq-input-channels", "F_{oc}", "F_{co}"),
    ("eq-input-everything", "jS + bD - P = w", "jS + bD - P = h"),
    ("eq-input-everything", r"\sum_{o}", r"\sum_{c}"),
    ("eq-card-filter", r"\text{stride } D", r"\text{stride } S"),
    ("eq-card-filter", r"]_{K_H \times K_W}", "]_{K_W \\times K_H}"),
    ("eq-transposed-size", "2P", "P"),
    ("eq-output-padding", r"\bmod S", r"\bmod D"),
    ("eq-transposed-gradient", "X_r", "X_p"),
    ("eq-dense-input", r"W^{\mathsf T}", "W"),
    ("eq-dense-weight", "X_i", "X_o"),
    ("eq-central-difference", r"2\,\varepsilon", r"\varepsilon"),
    ("eq-slopes", "1 - a^2", "1 + a^2"),
    ("eq-slopes", r"\tfrac14", r"\tfrac12"),
    ("eq-relu", "z > 0", "z < 0"),
    ("eq-through-activation", r"\odot", r"\star"),
    ("eq-neuron", "W^l_{jk}", "W^l_{kj}"),
    ("eq-delta-neuron", "W^{l+1}_{kj}", "W^{l}_{kj}"),
    ("eq-delta-dense", "(3,\\,2)", "(2,\\,3)"),
    ("eq-delta-local", r"F_{h-i,\;w-j}", r"F_{i-h,\;j-w}"),
    ("eq-delta-conv", r"F^{l+1}", r"F^{l}"),
    ("eq-delta-filter", "i+a,", "i-a,"),
    ("eq-flip-forward", "i+K_H-1-a", "i+K_H-a"),
    ("eq-flip-input", r"\ast", r"\star"),
    ("eq-flip-filter", r"\operatorname{rot180}(A)", "A"),
    ("eq-step-back", r"(W^{l+1})^{\mathsf T}", "W^{l+1}"),
    ("eq-step-weights", r"\delta^l\,(A^{l-1})^{\mathsf T}", r"A^{l-1}\,(\delta^l)^{\mathsf T}"),
    ("eq-output-quadratic", "A^m - t", "t - A^m"),
    ("eq-softmax-jacobian", "-p_k", "p_k"),
    ("eq-softmax-gradient", "&= p_j - t_j", "&= t_j - p_j"),
    ("eq-cross-entropy", "-\\sum", "\\sum"),
    ("eq-log-sum-exp", "- m - ", "+ m - "),
    ("eq-batch-mean", r"\frac{1}{N}\,", ""),
    ("eq-max-pool", "iS + a", "i + a"),
    ("eq-max-pool-grad", r"p \text{ won", r"i \text{ won"),
    ("eq-avg-pool-grad", r"\frac{1}{n}", ""),
    ("eq-pool-matrix", r"R^{\mathsf T}", "R"),
    ("eq-lenet-pool-grad", r"\,s_{ij}", ""),
    ("eq-count", "|q| + O", "|q| + |r|"),
    ("eq-speed-image", "Y_{h-a}", "Y_{h+a}"),
    ("eq-speed-image", "w - b", "w + b"),
    ("eq-speed-copies", r"\frac{O_H}{H}", r"\frac{H}{O_H}"),
    ("eq-sgd", r"F - \eta", r"F + \eta"),
    ("eq-momentum", r"\mu\,v + g", r"\mu\,v - g"),
    ("eq-adam", r"v/(1 - \beta_2^k)", r"v/(1 - \beta_1^k)"),
    ("eq-adam", r"\sqrt{v/(1 - \beta_2^k)} + \varepsilon", r"\sqrt{v/(1 - \beta_2^k) + \varepsilon}"),
    ("eq-check-truncation", r"= 295713 + 154", r"= 295713 - 154"),
    ("eq-check-direction", r"v_p", r"X_p"),
]
# How many errors of an equation are none, for what they print is true as well.
TRUE_AS_WELL = {
    "eq-input-general": 1,  # (K-1)D is D(K-1)
    "eq-flip-forward": 2,  # K is K_H by rows and K_W by columns
    "eq-relu": 1,  # the word "if"
    "eq-softmax-jacobian": 2,  # where k = j, p_j is p_k
    "eq-softmax-gradient": 3,  # δ_jk is δ_kj, and both p and t add up to 1
    "eq-delta-filter": 2,  # ∂F_{a'b'}/∂F_{ab} leaves only a' = a
    "eq-central-difference": 2,  # -O(ε²) and O(2ε²) are O(ε²)
    "eq-check-complex": 2,
    "eq-check-direction": 2,
    "eq-one-path": 5,  # ∂q/∂x is 1
    "eq-count": 9,  # any two of p, q and r tell the third
}


def holds(latex, worlds):
    """Whether a print passes the test of its equation."""
    try:
        for meaning in worlds:
            check(latex, meaning)
    except REFUSED:
        return False
    return True


@pytest.mark.parametrize(("label", "right", "wrong"), CHOSEN)
def test_a_chosen_misprint_is_found(label, right, wrong):
    """The error is made in the source of the print, as a slip of the pen would be."""
    latex = equations()[label]
    assert right in latex, f"{label} is printed in another way now; choose the error anew"
    assert holds(latex, worlds(label))
    assert not holds(latex.replace(right, wrong, 1), worlds(label))


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.__name__.rpartition("_")[2])
def test_every_misprint_a_machine_can_make_is_found(chapter):
    """Every letter, sign, number, mark, factor, term, sum and case of every equation, wrong once."""
    made, survivors = 0, []
    for label in chapter.MEANINGS:
        errors = Misprints(equations()[label]).all()
        survived = [f"{label}: {what}" for what, wrong in errors if holds(wrong, worlds(label))]
        made += len(errors)
        survivors += survived if len(survived) > TRUE_AS_WELL.get(label, 0) else []
    assert made > 900
    assert not survivors, "\n".join(survivors)


def test_every_misprint_among_named_cells_is_found():
    """x_{12} for x_{21}, a term less, a sign: no two cells hold the same number."""
    cells = [named_cells()]
    sums = [latex for latex in unlabelled() if holds(latex, cells)]
    assert len(sums) >= 4
    assert not [what for latex in sums for what, wrong in Misprints(latex).all() if holds(wrong, cells)]
