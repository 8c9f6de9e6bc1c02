"""The book's running example, every number worked out by hand, and random cases beside it.

X (3, 3) meets F (2, 2) at stride 1 with no padding. No number below comes from
`cnnbp`, so a test that reproduces them proves something. The random cases hold
whole numbers, on which float64 is exact: tests compare them to the last digit.
"""

from typing import NamedTuple

import numpy as np
from hypothesis import settings, strategies as st

from cnnbp.shapes import conv_geometry, output_size

modest = settings(max_examples=60, deadline=None, derandomize=True)

# -------------------------------------------------------------- numbers

X = np.array([[3.0, 1, 4], [1, 5, 9], [2, 6, 5]])
F = np.array([[2.0, 7], [1, 8]])
dY = np.array([[1.0, -2], [3, 5]])
b = 10.0

Y = [[54, 107], [87, 119]]
Y_WITH_BIAS = [[64, 117], [97, 129]]
dF = [[29, 53], [27, 30]]
dX = [[2, 3, -14], [7, 37, 19], [3, 29, 40]]
db = 7

ROT180_F = [[8, 1], [7, 2]]
PADDED_dY = [[0, 0, 0, 0], [0, 1, -2, 0], [0, 3, 5, 0], [0, 0, 0, 0]]
TOEPLITZ = [
    [2, 7, 0, 1, 8, 0, 0, 0, 0],
    [0, 2, 7, 0, 1, 8, 0, 0, 0],
    [0, 0, 0, 2, 7, 0, 1, 8, 0],
    [0, 0, 0, 0, 2, 7, 0, 1, 8],
]
IM2COL = [[3, 1, 1, 5], [1, 4, 5, 9], [1, 5, 2, 6], [5, 9, 6, 5]]

# What each output position alone adds to dF and to dX: y11, y12, y21, y22.
dF_BY_OUTPUT = [[[3, 1], [1, 5]], [[-2, -8], [-10, -18]], [[3, 15], [6, 18]], [[25, 45], [30, 25]]]
dX_BY_OUTPUT = [
    [[2, 7, 0], [1, 8, 0], [0, 0, 0]],
    [[0, -4, -14], [0, -2, -16], [0, 0, 0]],
    [[0, 0, 0], [6, 21, 0], [3, 24, 0]],
    [[0, 0, 0], [0, 10, 35], [0, 5, 40]],
]
TRILINEAR_SUM = 696  # sum(dF F) = sum(dY Y) = sum(dX X)
SUM_dX = 126  # = sum(dY) sum(F)
FANOUT_X = [[1, 2, 1], [2, 4, 2], [1, 2, 1]]
FANOUT_F = [[4, 4], [4, 4]]

# -------------------------------------------------------------- symbols

TRIPLES = [
    *[(0, 0, 0), (1, 1, 0), (3, 2, 0), (4, 3, 0)],
    *[(1, 0, 1), (2, 1, 1), (4, 2, 1), (5, 3, 1)],
    *[(3, 0, 2), (4, 1, 2), (6, 2, 2), (7, 3, 2)],
    *[(4, 0, 3), (5, 1, 3), (7, 2, 3), (8, 3, 3)],
]
NAMED_TRIPLES = """
    x11 f11 y11, x12 f12 y11, x21 f21 y11, x22 f22 y11,
    x12 f11 y12, x13 f12 y12, x22 f21 y12, x23 f22 y12,
    x21 f11 y21, x22 f12 y21, x31 f21 y21, x32 f22 y21,
    x22 f11 y22, x23 f12 y22, x32 f21 y22, x33 f22 y22"""
