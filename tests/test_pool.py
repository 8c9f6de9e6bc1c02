"""Pooling: ties, overlaps, borders, remainders; what goes in comes out."""

import re
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from numpy.lib.stride_tricks import sliding_window_view
from numpy.testing import assert_allclose, assert_array_equal

import running_example as ex
from cnnbp.gradcheck import check_gradient, complex_step_gradient
from cnnbp.pool import (
    avg_pool2d,
    avg_pool2d_grad,
    avg_pool2d_grad_loop,
    avg_pool2d_loop,
    max_pool2d,
    max_pool2d_grad,
    max_pool2d_loop,
)
from running_example import Pooling, modest, poolings, whole_numbers

max_forms = pytest.mark.parametrize("forward", [max_pool2d, max_pool2d_loop], ids=["arrays", "loops"])
avg_forms = pytest.mark.parametrize(
    "forward, grad",
    [(avg_pool2d, avg_pool2d_grad), (avg_pool2d_loop, avg_pool2d_grad_loop)],
    ids=["arrays", "loops"],
)
padding_counts = pytest.mark.parametrize("count", [True, False])
# Overlap in height, gaps in width, remainders and padding on both, batch and channels.
HARD = Pooling((2, 3, 8, 9), {"kernel_size": (3, 2), "stride": (2, 3), "padding": (1, 1)})


# ----------------------------------------------------- max, by hand


@max_forms
def test_overlapping_maxima_of_the_example(forward):
    Y, indices = forward(ex.X, 2, 1)
    assert_array_equal(Y, [[5, 9], [6, 9]])
    assert_array_equal(indices, [[4, 5], [7, 5]])
    assert_array_equal(max_pool2d_grad(ex.dY, indices, (3, 3)), [[0, 0, 0], [0, 1, 3], [0, 3, 0]])


@max_forms
def test_ties_go_to_the_first_maximum_in_row_major_order(forward):
    X = np.array([[0.0, 7, 7], [7, 7, 0], [0, 0, 7]])
    Y, indices = forward(X, 3)
    assert_array_equal(indices, [[1]])
    assert_array_equal(max_pool2d_grad(np.array([[5.0]]), indices, (3, 3)), [[0, 5, 0], [0, 0, 0], [0, 0, 0]])
    assert_array_equal(forward(np.ones((4, 4)), 2)[1], [[0, 2], [8, 10]])
    assert_array_equal(forward(np.ones((4, 6)), (2, 3))[1], [[0, 3], [12, 15]])


@max_forms
def test_cells_in_the_remainder_are_never_read(forward):
    X = np.arange(15.0).reshape(3, 5)
    Y, indices = forward(X, 2)
    assert_array_equal(Y, [[6, 8]])
    assert_array_equal(indices, [[6, 8]])
    dX = max_pool2d_grad(np.array([[2.0, 3]]), indices, (3, 5))
    assert_array_equal(np.flatnonzero(dX), [6, 8])


@max_forms
def test_padding_never_wins_even_over_negative_numbers(forward):
    Y, indices = forward(-ex.X, 2, 2, 1)
    assert_array_equal(Y, [[-3, -1], [-1, -5]])
    assert_array_equal(indices, [[0, 1], [3, 4]])


@max_forms
def test_a_maximum_wins_however_near_the_second_is(forward):
    """A mask that asks whether numbers are close would send the gradient elsewhere."""
    X = np.array([[1.0, 1 + 1e-12], [1, 1 - 1e-12]])
    Y, indices = forward(X, 2)
    assert_array_equal(Y, [[1 + 1e-12]])
    assert_array_equal(indices, [[1]])


@max_forms
def test_minus_infinity_loses_to_everything_but_itself(forward):
    X = np.full((3, 3), -np.inf)
    Y, indices = forward(X, 2, 1, 1)
    assert_array_equal(Y, np.full((4, 4), -np.inf))
    assert_array_equal(indices, [[0, 0, 1, 2], [0, 0, 1, 2], [3, 3, 4, 5], [6, 6, 7, 8]])
    X[1, 1] = -1e300
    assert_array_equal(forward(X, 3)[1], [[4]])


