"""The list of triples: which filter cell takes which image cell to which output cell.

A convolution is one list of index triples (p, q, r), LeCun's connections. The
list is read three ways:

    Y[r]  += X[p] * F[q]      forward
    dF[q] += X[p] * dY[r]     gradient of the filter
    dX[p] += F[q] * dY[r]     gradient of the input

Stride, padding and dilation only change which triples exist. The symbolic
equations and the Toeplitz matrix are printed from this list.
"""

import math

import numpy as np

from cnnbp.shapes import conv_geometry


def connections(input_shape, weight_shape, stride=1, padding=0, dilation=1):
    """
    The index triples (p, q, r) of a convolution.

    Parameters
    ----------
    input_shape : tuple of int
        (H, W), (C, H, W) or (N, C, H, W).
    weight_shape : tuple of int
        (KH, KW) for a plain image, else (O, C, KH, KW).
    stride, padding, dilation : int or pair of int

    Returns
    -------
    p, q, r : ndarray of int, all of one length
        Flat row-major positions in X, F and Y, sorted by r, then by q.
        Meetings with the zero padding are left out.

    Raises
    ------
    ValueError
        If the convolution does not exist; see `cnnbp.shapes.conv_geometry`.

    Notes
    -----
    LeCun et al. (1998) count a layer by these connections.
    """
    g = conv_geometry(input_shape, weight_shape, stride, padding, dilation)
    n, o, i, j, c, a, b = np.ogrid[: g.N, : g.O, : g.OH, : g.OW, : g.C, : g.KH, : g.KW]
    h, w = i * g.SH + a * g.DH - g.PH, j * g.SW + b * g.DW - g.PW
    p = ((n * g.C + c) * g.H + h) * g.W + w
    q = ((o * g.C + c) * g.KH + a) * g.KW + b
    r = ((n * g.O + o) * g.OH + i) * g.OW + j
    inside = (0 <= h) & (h < g.H) & (0 <= w) & (w < g.W)
    p, q, r, inside = np.broadcast_arrays(p, q, r, inside)
    return p[inside], q[inside], r[inside]


def count(input_shape, weight_shape, bias=True, stride=1, padding=0, dilation=1):
    """The numbers of connections and of parameters, as LeNet-5's paper counts them."""
    g = conv_geometry(input_shape, weight_shape, stride, padding, dilation)
    lines = len(connections(input_shape, weight_shape, stride, padding, dilation)[0])
    return lines + bias * math.prod(g.output_shape), math.prod(g.weight_shape) + bias * g.O


def toeplitz(F, input_shape, stride=1, padding=0, dilation=1):
    """
    The convolution as one matrix: vec(Y) = T vec(X), vec(dX) = T' vec(dY).

    Parameters
    ----------
    F : ndarray of shape (KH, KW) or (O, C, KH, KW)
        Numbers or symbols; see `symbols`.
    input_shape : tuple of int
    stride, padding, dilation : int or pair of int

    Returns
    -------
    T : ndarray of shape (Y.size, X.size), T[r, p] = F[q]

    Raises
    ------
    ValueError
        If the convolution does not exist.
    """
    F = np.asarray(F)
    g = conv_geometry(input_shape, F.shape, stride, padding, dilation)
    p, q, r = connections(input_shape, F.shape, stride, padding, dilation)
    T = np.zeros((math.prod(g.output_shape), math.prod(g.input_shape)), F.dtype)
    T[r, p] = F.ravel()[q]
    return T


def im2col(X, weight_shape, stride=1, padding=0, dilation=1):
    """
    The same sum as a matrix on the filter: vec(Y) = M vec(F), vec(dF) = M' vec(dY).

    Parameters
    ----------
    X : ndarray of shape (H, W), (C, H, W) or (N, C, H, W)
        Numbers or symbols; see `symbols`.
    weight_shape : tuple of int
    stride, padding, dilation : int or pair of int

    Returns
    -------
    M : ndarray of shape (Y.size, F.size), M[r, q] = X[p]

    Raises
    ------
    ValueError
        If the convolution does not exist.
    """
    X = np.asarray(X)
    g = conv_geometry(X.shape, weight_shape, stride, padding, dilation)
    p, q, r = connections(X.shape, weight_shape, stride, padding, dilation)
    M = np.zeros((math.prod(g.output_shape), math.prod(g.weight_shape)), X.dtype)
    M[r, q] = X.ravel()[p]
    return M