BY_OUTPUT = {
    "y11": "x11 f11, x12 f12, x21 f21, x22 f22",
    "y12": "x12 f11, x13 f12, x22 f21, x23 f22",
    "y21": "x21 f11, x22 f12, x31 f21, x32 f22",
    "y22": "x22 f11, x23 f12, x32 f21, x33 f22",
}
BY_FILTER = {
    "f11": "x11 y11, x12 y12, x21 y21, x22 y22",
    "f12": "x12 y11, x13 y12, x22 y21, x23 y22",
    "f21": "x21 y11, x22 y12, x31 y21, x32 y22",
    "f22": "x22 y11, x23 y12, x32 y21, x33 y22",
}
BY_INPUT = {
    "x11": "f11 y11",
    "x12": "f12 y11, f11 y12",
    "x13": "f12 y12",
    "x21": "f21 y11, f11 y21",
    "x22": "f22 y11, f21 y12, f12 y21, f11 y22",
    "x23": "f22 y12, f12 y22",
    "x31": "f21 y21",
    "x32": "f22 y21, f21 y22",
    "x33": "f22 y22",
}
EQUATIONS_Y = {
    "y11": "x11*f11 + x12*f12 + x21*f21 + x22*f22",
    "y12": "x12*f11 + x13*f12 + x22*f21 + x23*f22",
    "y21": "x21*f11 + x22*f12 + x31*f21 + x32*f22",
    "y22": "x22*f11 + x23*f12 + x32*f21 + x33*f22",
}
EQUATIONS_dF = {
    "dL/df11": "x11*dy11 + x12*dy12 + x21*dy21 + x22*dy22",
    "dL/df12": "x12*dy11 + x13*dy12 + x22*dy21 + x23*dy22",
    "dL/df21": "x21*dy11 + x22*dy12 + x31*dy21 + x32*dy22",
    "dL/df22": "x22*dy11 + x23*dy12 + x32*dy21 + x33*dy22",
}
EQUATIONS_dX = {
    "dL/dx11": "dy11*f11",
    "dL/dx12": "dy11*f12 + dy12*f11",
    "dL/dx13": "dy12*f12",
    "dL/dx21": "dy11*f21 + dy21*f11",
    "dL/dx22": "dy11*f22 + dy12*f21 + dy21*f12 + dy22*f11",
    "dL/dx23": "dy12*f22 + dy22*f12",
    "dL/dx31": "dy21*f21",
    "dL/dx32": "dy21*f22 + dy22*f21",
    "dL/dx33": "dy22*f22",
}
SYMBOLIC_db = "dy11 + dy12 + dy21 + dy22"
SYMBOLIC_ROT180_F = "f22 f21 / f12 f11"
SYMBOLIC_PADDED_dY = "0 0 0 0 / 0 dy11 dy12 0 / 0 dy21 dy22 0 / 0 0 0 0"
SYMBOLIC_TOEPLITZ = """
    f11 f12 0   f21 f22 0   0   0   0 /
    0   f11 f12 0   f21 f22 0   0   0 /
    0   0   0   f11 f12 0   f21 f22 0 /
    0   0   0   0   f11 f12 0   f21 f22"""
SYMBOLIC_IM2COL = "x11 x12 x21 x22 / x12 x13 x22 x23 / x21 x22 x31 x32 / x22 x23 x32 x33"
# The window of the padded dY that each input cell sees, row by row, from x11 to x33.
FULL_WINDOWS = """
    0 0    0 dy11    / 0 0    dy11 dy12 / 0 0    dy12 0 /
    0 dy11 0 dy21    / dy11 dy12 dy21 dy22 / dy12 0 dy22 0 /
    0 dy21 0 0       / dy21 dy22 0 0    / dy22 0 0 0"""


def table(text):
    """A written table, "a b / c d", as nested lists of words."""
    return [row.split() for row in text.split("/")]


# ----------------------------------------------------------- end to end
#
# X/10 and F/10; the scores are Y row by row; softmax, cross-entropy with the
# label 2 (y21); one step of SGD with eta = 0.5 on F.

