"""The rules for shapes: what fits, what is refused, and in which words."""

import numpy as np
import pytest
from hypothesis import given, strategies as st
from numpy.testing import assert_array_equal

from cnnbp.shapes import as_float, as_pair, as_shape, check_shape, conv_geometry, output_size, planes
from running_example import Convolution, convolutions, modest


def test_running_example_gives_a_2_by_2_output():
    assert output_size((3, 3), (2, 2)) == (2, 2)


@pytest.mark.parametrize(
    "sizes, options, expected",
    [
        (((5, 7), (2, 3)), {}, (4, 5)),
        (((5, 7), (2, 3)), {"stride": 2}, (2, 3)),  # height 5 leaves a remainder
        (((5, 7), (2, 3)), {"stride": (1, 3)}, (4, 2)),
        (((5, 7), (2, 3)), {"padding": (2, 0)}, (8, 5)),
        (((5, 7), (2, 3)), {"dilation": (3, 2)}, (2, 3)),
        (((28, 28), 5), {"padding": 2}, (28, 28)),
        (((4, 4), 4), {}, (1, 1)),
    ],
)
def test_output_size_by_hand(sizes, options, expected):
    assert output_size(*sizes, **options) == expected


@modest
@given(convolutions(ranks=[2]))
def test_output_size_counts_the_places_where_the_window_fits(case):
    stride, padding, dilation = (np.broadcast_to(v, 2) for v in case.options.values())
    for axis, size in enumerate(case.output_shape):
        window = (case.weight_shape[axis] - 1) * dilation[axis] + 1
        places = range(0, case.input_shape[axis] + 2 * padding[axis] - window + 1, stride[axis])
        assert size == len(places)


def test_geometry_gives_every_rank_four_axes():
    g = conv_geometry((5, 7), (2, 3), stride=(1, 2), padding=(0, 1), dilation=(2, 1))
    assert (g.input_shape, g.weight_shape, g.output_shape) == ((1, 1, 5, 7), (1, 1, 2, 3), (1, 1, 3, 4))
    assert (g.SH, g.SW, g.PH, g.PW, g.DH, g.DW) == (1, 2, 0, 1, 2, 1)
    assert conv_geometry((2, 5, 7), (4, 2, 2, 3)).output_shape == (1, 4, 4, 5)
    assert conv_geometry((6, 2, 5, 7), (4, 2, 2, 3)).output_shape == (6, 4, 4, 5)


def test_products_are_counted_with_those_of_the_padding():
    assert conv_geometry((3, 3), (2, 2)).products == 16
    assert conv_geometry((6, 2, 5, 7), (4, 2, 2, 3), padding=1).products == 6 * 4 * 6 * 7 * 2 * 2 * 3


@pytest.mark.parametrize(
    "input_shape, weight_shape, options, message",
    [
        ((3, 3), (4, 2), {}, r"window \(4, 2\) does not fit .* image \(3, 3\).*rule: D\*\(K-1\)\+1 <= H\+2P"),
        ((3, 3), (2, 4), {}, r"window \(2, 4\) does not fit .* image \(3, 3\)"),
        ((3, 3), (2, 2), {"dilation": 3}, r"window \(4, 4\) does not fit .* image \(3, 3\): kernel \(2, 2\)"),
        ((1, 3), (4, 2), {"padding": 1}, r"window \(4, 2\) does not fit .* image \(3, 5\)"),
        ((3,), (2,), {}, r"input \(3,\) and filter \(2,\) .*rule: \(H, W\) with \(KH, KW\)"),
        ((3, 3), (1, 1, 2, 2), {}, r"input \(3, 3\) and filter \(1, 1, 2, 2\) .*rule"),
        ((1, 3, 3), (2, 2), {}, r"input \(1, 3, 3\) and filter \(2, 2\) .*rule"),
        ((1, 1, 3, 3), (2, 2), {}, r"input \(1, 1, 3, 3\) and filter \(2, 2\) .*rule"),
        ((1, 1, 1, 3, 3), (1, 1, 2, 2), {}, r"input \(1, 1, 1, 3, 3\) and filter .*rule"),
        ((2, 3, 3), (1, 4, 2, 2), {}, r"\(2, 3, 3\) has 2 channels, filter \(1, 4, 2, 2\) .*rule: C must be equal"),
        ((4, 3, 3), (1, 2, 2, 2), {}, r"\(4, 3, 3\) has 4 channels, filter \(1, 2, 2, 2\) .*rule: C must be equal"),
        ((3, 3), (0, 2), {}, r"kernel_size .* >= 1, got \(0, 2\)"),
        ((3, 3), (2, 2), {"stride": 0}, "stride must be an int or a pair of ints >= 1, got 0"),
        ((3, 3), (2, 2), {"stride": (1, -1)}, r"stride .* got \(1, -1\)"),
        ((3, 3), (2, 2), {"padding": -1}, "padding must be an int or a pair of ints >= 0, got -1"),
        ((3, 3), (2, 2), {"dilation": 0}, "dilation must be an int or a pair of ints >= 1, got 0"),
        ((3, -3), (2, 2), {}, r"input_shape must have no negative size, got \(3, -3\)"),
    ],
)
def test_impossible_convolutions_are_refused(input_shape, weight_shape, options, message):
    with pytest.raises(ValueError, match=message):
        conv_geometry(input_shape, weight_shape, **options)