def symbols(letter, shape):
    """An object array of names, counted from 1: x11, x12, ...; x1,10 where a size passes 9."""
    comma = "," if max(shape, default=0) > 9 else ""
    names = np.empty(shape, dtype=object)
    for place in np.ndindex(*shape):
        names[place] = letter + comma.join(str(k + 1) for k in place)
    return names


class Equations(dict):
    """Sums of products by name, shown as LaTeX in a notebook and as text elsewhere."""

    def __str__(self):
        return "\n".join(f"{left} = {right}" for left, right in self.items())

    __repr__ = __str__

    def latex(self):
        """All equations, aligned at the equals sign."""
        rows = [f"{_tex_left(left)} &= {_tex_right(right)}" for left, right in self.items()]
        return "\\begin{aligned}\n" + " \\\\[12pt]\n".join(rows) + "\n\\end{aligned}"

    def _repr_latex_(self):
        return "$$" + self.latex() + "$$"


def equations(which, input_shape, weight_shape, stride=1, padding=0, dilation=1):
    """
    The sums that a convolution computes, written out in symbols.

    Parameters
    ----------
    which : {"Y", "dF", "dX"}
        Which of the three readings of the list.
    input_shape, weight_shape : tuple of int
    stride, padding, dilation : int or pair of int

    Returns
    -------
    Equations
        A dict from the left side, such as "dL/dx12", to its sum,
        "dy11*f12 + dy12*f11"; an empty sum is "0".

    Raises
    ------
    ValueError
        If `which` is another word, or the convolution does not exist.
    """
    g = conv_geometry(input_shape, weight_shape, stride, padding, dilation)
    p, q, r = connections(input_shape, weight_shape, stride, padding, dilation)
    x, f = symbols("x", tuple(input_shape)), symbols("f", tuple(weight_shape))
    y = symbols("y", g.output_shape[4 - len(input_shape) :])
    readings = {"Y": (y, r, x, p, f, q), "dF": (f, q, x, p, y, r), "dX": (x, p, y, r, f, q)}
    if which not in readings:
        raise ValueError(f"which must be one of {list(readings)}, got {which!r}")
    result, at, first, i, second, j = readings[which]
    first, second = (["d" * (A is y and which != "Y") + name for name in A.ravel()] for A in (first, second))
    sums = {name: [] for name in result.ravel()}
    for k in range(len(p)):
        sums[result.ravel()[at[k]]].append(f"{first[i[k]]}*{second[j[k]]}")
    prefix = "" if which == "Y" else "dL/d"
    return Equations({prefix + name: " + ".join(terms) or "0" for name, terms in sums.items()})


def apply(triples, first, second, which, shape):
    """
    Add up the products of a list of triples: the whole of a convolution.

    Parameters
    ----------
    triples : tuple of three ndarrays
        (p, q, r), from `connections`.
    first, second : ndarray
        The two tensors that are multiplied: X, F for "Y"; X, dY for "dF";
        dY, F for "dX".
    which : {"Y", "dF", "dX"}
    shape : tuple of int
        The shape of the result.

    Returns
    -------
    ndarray of shape `shape`

    Raises
    ------
    ValueError
        If `which` is another word.
    """
    p, q, r = triples
    places = {"Y": (r, p, q), "dF": (q, p, r), "dX": (p, r, q)}
    if which not in places:
        raise ValueError(f"which must be one of {list(places)}, got {which!r}")
    at, i, j = places[which]
    first, second = np.ravel(first), np.ravel(second)
    result = np.zeros(math.prod(shape), np.result_type(first, second))
    np.add.at(result, at, first[i] * second[j])
    return result.reshape(shape)


def _tex_name(name):
    """x12 as x_{12}, dy12 as dy_{12}."""
    letters = name.rstrip("0123456789,")
    return f"{letters}_{{{name[len(letters):]}}}"


def _tex_left(left):
    """The left side: y_{11}, or the derivative of L."""
    if not left.startswith("dL/d"):
        return _tex_name(left)
    return rf"\frac{{\partial L}}{{\partial {_tex_name(left[4:])}}}"


def _tex_right(right):
    """The sum, its factors side by side."""
    if right == "0":
        return right
    return " + ".join(r" \, ".join(map(_tex_name, term.split("*"))) for term in right.split(" + "))