LABEL, ETA = 2, 0.5
SCORES = [0.54, 1.07, 0.87, 1.19]
PROBABILITIES = [0.1665156573332103, 0.2828988301342465, 0.2316179722406917, 0.31896754029185154]
LOSS, LOSS_AFTER, LOSS_UPHILL = 1.4626659359456384, 1.4298818739697083, 1.496498083778398
dL_dp = [0, 0, -4.317454255928053, 0]
STEP_dY = [[0.1665156573332103, 0.2828988301342465], [-0.7683820277593083, 0.31896754029185154]]
STEP_dF = [[0.16089014758338266, 0.03269087017003183], [0.1958050994236935, 0.03632132927776776]]
STEP_dX = [
    [0.033303131466642065, 0.17314072616009651, 0.19802918109397255],
    [-0.13702483981854063, -0.31257150249315263, 0.44959634231169326],
    [-0.07683820277593083, -0.5828088681782615, 0.25517403223348123],
]
F_AFTER = [[0.11955492620830867, 0.6836545649149841], [0.0020974502881532394, 0.7818393353611162]]

# --------------------------------------------------------- random cases


class Convolution(NamedTuple):
    """The shapes and options of one convolution."""

    input_shape: tuple
    weight_shape: tuple
    options: dict

    @property
    def output_shape(self):
        """The shape of Y, of the rank of X."""
        g = conv_geometry(self.input_shape, self.weight_shape, **self.options)
        return g.output_shape[4 - len(self.input_shape) :]

    def tensors(self):
        """X, F and dY of whole numbers."""
        shapes = self.input_shape, self.weight_shape, self.output_shape
        return [whole_numbers(shape, seed) for seed, shape in enumerate(shapes)]


class Pooling(NamedTuple):
    """The shape and options of one pooling."""

    input_shape: tuple
    options: dict

    @property
    def output_shape(self):
        """The shape of Y."""
        kernel, stride, padding = (self.options[k] for k in ("kernel_size", "stride", "padding"))
        return self.input_shape[:-2] + output_size(self.input_shape[-2:], kernel, stride or kernel, padding)

    def tensors(self):
        """X, with many ties, and dY."""
        return np.abs(whole_numbers(self.input_shape, 0)) // 3, whole_numbers(self.output_shape, 1)


def whole_numbers(shape, seed=0):
    """Random whole numbers in float64."""
    return np.random.default_rng(seed).integers(-9, 10, shape).astype(float)


def pair(least, most):
    """An int or a pair of ints between two limits."""
    number = st.integers(least, most)
    return number | st.tuples(number, number)


@st.composite
def convolutions(draw, ranks=(2, 3, 4)):
    """Non-square, even, strided, padded, dilated, many channels, batches, remainders."""
    rank = draw(st.sampled_from(ranks))
    options = {"stride": draw(pair(1, 3)), "padding": draw(pair(0, 2)), "dilation": draw(pair(1, 2))}
    kernel = draw(st.tuples(st.integers(1, 3), st.integers(1, 3)))
    window = (np.array(kernel) - 1) * options["dilation"] + 1 - 2 * np.array(options["padding"])
    image = tuple(int(max(size, 1)) + draw(st.integers(0, 4)) for size in np.broadcast_to(window, 2))
    N, C, O = draw(st.tuples(st.integers(1, 3), st.integers(1, 3), st.integers(1, 3)))
    outer = {2: ((), ()), 3: ((C,), (O, C)), 4: ((N, C), (O, C))}[rank]
    return Convolution(outer[0] + image, outer[1] + kernel, options)


@st.composite
def poolings(draw):
    """Overlaps, gaps, remainders, padding up to half the kernel."""
    kernel = draw(st.tuples(st.integers(1, 4), st.integers(1, 4)))
    padding = tuple(draw(st.integers(0, size // 2)) for size in kernel)
    image = tuple(size + draw(st.integers(0, 5)) for size in kernel)
    outer = draw(st.sampled_from([(), (2,), (2, 3)]))
    return Pooling(outer + image, {"kernel_size": kernel, "stride": draw(st.none() | pair(1, 3)), "padding": padding})
