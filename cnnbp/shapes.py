"""Which convolutions exist: the rules for shapes, checked in one place.

Every routine asks this room before it computes, so that a shape that cannot
work is refused with both shapes and the rule it breaks.
"""

from functools import lru_cache
from math import prod
from operator import index
from typing import NamedTuple

import numpy as np


class Geometry(NamedTuple):
    """All the sizes of one convolution, each a plain int."""

    N: int
    C: int
    H: int
    W: int
    O: int
    KH: int
    KW: int
    OH: int
    OW: int
    SH: int
    SW: int
    PH: int
    PW: int
    DH: int
    DW: int

    @property
    def input_shape(self):
        return self.N, self.C, self.H, self.W

    @property
    def weight_shape(self):
        return self.O, self.C, self.KH, self.KW

    @property
    def output_shape(self):
        return self.N, self.O, self.OH, self.OW

    @property
    def products(self):
        """How many products are added up, those with the padding included."""
        return prod(self.output_shape) * self.C * self.KH * self.KW


def as_pair(value, name, minimum):
    """An int or a pair of ints as a pair, each at least `minimum`."""
    if type(value) is int and value >= minimum:
        return value, value
    rule = f"{name} must be an int or a pair of ints >= {minimum}, got {value!r}"
    try:
        parts = tuple(value) if np.iterable(value) else (value, value)
        pair = tuple(index(part) for part in parts)
    except TypeError:
        raise TypeError(rule) from None
    if any(isinstance(part, (bool, np.bool_)) for part in parts):
        raise TypeError(rule)
    if len(pair) != 2 or min(pair) < minimum:
        raise ValueError(rule)
    return pair


def as_shape(shape, name):
    """A shape as a tuple of ints >= 0."""
    try:
        sizes = tuple(map(index, shape))
    except TypeError:
        raise TypeError(f"{name} must be a tuple of ints, got {shape!r}") from None
    if sizes and min(sizes) < 0:
        raise ValueError(f"{name} must have no negative size, got {sizes}")
    return sizes


def as_float(A, name):
    """An array of floats: integers become float64, float32 stays float32."""
    A = np.asarray(A)
    if A.dtype.kind in "iub":
        return A.astype(np.float64)
    if A.dtype.kind != "f":
        raise TypeError(f"{name} must hold real numbers, got dtype {A.dtype}")
    return A


def output_size(input_size, kernel_size, stride=1, padding=0, dilation=1):
    """
    The height and width of what a sliding window produces.

    Parameters
    ----------
    input_size, kernel_size : pair of int
        Height and width of the image and of the window.
    stride, padding, dilation : int or pair of int

    Returns
    -------
    tuple of int
        (OH, OW), with OH = floor((H + 2P - D(K-1) - 1) / S) + 1.

    Raises
    ------
    ValueError
        If the window does not fit into the padded image, or a stride, kernel
        or dilation is below 1, or a padding is negative.
    """
    kernel = as_pair(kernel_size, "kernel_size", 1)
    stride = as_pair(stride, "stride", 1)
    padding = as_pair(padding, "padding", 0)
    dilation = as_pair(dilation, "dilation", 1)
    padded = tuple(size + 2 * p for size, p in zip(input_size, padding))
    window = tuple(d * (k - 1) + 1 for k, d in zip(kernel, dilation))
    if window[0] > padded[0] or window[1] > padded[1]:
        raise ValueError(
            f"the window {window} does not fit into the padded image {padded}: "
            f"kernel {kernel}, dilation {dilation}, input {tuple(input_size)}, padding {padding}; "
            "rule: D*(K-1)+1 <= H+2P, for height and width"
        )
    return tuple((m - w) // s + 1 for m, w, s in zip(padded, window, stride))


def conv_geometry(input_shape, weight_shape, stride=1, padding=0, dilation=1):
    """
    The sizes of a convolution, after checking that it exists.

    Parameters
    ----------
    input_shape : tuple of int
        (H, W) with a weight (KH, KW); else (C, H, W) or (N, C, H, W).
    weight_shape : tuple of int
        (KH, KW) or (O, C, KH, KW).
    stride, padding, dilation : int or pair of int

    Returns
    -------
    Geometry

    Raises
    ------
    ValueError
        If the ranks do not belong together, the channels differ, or the
        window does not fit; the message holds both shapes and the rule.
    """
    return _conv_geometry(
        as_shape(input_shape, "input_shape"),
        as_shape(weight_shape, "weight_shape"),
        as_pair(stride, "stride", 1),
        as_pair(padding, "padding", 0),
        as_pair(dilation, "dilation", 1),
    )


@lru_cache
def _conv_geometry(X, F, stride, padding, dilation):
    """What `conv_geometry` returns; a network asks for the same few again and again."""
    if (len(X), len(F)) not in ((2, 2), (3, 4), (4, 4)):
        raise ValueError(
            f"input {X} and filter {F} do not belong together; rule: "
            "(H, W) with (KH, KW), or (C, H, W) or (N, C, H, W) with (O, C, KH, KW)"
        )
    N, C, H, W = (1,) * (4 - len(X)) + X
    O, FC, KH, KW = (1,) * (4 - len(F)) + F
    if C != FC:
        raise ValueError(f"input {X} has {C} channels, filter {F} expects {FC}; rule: C must be equal")
    OH, OW = output_size((H, W), (KH, KW), stride, padding, dilation)
    return Geometry(N, C, H, W, O, KH, KW, OH, OW, *stride, *padding, *dilation)


def check_shape(A, expected, name, rule):
    """Refuse an array whose shape is not the one that the rule gives."""
    if A.shape != tuple(expected):
        raise ValueError(f"{name} has shape {A.shape}, expected {tuple(expected)}; rule: {rule}")


def planes(A, name):
    """A 2-D, 3-D or 4-D array of images as (N, C, H, W), without a copy."""
    if A.ndim not in (2, 3, 4):
        raise ValueError(f"{name} has shape {A.shape}; rule: (H, W), (C, H, W) or (N, C, H, W)")
    return A.reshape((1,) * (4 - A.ndim) + A.shape)
