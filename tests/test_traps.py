"""The mistakes people make, made on purpose: each gives its own wrong number.

Every entry of TRAPS makes one mistake from scratch, with SciPy or a loop. It
must give the wrong result that the book prints, the right routine must not,
and no two mistakes may be confused, so that a wrong submission can be named.
"""

from itertools import combinations

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from scipy.signal import convolve2d, correlate2d

from cnnbp.conv import conv2d, conv2d_grad_bias, conv2d_grad_input, conv2d_grad_weight
from running_example import F, X, dX_BY_OUTPUT, dY, whole_numbers


def full(kernel):
    """What sliding a kernel over the padded dY gives; right only with the rotated filter."""
    return correlate2d(dY, kernel, mode="full")


def last_write(parts):
    """The parts written over each other, where they should be added."""
    result = np.zeros(np.shape(parts[0]))
    for part in parts:
        result = np.where(part, part, result)
    return result


def wrong_index():
    """The centre of dX with f12 printed twice in place of f21 and f12."""
    return dY[0, 0] * F[1, 1] + dY[0, 1] * F[0, 1] + dY[1, 0] * F[0, 1] + dY[1, 1] * F[0, 0]


TRAPS = {
    # name: (the mistake, the wrong result)
    "Y true convolution instead of cross-correlation": (
        lambda: convolve2d(X, F, mode="valid"),
        [[42, 65], [39, 101]],
    ),
    "dF true convolution": (
        lambda: convolve2d(X, dY, mode="valid"),
        [[21, 16], [22, 45]],
    ),
    "dF operands swapped is rot180": (
        lambda: np.rot90(correlate2d(X, dY, mode="valid"), 2),
        [[30, 27], [53, 29]],
    ),
    "dF transposed": (
        lambda: correlate2d(X, dY, mode="valid").T,
        [[29, 27], [53, 30]],
    ),
    "dF top-left Hadamard, X times dY": (
        lambda: X[:2, :2] * dY,
        [[3, -2], [3, 25]],
    ),
    "dF overwrite, last position only": (
        lambda: last_write([X[i : i + 2, j : j + 2] * dY[i, j] for i in range(2) for j in range(2)]),
        [[25, 45], [30, 25]],
    ),
    "dX no rotation": (
        lambda: full(F),
        [[8, -15, -2], [31, 31, 1], [21, 41, 10]],
    ),
    "dX transposed kernel": (
        lambda: full(F.T),
        [[8, -9, -14], [25, 61, 31], [3, 11, 10]],
    ),
    "dX flip vertical only": (
        lambda: full(F[::-1]),
        [[7, -12, -4], [29, 26, 8], [24, 43, 5]],
    ),
    "dX flip horizontal only": (
        lambda: full(F[:, ::-1]),
        [[1, 6, -16], [5, 32, 26], [6, 31, 35]],
    ),
    "dX rotated, then transposed": (
        lambda: full(np.rot90(F, 2).T),
        [[2, -3, -2], [13, 7, -11], [21, 59, 40]],
    ),
    "dX valid instead of full": (
        lambda: correlate2d(dY, np.rot90(F, 2), mode="valid"),
        [[37]],
    ),
    "dX result rotated": (
        lambda: np.rot90(full(np.rot90(F, 2)), 2),
        [[40, 29, 3], [19, 37, 7], [-14, 3, 2]],
    ),
    "dX transposed convolution of the flipped kernel": (
        lambda: sum(
            np.pad(dY[i, j] * np.rot90(F, 2), [(i, 1 - i), (j, 1 - j)]) for i in range(2) for j in range(2)
        ),
        [[8, -15, -2], [31, 31, 1], [21, 41, 10]],
    ),
    "dX overwrite instead of add": (
        lambda: last_write(dX_BY_OUTPUT),
        [[2, -4, -14], [6, 10, 35], [3, 5, 40]],
    ),
    "dX centre with a wrong index": (wrong_index, 25),
    "db mean instead of sum": (dY.mean, 1.75),
    "dF mean over positions": (
        lambda: correlate2d(X, dY, mode="valid") / dY.size,
        [[7.25, 13.25], [6.75, 7.5]],
    ),
}
SAME = {"dX no rotation", "dX transposed convolution of the flipped kernel"}  # one mistake, two ways
RIGHT = {
    "Y": conv2d(X, F),
    "dF": conv2d_grad_weight(dY, X, (2, 2)),
    "dX": conv2d_grad_input(dY, F, (3, 3)),
    "db": conv2d_grad_bias(dY),
}