@max_forms
def test_the_first_nan_wins(forward):
    X = np.array([[1.0, np.inf], [np.nan, np.nan]])
    Y, indices = forward(X, 2)
    assert_array_equal(Y, [[np.nan]])
    assert_array_equal(indices, [[2]])
    assert_array_equal(forward(np.array([[np.nan, np.inf, 1]]), (1, 3))[1], [[0]])


def test_large_windows_find_a_winner_beyond_255():
    X = np.zeros((20, 20))
    X[17, 13] = 1
    assert_array_equal(max_pool2d(X, 20)[1], [[17 * 20 + 13]])
    assert_array_equal(max_pool2d(X, (20, 16))[1], [[17 * 20 + 13]])


# ------------------------------------------------- average, by hand


@avg_forms
def test_overlapping_means_of_the_example(forward, grad):
    assert_array_equal(forward(ex.X, 2, 1), [[2.5, 4.75], [3.5, 6.25]])
    dX = grad(ex.dY, (3, 3), 2, 1)
    assert_array_equal(dX, [[0.25, -0.25, -0.5], [1, 1.75, 0.75], [0.75, 2, 1.25]])


@avg_forms
def test_means_over_kernels_and_strides_that_are_not_square(forward, grad):
    X = np.arange(12.0).reshape(2, 6)
    assert_array_equal(forward(X, (2, 3)), [[4, 7]])
    assert_array_equal(forward(X, (1, 2), (2, 3)), [[0.5, 3.5]])
    dX = grad(np.array([[2.0, 4]]), (2, 6), (1, 2), (2, 3))
    assert_array_equal(dX, [[1, 1, 0, 2, 2, 0], [0, 0, 0, 0, 0, 0]])


@avg_forms
def test_padded_cells_count_or_do_not(forward, grad):
    assert_array_equal(forward(ex.X, 2, 2, 1), [[0.75, 1.25], [0.75, 6.25]])
    assert_array_equal(forward(ex.X, 2, 2, 1, False), [[3, 2.5], [1.5, 6.25]])
    share = [[0.25, -0.5, -0.5], [0.75, 1.25, 1.25], [0.75, 1.25, 1.25]]
    assert_array_equal(grad(ex.dY, (3, 3), 2, 2, 1), share)
    share = [[1, -1, -1], [1.5, 1.25, 1.25], [1.5, 1.25, 1.25]]
    assert_array_equal(grad(ex.dY, (3, 3), 2, 2, 1, False), share)


@avg_forms
def test_loops_divide_integers_as_floats(forward, grad):
    assert_array_equal(forward([[1, 2], [3, 4]], 2), [[2.5]])
    assert_array_equal(grad([[1]], (2, 2), 2), np.full((2, 2), 0.25))


# ------------------------------------------------- loops and arrays


@modest
@given(poolings())
def test_max_by_loops_and_arrays_agree(case):
    X = case.tensors()[0]
    for got, expected in zip(max_pool2d(X, **case.options), max_pool2d_loop(X, **case.options)):
        assert got.shape == case.output_shape
        assert_array_equal(got, expected)


@modest
@given(poolings())
def test_the_index_points_to_the_maximum(case):
    X, dY = case.tensors()
    Y, indices = max_pool2d(X, **case.options)
    flat = X.reshape(X.shape[:-2] + (-1,))
    assert_array_equal(np.take_along_axis(flat, indices.reshape(indices.shape[:-2] + (-1,)), -1).ravel(), Y.ravel())
    expected = np.zeros(flat.shape)
    for place in np.ndindex(*indices.shape):
        expected[place[:-2] + (indices[place],)] += dY[place]
    assert_array_equal(max_pool2d_grad(dY, indices, X.shape), expected.reshape(X.shape))