def test_an_int_is_a_pair_of_itself():
    assert as_pair(2, "stride", 1) == as_pair(np.int64(2), "stride", 1) == as_pair([2, 2], "stride", 1) == (2, 2)
    assert as_pair(np.array([2, 3]), "stride", 1) == (2, 3)


@pytest.mark.parametrize("value", [1.0, (1.0, 2), "ab", None, True, np.True_, (True, 1)])
def test_what_is_no_int_is_refused_as_a_pair(value):
    with pytest.raises(TypeError, match="stride must be an int or a pair of ints >= 1"):
        as_pair(value, "stride", 1)


@pytest.mark.parametrize("value", [(), (1,), (1, 2, 3)])
def test_a_pair_has_two_numbers(value):
    with pytest.raises(ValueError, match="stride must be an int or a pair of ints >= 1"):
        as_pair(value, "stride", 1)


def test_a_shape_is_a_tuple_of_ints():
    assert as_shape([np.int32(3), 0], "input_shape") == (3, 0)
    for wrong in (3, (3.0, 3), None):
        with pytest.raises(TypeError, match="input_shape must be a tuple of ints"):
            as_shape(wrong, "input_shape")


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_floats_keep_their_precision(dtype):
    A = np.ones(3, dtype)
    assert as_float(A, "X") is A


@pytest.mark.parametrize("dtype", [bool, np.uint8, np.int32, np.int64])
def test_integers_become_float64(dtype):
    A = as_float(np.array([0, 1], dtype), "X")
    assert A.dtype == np.float64
    assert_array_equal(A, [0, 1])


@pytest.mark.parametrize("A", [np.array([1j]), np.array([1], object), np.array(["1"]), None])
def test_other_kinds_are_refused(A):
    with pytest.raises(TypeError, match="X must hold real numbers, got dtype"):
        as_float(A, "X")


def test_a_wrong_shape_is_named_with_the_expected_one_and_the_rule():
    with pytest.raises(ValueError, match=r"dY has shape \(2,\), expected \(3,\); rule: like Y"):
        check_shape(np.zeros(2), (3,), "dY", "like Y")
    with pytest.raises(ValueError, match=r"dY has shape \(2, 3\), expected \(3, 2\); rule: like Y"):
        check_shape(np.zeros((2, 3)), (3, 2), "dY", "like Y")
    with pytest.raises(ValueError, match=r"X has shape \(4,\); rule: \(H, W\)"):
        planes(np.zeros(4), "X")


@modest
@given(st.tuples(st.integers(1, 3), st.integers(1, 3)), st.sampled_from([2, 3, 4]))
def test_planes_is_a_view_of_rank_four(image, rank):
    A = np.zeros((2, 3)[4 - rank :] + image)
    assert planes(A, "X").shape == (1,) * (4 - rank) + A.shape
    assert np.shares_memory(planes(A, "X"), A)


def test_the_random_cases_cover_what_they_promise():
    """The strategy that the other rooms' tests draw from is no weaker than its docstring."""
    seen = set()

    @modest
    @given(convolutions())
    def collect(case):
        g = conv_geometry(case.input_shape, case.weight_shape, **case.options)
        left = (g.H + 2 * g.PH - g.DH * (g.KH - 1) - 1) % g.SH
        facts = {
            "non-square image": g.H != g.W,
            "non-square kernel": g.KH != g.KW,
            "even kernel": g.KH == 2,
            "strides differ": g.SH != g.SW,
            "paddings differ": g.PH != g.PW,
            "dilations differ": g.DH != g.DW and g.KH > 1 < g.KW,
            "remainder": left > 0,
            "channels": g.C > 1 < g.O and g.C != g.O,
            "batch": g.N > 1,
            "overlap": g.SH < g.KH,
            "gap": g.SH > g.DH * (g.KH - 1) + 1,
        }
        seen.update(name for name, holds in facts.items() if holds)

    collect()
    assert len(seen) == 11
    assert Convolution((3, 3), (2, 2), {}).output_shape == (2, 2)