@pytest.mark.parametrize("name", TRAPS)
def test_the_mistake_gives_the_wrong_result_that_is_printed(name):
    mistake, wrong = TRAPS[name]
    assert_array_equal(mistake(), wrong)


@pytest.mark.parametrize("name", TRAPS)
def test_the_right_routine_does_not_fall_into_the_trap(name):
    wrong, right = np.array(TRAPS[name][1]), RIGHT[name.split()[0]]
    if "centre" in name:
        right = right[1, 1]
    assert not np.array_equal(wrong, right)
    for result in RIGHT.values():
        assert not np.array_equal(wrong, result)


def test_no_two_traps_are_confused():
    assert len(TRAPS) == 18
    twins = [{a, b} for a, b in combinations(TRAPS, 2) if np.array_equal(TRAPS[a][1], TRAPS[b][1])]
    assert twins == [SAME]


def test_a_symmetric_kernel_would_hide_the_missing_rotation():
    symmetric = np.array([[1.0, 2], [2, 1]])
    assert_array_equal(conv2d_grad_input(dY, symmetric, (3, 3)), full(symmetric))


# ------------------------------------- traps of the options, on routines


def test_a_forgotten_stride_shows():
    X, F, dY = whole_numbers((7, 7)), whole_numbers((3, 3), 1), whole_numbers((3, 3), 2)
    spread = np.zeros((5, 5))
    spread[::2, ::2] = dY  # the right way: dY with holes, then stride 1
    assert_array_equal(conv2d_grad_input(dY, F, (7, 7), stride=2), convolve2d(spread, F, mode="full"))
    assert_array_equal(conv2d_grad_weight(dY, X, (3, 3), stride=2), correlate2d(X, spread, mode="valid"))
    forgotten = np.pad(convolve2d(dY, F, mode="full"), [(0, 2), (0, 2)])
    assert not np.array_equal(conv2d_grad_input(dY, F, (7, 7), stride=2), forgotten)


@pytest.mark.parametrize("option, pair", [("stride", (1, 2)), ("padding", (0, 1)), ("dilation", (1, 2))])
def test_height_and_width_are_not_swapped(option, pair):
    X, F = whole_numbers((1, 6)), whole_numbers((1, 2), 1)
    Y = conv2d(X, F, **{option: pair})
    dY = whole_numbers(Y.shape, 2)
    turned = {option: pair[::-1]}
    assert_array_equal(conv2d(X.T, F.T, **turned), Y.T)
    assert_array_equal(
        conv2d_grad_input(dY.T, F.T, (6, 1), **turned), conv2d_grad_input(dY, F, (1, 6), **{option: pair}).T
    )
    assert_array_equal(
        conv2d_grad_weight(dY.T, X.T, (2, 1), **turned), conv2d_grad_weight(dY, X, (1, 2), **{option: pair}).T
    )


def test_the_depths_of_the_filter_bank_are_not_swapped():
    """As many filters as channels: a transposed bank fits, and is wrong."""
    X, F, dY = whole_numbers((2, 3, 3)), whole_numbers((2, 2, 2, 2), 1), whole_numbers((2, 2, 2), 2)
    for o in range(2):
        assert_array_equal(conv2d(X, F)[o], sum(correlate2d(X[c], F[o, c], mode="valid") for c in range(2)))
    for c in range(2):
        dX = sum(convolve2d(dY[o], F[o, c], mode="full") for o in range(2))
        assert_array_equal(conv2d_grad_input(dY, F, X.shape)[c], dX)
        for o in range(2):
            dF = correlate2d(X[c], dY[o], mode="valid")
            assert_array_equal(conv2d_grad_weight(dY, X, F.shape)[o, c], dF)


def test_the_gradient_is_summed_over_the_batch_not_averaged():
    twice = np.stack([X, X])[:, None]
    assert_array_equal(
        conv2d_grad_weight(np.stack([dY, dY])[:, None], twice, (1, 1, 2, 2))[0, 0], 2 * RIGHT["dF"]
    )
    assert_array_equal(conv2d_grad_bias(np.stack([dY, dY])[:, None]), [2 * RIGHT["db"]])