@padding_counts
def test_averages_by_loops_and_arrays_agree(count):
    @modest
    @given(poolings())
    def agree(case):
        X, dY = case.tensors()
        options = case.options | {"count_include_pad": count}
        assert_allclose(avg_pool2d(X, **options), avg_pool2d_loop(X, **options), rtol=1e-14, atol=1e-14)
        dX, expected = (grad(dY, X.shape, **options) for grad in (avg_pool2d_grad, avg_pool2d_grad_loop))
        assert_allclose(dX, expected, rtol=1e-14, atol=1e-14)
        assert_allclose((dX * X).sum(), (dY * avg_pool2d(X, **options)).sum(), rtol=1e-12, atol=1e-12)

    agree()


@modest
@given(poolings())
def test_the_gradient_is_conserved(case):
    X, dY = case.tensors()
    options = case.options | {"count_include_pad": False}
    axes = (-2, -1)
    indices = max_pool2d(X, **case.options)[1]
    assert_array_equal(max_pool2d_grad(dY, indices, X.shape).sum(axes), dY.sum(axes))
    assert_allclose(avg_pool2d_grad(dY, X.shape, **options).sum(axes), dY.sum(axes), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("kernel, stride", [(2, 1), ((3, 2), (2, 3)), ((1, 4), 1)])
def test_windows_of_numpy_agree(kernel, stride):
    X = whole_numbers((2, 3, 8, 9))
    rows, columns = np.broadcast_to(stride, 2)
    windows = sliding_window_view(X, tuple(np.broadcast_to(kernel, 2)), (-2, -1))[..., ::rows, ::columns, :, :]
    assert_array_equal(max_pool2d(X, kernel, stride)[0], windows.max((-2, -1)))
    assert_allclose(avg_pool2d(X, kernel, stride), windows.mean((-2, -1)), rtol=1e-14, atol=1e-14)


def test_the_default_stride_is_the_kernel():
    X = whole_numbers((7, 8))
    assert_array_equal(max_pool2d(X, (2, 3)), max_pool2d(X, (2, 3), (2, 3)))
    assert_array_equal(avg_pool2d(X, (2, 3)), avg_pool2d(X, (2, 3), (2, 3)))
    dY = whole_numbers((3, 2))
    assert_array_equal(avg_pool2d_grad(dY, X.shape, (2, 3)), avg_pool2d_grad(dY, X.shape, (2, 3), (2, 3)))


# ----------------------------------------------- slopes and fractions


def test_max_gradient_passes_the_numerical_check():
    X = np.random.default_rng(0).permutation(np.prod(HARD.input_shape)).reshape(HARD.input_shape) / 7.0
    indices = max_pool2d(X, **HARD.options)[1]
    check_gradient(lambda X: max_pool2d(X, **HARD.options)[0], lambda dY: max_pool2d_grad(dY, indices, X.shape), X)


@padding_counts
def test_average_gradient_passes_the_numerical_check_and_a_complex_step(count):
    X, dY = HARD.tensors()
    options = HARD.options | {"count_include_pad": count}
    check_gradient(lambda X: avg_pool2d(X, **options), lambda dY: avg_pool2d_grad(dY, X.shape, **options), X)
    exact = complex_step_gradient(lambda X: avg_pool2d_loop(X, **options), X, dY)
    assert_allclose(avg_pool2d_grad(dY, X.shape, **options), exact, rtol=1e-12, atol=1e-12)


def test_average_loops_are_exact_on_fractions():
    X, dY = (np.vectorize(Fraction, otypes=[object])(A.astype(int)) for A in (ex.X, ex.dY))
    assert avg_pool2d_loop(X, 2, 1)[0, 1] == Fraction(19, 4)
    Y, dX = avg_pool2d_loop(X, 3, 1, 1, False)[:2, :2], avg_pool2d_grad_loop(dY, (3, 3), 2, 1)
    assert Y[0, 0] == Fraction(10, 4) and Y[1, 1] == Fraction(36, 9)
    assert (dX * X).sum() == (dY * avg_pool2d_loop(X, 2, 1)).sum()


# ------------------------------------------------ what the docs promise


def all_results(X, dY, options):
    """Every result of both poolings."""
    Y, indices = max_pool2d(X, **options)
    dX = max_pool2d_grad(dY, indices, X.shape)
    return [Y, dX, avg_pool2d(X, **options), avg_pool2d_grad(dY, X.shape, **options), indices]


@pytest.mark.parametrize("given_type, result_type", [(np.float32, np.float32), (np.int64, float), (np.uint8, float)])
def test_single_precision_stays_and_integers_become_float64(given_type, result_type):
    X, dY = map(np.abs, HARD.tensors())
    results = all_results(X.astype(given_type), dY.astype(given_type), HARD.options)
    assert [r.dtype for r in results[:4]] == [result_type] * 4
    assert results[4].dtype.kind == "i"
    for got, expected in zip(results, all_results(X, dY, HARD.options)):
        assert_allclose(got, expected, rtol=1e-6)


@pytest.mark.parametrize("case", [HARD, Pooling((4, 4), {"kernel_size": 1, "stride": 1, "padding": 0})])
def test_inputs_are_read_only_of_any_layout_and_never_shared(case):
    tensors = case.tensors()
    expected = all_results(*tensors, case.options)
    strange = [np.asfortranarray(A)[..., ::-1].copy(order="K")[..., ::-1] for A in tensors]
    for X, dY in (tensors, strange):
        X.setflags(write=False)
        dY.setflags(write=False)
        for got, exact in zip(all_results(X, dY, case.options), expected):
            assert_array_equal(got, exact)
            assert not np.shares_memory(got, X) and not np.shares_memory(got, dY)
            assert got.flags.writeable


@pytest.mark.parametrize("kind", [np.int8, np.uint64])
def test_indices_may_be_integers_of_any_width(kind):
    dX = max_pool2d_grad(ex.dY, np.array([[4, 5], [7, 5]], kind), (3, 3))
    assert_array_equal(dX, [[0, 0, 0], [0, 1, 3], [0, 3, 0]])


def test_images_and_channels_do_not_mix():
    X, dY = HARD.tensors()
    for n, c in np.ndindex(2, 3):
        apart = all_results(X[n, c], dY[n, c], HARD.options)
        for got, expected in zip(all_results(X, dY, HARD.options), apart):
            assert_array_equal(got[n, c], expected)


@pytest.mark.parametrize("shape", [(0, 3, 8, 9), (2, 0, 8, 9)])
def test_an_empty_batch_gives_an_empty_result(shape):
    X, dY = np.zeros(shape), np.zeros(shape[:2] + (4, 4))
    assert [r.shape for r in all_results(X, dY, HARD.options)] == [dY.shape, shape, dY.shape, shape, dY.shape]


@pytest.mark.parametrize("strange", [np.nan, np.inf, -np.inf])
def test_nan_and_infinity_stay_in_their_window(strange):
    X = np.ones((2, 4))
    X[0, 0] = strange
    assert_array_equal(avg_pool2d(X, 2), [[strange, 1]])
    assert_array_equal(max_pool2d(X, 2)[0], [[np.max(X[:, :2]), 1]])
    assert_array_equal(avg_pool2d_grad(np.array([[strange, 1]]), (2, 4), 2)[:, 2:], np.full((2, 2), 0.25))


# ----------------------------------------------------------- bad input

ROUTINES = [
    max_pool2d,
    max_pool2d_loop,
    avg_pool2d,
    avg_pool2d_loop,
    lambda X, *options: avg_pool2d_grad(np.zeros((2, 2)), X.shape, *options),
    lambda X, *options: avg_pool2d_grad_loop(np.zeros((2, 2)), X.shape, *options),
]


@pytest.mark.parametrize("routine", ROUTINES)
@pytest.mark.parametrize(
    "shape, options, message",
    [
        ((4, 4), (5,), r"window \(5, 5\) does not fit .*image \(4, 4\).*rule: D\*\(K-1\)\+1 <= H\+2P"),
        ((4, 4), ((2, 7), 1, (0, 1)), r"window \(2, 7\) does not fit .*image \(4, 6\)"),
        ((4, 4), (2, 1, 2), r"padding \(2, 2\) is too large for kernel \(2, 2\); rule: 2P <= K"),
        ((4, 4), ((4, 2), 1, (2, 2)), r"padding \(2, 2\) is too large for kernel \(4, 2\)"),
        ((4, 4), (0,), "kernel_size must be .* >= 1, got 0"),
        ((4, 4), (2, 0), "stride must be .* >= 1, got 0"),
        ((4, 4), (2, 1, -1), "padding must be .* >= 0, got -1"),
        ((4,), (2,), r"input has shape \(4,\); rule: \(H, W\)"),
        ((1, 1, 1, 4, 4), (2,), r"input has shape \(1, 1, 1, 4, 4\); rule: \(H, W\)"),
        ((0, 4), (2, 1, 1), r"input has shape \(0, 4\); rule: .*H and W >= 1"),
    ],
)
def test_impossible_windows_are_refused(routine, shape, options, message):
    with pytest.raises(ValueError, match=message):
        routine(np.zeros(shape), *options)


@pytest.mark.parametrize("routine", ROUTINES)
def test_options_that_are_no_ints_are_refused(routine):
    for options in [(2.0,), (None,), (2, "1"), (2, 1, 0.5)]:
        with pytest.raises(TypeError, match="must be an int or a pair of ints"):
            routine(np.zeros((4, 4)), *options)


@pytest.mark.parametrize("wrong", [complex, object, str])
def test_numbers_that_are_not_real_are_refused(wrong):
    A, places = ex.dY.astype(wrong), np.zeros((2, 2), int)
    for routine in (max_pool2d, avg_pool2d):
        with pytest.raises(TypeError, match="X must hold real numbers, got dtype"):
            routine(A, 2)
    with pytest.raises(TypeError, match="dY must hold real numbers, got dtype"):
        max_pool2d_grad(A, places, (3, 3))
    with pytest.raises(TypeError, match="dY must hold real numbers, got dtype"):
        avg_pool2d_grad(A, (3, 3), 2, 1)


@pytest.mark.parametrize("grad", [avg_pool2d_grad, avg_pool2d_grad_loop])
@pytest.mark.parametrize("shape", [(3, 3), (1, 2, 2), (4,)])
def test_a_gradient_of_another_shape_than_Y_is_refused(grad, shape):
    rule = f"dY has shape {shape}, expected (2, 2); rule: dY has the shape of the output Y"
    with pytest.raises(ValueError, match=re.escape(rule)):
        grad(np.zeros(shape), (3, 3), 2, 1)


@pytest.mark.parametrize(
    "dY, input_shape",
    [((2,), (3, 3)), ((2, 2), (9,)), ((2, 2), (1, 3, 3)), ((1, 2, 2), (2, 3, 3)), ((1, 1, 1, 2, 2), (1, 1, 1, 3, 3))],
)
def test_a_gradient_of_other_images_is_refused(dY, input_shape):
    rule = f"dY {dY} and input {input_shape} do not fit; rule: (..., OH, OW) with (..., H, W)"
    with pytest.raises(ValueError, match=re.escape(rule)):
        max_pool2d_grad(np.zeros(dY), np.zeros(dY, int), input_shape)


def test_indices_that_point_nowhere_are_refused():
    with pytest.raises(ValueError, match=r"indices has shape \(2, 3\), expected \(2, 2\); rule: one index"):
        max_pool2d_grad(ex.dY, np.zeros((2, 3), int), (3, 3))
    for wrong in (-1, 9):
        with pytest.raises(ValueError, match=r"indices must lie in 0\.\.8 for an image of \(3, 3\)"):
            max_pool2d_grad(ex.dY, np.full((2, 2), wrong), (3, 3))
    with pytest.raises(TypeError, match="indices must be integers, got dtype float64"):
        max_pool2d_grad(ex.dY, np.zeros((2, 2)), (3, 3))
