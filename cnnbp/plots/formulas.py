"""Printed equations whose letters are told apart by shade, as the entries of a drawn matrix are."""

from cnnbp.plots.matrices import shade


class ShadedEquations:
    """
    Equations in which some names stand on a shade of their own; see `shade_names`.

    Shown as LaTeX in a notebook and as text elsewhere.
    """

    def __init__(self, sums, names):
        self.sums, self.names = sums, names

    def __repr__(self):
        return repr(self.sums)

    def _repr_latex_(self):
        latex = self.sums.latex()
        for k, name in enumerate(self.names):
            plain = f"{name[0]}_{{{name[1:]}}}"
            latex = latex.replace(plain, rf"\colorbox{{{shade(name, k)}}}{{\color{{black}}${plain}$}}")
        return f"$${latex}$$"


def shade_names(sums, names):
    """
    Put each of some names on the shade that it has in `show_connections`.

    Parameters
    ----------
    sums : Equations
    names : sequence of str
        Such as "f11"; black on a light shade, so that it reads in any theme.

    Returns
    -------
    ShadedEquations
    """
    return ShadedEquations(sums, list(names))
