"""Convolution: the running example, loops against arrays, judges from outside, bad input."""

import re
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from numpy.testing import assert_allclose, assert_array_equal
from scipy.signal import convolve2d, correlate2d

import running_example as ex
from cnnbp.conv import (
    conv2d,
    conv2d_grad_bias,
    conv2d_grad_input,
    conv2d_grad_input_loop,
    conv2d_grad_weight,
    conv2d_grad_weight_loop,
    conv2d_loop,
)
from cnnbp.dense import softmax, softmax_cross_entropy
from cnnbp.gradcheck import check_gradient, complex_step_gradient
from running_example import Convolution, convolutions, modest, whole_numbers

both_forms = pytest.mark.parametrize(
    "forward, grad_input, grad_weight",
    [
        (conv2d, conv2d_grad_input, conv2d_grad_weight),
        (conv2d_loop, conv2d_grad_input_loop, conv2d_grad_weight_loop),
    ],
    ids=["arrays", "loops"],
)
# Channels, batch, non-square, and another stride, padding and dilation on each axis.
HARD = Convolution((2, 3, 7, 6), (4, 3, 2, 3), {"stride": (3, 2), "padding": (1, 2), "dilation": (2, 1)})
hard_ones = pytest.mark.parametrize(
    "case",
    [
        Convolution((3, 3), (2, 2), {}),
        Convolution((2, 5, 4), (3, 2, 3, 2), {"stride": (2, 1)}),
        Convolution((5, 6), (2, 4), {"stride": (1, 3), "padding": (0, 1)}),
        HARD,
    ],
    ids=["book", "channels", "plain", "everything"],
)


# ----------------------------------------------- the running example


@both_forms
def test_the_running_example_by_hand(forward, grad_input, grad_weight):
    assert_array_equal(forward(ex.X, ex.F), ex.Y)
    assert_array_equal(grad_weight(ex.dY, ex.X, (2, 2)), ex.dF)
    assert_array_equal(grad_input(ex.dY, ex.F, (3, 3)), ex.dX)


def test_the_bias_of_the_running_example():
    assert_array_equal(conv2d(ex.X, ex.F, ex.b), ex.Y_WITH_BIAS)
    assert_array_equal(conv2d_grad_bias(ex.dY), ex.db)


@both_forms
def test_the_example_with_channels_and_batch_in_front(forward, grad_input, grad_weight):
    X, F, dY = ex.X[None, None], ex.F[None, None], ex.dY[None, None]
    for lead in (0, slice(None)):
        x, dy = X[lead], dY[lead]
        assert_array_equal(forward(x, F), np.reshape(ex.Y, dy.shape))
        assert_array_equal(grad_weight(dy, x, F.shape), np.reshape(ex.dF, F.shape))
        assert_array_equal(grad_input(dy, F, x.shape), np.reshape(ex.dX, x.shape))
        assert_array_equal(conv2d_grad_bias(dy), [ex.db])


@both_forms
def test_each_output_adds_its_share_to_both_gradients(forward, grad_input, grad_weight):
    alone = [np.where(np.arange(4).reshape(2, 2) == r, ex.dY, 0) for r in range(4)]
    assert_array_equal([grad_weight(part, ex.X, (2, 2)) for part in alone], ex.dF_BY_OUTPUT)
    assert_array_equal([grad_input(part, ex.F, (3, 3)) for part in alone], ex.dX_BY_OUTPUT)
    assert_array_equal(np.sum(ex.dF_BY_OUTPUT, axis=0), ex.dF)
    assert_array_equal(np.sum(ex.dX_BY_OUTPUT, axis=0), ex.dX)


@both_forms
def test_the_invariants_of_the_example(forward, grad_input, grad_weight):
    Y, dF = forward(ex.X, ex.F), grad_weight(ex.dY, ex.X, (2, 2))
    dX = grad_input(ex.dY, ex.F, (3, 3))
    assert_array_equal([(dF * ex.F).sum(), (ex.dY * Y).sum(), (dX * ex.X).sum()], [ex.TRILINEAR_SUM] * 3)
    assert_array_equal([dX.sum(), ex.dY.sum() * ex.F.sum()], [ex.SUM_dX] * 2)
    assert_array_equal(grad_input(np.ones((2, 2)), np.ones((2, 2)), (3, 3)), ex.FANOUT_X)
    assert_array_equal(grad_weight(np.ones((2, 2)), np.ones((3, 3)), (2, 2)), ex.FANOUT_F)


@both_forms
def test_dX_is_the_full_convolution_with_the_rotated_filter(forward, grad_input, grad_weight):
    assert_array_equal(np.rot90(ex.F, 2), ex.ROT180_F)
    assert_array_equal(forward(ex.dY, np.rot90(ex.F, 2), padding=1), ex.dX)
    assert_array_equal(forward(np.array(ex.PADDED_dY), ex.ROT180_F), ex.dX)


@both_forms
def test_dF_slides_dY_over_X(forward, grad_input, grad_weight):
    assert_array_equal(forward(ex.X, ex.dY), ex.dF)


def test_from_scores_to_one_step_of_descent():
    X, F = ex.X / 10, ex.F / 10
    Y = conv2d(X, F)
    L, dZ = softmax_cross_entropy(Y.ravel(), ex.LABEL)
    dY = dZ.reshape(Y.shape)
    dF = conv2d_grad_weight(dY, X, F.shape)
    after, uphill = F - ex.ETA * dF, F + ex.ETA * dF
    p = softmax(Y.ravel())
    for got, expected in [
        (Y.ravel(), ex.SCORES),
        (p, ex.PROBABILITIES),
        (-np.eye(4)[ex.LABEL] / p, ex.dL_dp),
        (L, ex.LOSS),
        (dY, ex.STEP_dY),
        (dF, ex.STEP_dF),
        (conv2d_grad_input(dY, F, X.shape), ex.STEP_dX),
        (after, ex.F_AFTER),
        (softmax_cross_entropy(conv2d(X, after).ravel(), ex.LABEL)[0], ex.LOSS_AFTER),
        (softmax_cross_entropy(conv2d(X, uphill).ravel(), ex.LABEL)[0], ex.LOSS_UPHILL),
    ]:
        assert_allclose(got, expected, rtol=1e-15, atol=1e-15)


# ------------------------------------------------ loops, arrays, SciPy


@modest
@given(convolutions())
def test_loops_and_arrays_agree_to_the_last_digit(case):
    X, F, dY = case.tensors()
    Y = conv2d_loop(X, F, **case.options)
    assert Y.shape == dY.shape
    assert_array_equal(conv2d(X, F, **case.options), Y)
    assert_array_equal(
        conv2d_grad_input(dY, F, X.shape, **case.options), conv2d_grad_input_loop(dY, F, X.shape, **case.options)
    )
    assert_array_equal(
        conv2d_grad_weight(dY, X, F.shape, **case.options), conv2d_grad_weight_loop(dY, X, F.shape, **case.options)
    )


@modest
@given(convolutions())
def test_the_three_readings_are_adjoint(case):
    X, F, dY = case.tensors()
    forward = (dY * conv2d(X, F, **case.options)).sum()
    assert_array_equal((conv2d_grad_input(dY, F, X.shape, **case.options) * X).sum(), forward)
    assert_array_equal((conv2d_grad_weight(dY, X, F.shape, **case.options) * F).sum(), forward)


@modest
@given(convolutions())
def test_the_bias_is_added_to_every_position_of_its_channel(case):
    X, F, dY = case.tensors()
    bias = whole_numbers(F.shape[:1], 3) if X.ndim > 2 else 4.0
    ones = np.ones(dY.shape)
    added = ones * np.reshape(bias, (-1, 1, 1) if X.ndim > 2 else ())
    assert_array_equal(conv2d(X, F, bias, **case.options), conv2d(X, F, **case.options) + added)
    assert_array_equal(np.sum(bias * conv2d_grad_bias(dY)), (dY * added).sum())
    assert np.shape(conv2d_grad_bias(dY)) == np.shape(bias)


@modest
@given(convolutions(ranks=[2]))
def test_scipy_agrees_at_stride_1(case):
    X, F = case.tensors()[:2]
    if F.shape[0] > X.shape[0] or F.shape[1] > X.shape[1]:
        return
    Y = conv2d(X, F)
    dY = whole_numbers(Y.shape, 2)
    assert_array_equal(Y, correlate2d(X, F, mode="valid"))
    assert_array_equal(Y, convolve2d(X, np.rot90(F, 2), mode="valid"))
    assert_array_equal(conv2d_grad_weight(dY, X, F.shape), correlate2d(X, dY, mode="valid"))
    assert_array_equal(conv2d_grad_input(dY, F, X.shape), convolve2d(dY, F, mode="full"))
    assert_array_equal(conv2d_grad_input(dY, F, X.shape), correlate2d(dY, np.rot90(F, 2), mode="full"))


@modest
@given(convolutions(ranks=[2]))
def test_stride_skips_outputs_and_dilation_is_a_filter_with_holes(case):
    X, F = case.tensors()[:2]
    stride, padding, dilation = (np.broadcast_to(v, 2) for v in case.options.values())
    holes = np.zeros((np.array(F.shape) - 1) * dilation + 1)
    holes[:: dilation[0], :: dilation[1]] = F
    dense = correlate2d(np.pad(X, [(p, p) for p in padding]), holes, mode="full")
    valid = dense[holes.shape[0] - 1 :, holes.shape[1] - 1 :]
    OH, OW = case.output_shape
    assert_array_equal(conv2d(X, F, **case.options), valid[:: stride[0], :: stride[1]][:OH, :OW])


@hard_ones
@pytest.mark.parametrize("dtype, digits", [(np.float64, 1e-12), (np.float32, 1e-5)])
def test_rounding_stays_small(case, dtype, digits):
    """Numbers with many digits, against the loops in double precision."""
    rng = np.random.default_rng(3)
    X, F, dY = (rng.normal(size=A.shape).astype(dtype) for A in case.tensors())
    exact = [A.astype(float) for A in (X, F, dY)]
    for got, right in [
        (conv2d(X, F, **case.options), conv2d_loop(*exact[:2], **case.options)),
        (conv2d_grad_input(dY, F, X.shape, **case.options),
         conv2d_grad_input_loop(exact[2], exact[1], X.shape, **case.options)),
        (conv2d_grad_weight(dY, X, F.shape, **case.options),
         conv2d_grad_weight_loop(exact[2], exact[0], F.shape, **case.options)),
    ]:  # fmt: skip
        assert got.dtype == dtype
        assert_allclose(got, right, rtol=0, atol=digits * np.abs(right).max())


# -------------------------------------- exact fractions, numerical slopes


@hard_ones
def test_loops_are_exact_on_fractions_and_arrays_follow_to_rounding(case):
    thirds = [np.vectorize(lambda v: Fraction(int(v), 3), otypes=[object])(A) for A in case.tensors()]
    X, F, dY = thirds
    Y = conv2d_loop(X, F, **case.options)
    dX = conv2d_grad_input_loop(dY, F, X.shape, **case.options)
    dF = conv2d_grad_weight_loop(dY, X, F.shape, **case.options)
    assert (dY * Y).sum() == (dX * X).sum() == (dF * F).sum()
    x, f, dy = (A.astype(float) for A in thirds)
    for exact, array in [
        (Y, conv2d(x, f, **case.options)),
        (dX, conv2d_grad_input(dy, f, x.shape, **case.options)),
        (dF, conv2d_grad_weight(dy, x, f.shape, **case.options)),
    ]:
        assert_allclose(array, exact.astype(float), rtol=0, atol=1e-13)


def test_fractions_of_the_example():
    X, F = (np.vectorize(lambda v: Fraction(int(v), 10), otypes=[object])(A) for A in (ex.X, ex.F))
    assert conv2d_loop(X, F).tolist() == [[Fraction(y, 100) for y in row] for row in ex.Y]


@hard_ones
def test_a_complex_step_agrees_to_12_digits(case):
    rng = np.random.default_rng(0)
    X, F, dY = (rng.normal(size=A.shape) for A in case.tensors())
    dX = complex_step_gradient(lambda X: conv2d_loop(X, F, **case.options), X, dY)
    dF = complex_step_gradient(lambda F: conv2d_loop(X, F, **case.options), F, dY)
    assert_allclose(conv2d_grad_input(dY, F, X.shape, **case.options), dX, rtol=1e-12, atol=1e-12)
    assert_allclose(conv2d_grad_weight(dY, X, F.shape, **case.options), dF, rtol=1e-12, atol=1e-12)


@hard_ones
def test_gradients_pass_the_numerical_check(case):
    X, F, dY = case.tensors()
    check_gradient(
        lambda X: conv2d(X, F, **case.options), lambda dY: conv2d_grad_input(dY, F, X.shape, **case.options), X
    )
    check_gradient(
        lambda F: conv2d(X, F, **case.options), lambda dY: conv2d_grad_weight(dY, X, F.shape, **case.options), F
    )
    bias = np.zeros(F.shape[0] if X.ndim > 2 else ())
    check_gradient(lambda b: conv2d(X, F, b, **case.options), conv2d_grad_bias, bias)


# ------------------------------------------------- what the docs promise


def test_cells_in_the_remainder_of_a_stride_get_gradient_0():
    dX = conv2d_grad_input(np.ones((1, 2)), np.ones((2, 2)), (3, 5), stride=2)
    assert_array_equal(dX, [[1, 1, 1, 1, 0], [1, 1, 1, 1, 0], [0, 0, 0, 0, 0]])


def test_one_gradient_fits_images_of_several_sizes():
    for shape in [(4, 4), (4, 5), (5, 5)]:
        assert conv2d_grad_input(ex.dY, ex.F, shape, stride=2).shape == shape


def test_images_of_a_batch_share_the_filter_and_their_gradients_add():
    X, F, dY = HARD.tensors()
    apart = [conv2d_grad_weight(dy, x, F.shape, **HARD.options) for x, dy in zip(X, dY)]
    assert_array_equal(conv2d_grad_weight(dY, X, F.shape, **HARD.options), sum(apart))
    assert_array_equal(conv2d(X, F, **HARD.options), [conv2d(x, F, **HARD.options) for x in X])
    assert_array_equal(conv2d_grad_bias(dY), sum(conv2d_grad_bias(dy) for dy in dY))


def all_results(X, F, dY, options):
    """Y, dX, dF and db of one convolution."""
    bias = np.ones(F.shape[0] if X.ndim > 2 else (), X.dtype)
    return [
        conv2d(X, F, bias, **options),
        conv2d_grad_input(dY, F, X.shape, **options),
        conv2d_grad_weight(dY, X, F.shape, **options),
        conv2d_grad_bias(dY),
    ]


@hard_ones
def test_single_precision_stays_and_integers_become_float64(case):
    expected = all_results(*case.tensors(), case.options)
    for given_type, result_type in [(np.float32, np.float32), (np.int64, np.float64), (np.int8, np.float64)]:
        results = all_results(*(A.astype(given_type) for A in case.tensors()), case.options)
        assert [r.dtype for r in results] == [result_type] * 4
        for got, exact in zip(results, expected):
            assert_array_equal(got, exact)


def test_a_double_bias_does_not_widen_a_single_result():
    X, F = ex.X.astype(np.float32), ex.F.astype(np.float32)
    assert conv2d(X, F, np.float64(10)).dtype == np.float32


@hard_ones
def test_inputs_are_read_only_of_any_layout_and_never_shared(case):
    """Read-only, reversed and transposed inputs give the same; results are fresh memory."""
    tensors = case.tensors()
    expected = all_results(*tensors, case.options)
    strange = [np.asfortranarray(A)[..., ::-1].copy(order="K")[..., ::-1] for A in tensors]
    for inputs in (tensors, strange):
        for A in inputs:
            A.setflags(write=False)
        for got, exact in zip(all_results(*inputs, case.options), expected):
            assert_array_equal(got, exact)
            assert not any(np.shares_memory(got, A) for A in inputs)


def test_a_1_by_1_filter_gives_a_result_of_its_own():
    X, F = ex.X.copy(), np.ones((1, 1))
    for result in (conv2d(X, F), conv2d_grad_input(X, F, (3, 3)), conv2d_grad_weight(X, X, (1, 1))):
        result += 1
    assert_array_equal(X, ex.X)
    assert_array_equal(F, [[1]])


def test_an_empty_batch_gives_an_empty_result():
    X, F, dY = np.zeros((0, 3, 7, 6)), np.ones((4, 3, 2, 3)), np.zeros((0, 4, 3, 4))
    Y, dX, dF, db = all_results(X, F, dY, HARD.options)
    assert (Y.shape, dX.shape) == (dY.shape, X.shape)
    assert_array_equal(dF, np.zeros(F.shape))
    assert_array_equal(db, np.zeros(4))


@pytest.mark.parametrize("strange", [np.nan, np.inf, -np.inf])
def test_nan_and_infinity_pass_to_the_cells_they_touch(strange):
    X = ex.X.copy()
    X[0, 0] = strange
    dY = ex.dY.copy()
    dY[0, 0] = strange
    with np.errstate(invalid="ignore"):  # BLAS may say "invalid" of the lanes it fills up
        Y, dF = conv2d(X, ex.F), conv2d_grad_weight(ex.dY, X, (2, 2))
        dX = conv2d_grad_input(dY, ex.F, (3, 3))
    assert_array_equal(Y, [[strange, 107], [87, 119]])
    assert_array_equal(dF, [[strange, 53], [27, 30]])
    touched = np.pad(np.ones((2, 2), bool), [(0, 1), (0, 1)])
    assert_array_equal(dX, np.where(touched, strange, ex.dX))
    assert_array_equal(conv2d_grad_bias(dY), strange)


# ----------------------------------------------------------- bad input

IMAGE, BANK, GRADIENT = np.zeros((2, 3, 5, 5)), np.zeros((4, 3, 2, 2)), np.zeros((2, 4, 4, 4))
TRIO = [
    lambda X, F, dY, **o: conv2d(X, F, **o),
    lambda X, F, dY, **o: conv2d_loop(X, F, **o),
    lambda X, F, dY, **o: conv2d_grad_input(dY, F, X.shape, **o),
    lambda X, F, dY, **o: conv2d_grad_input_loop(dY, F, X.shape, **o),
    lambda X, F, dY, **o: conv2d_grad_weight(dY, X, F.shape, **o),
    lambda X, F, dY, **o: conv2d_grad_weight_loop(dY, X, F.shape, **o),
]


@pytest.mark.parametrize("routine", TRIO)
@pytest.mark.parametrize(
    "X, F, options, message",
    [
        (IMAGE, np.zeros((4, 2, 2, 2)), {}, r"input \(2, 3, 5, 5\) has 3 channels, filter \(4, 2, 2, 2\) .*rule"),
        (IMAGE, BANK[0], {}, r"input \(2, 3, 5, 5\) and filter \(3, 2, 2\) .*rule"),
        (IMAGE[0, 0], BANK, {}, r"input \(5, 5\) and filter \(4, 3, 2, 2\) .*rule"),
        (IMAGE[0, 0, 0], BANK[0, 0], {}, r"input \(5,\) and filter \(2, 2\) .*rule"),
        (IMAGE, np.zeros((4, 3, 6, 2)), {}, r"window \(6, 2\) .*image \(5, 5\).*rule: D\*\(K-1\)\+1 <= H\+2P"),
        (IMAGE, BANK, {"dilation": 5}, r"window \(6, 6\) does not fit .*image \(5, 5\).*rule"),
        (IMAGE, BANK, {"stride": 0}, "stride must be .* >= 1, got 0"),
        (IMAGE, BANK, {"padding": (0, -1)}, r"padding must be .* >= 0, got \(0, -1\)"),
        (IMAGE, np.zeros((4, 3, 0, 2)), {}, r"kernel_size must be .* >= 1, got \(0, 2\)"),
    ],
)
def test_shapes_that_do_not_fit_are_refused_with_both_shapes_and_the_rule(routine, X, F, options, message):
    with pytest.raises(ValueError, match=message):
        routine(X, F, GRADIENT, **options)


@pytest.mark.parametrize("routine", TRIO)
@pytest.mark.parametrize("options", [{"stride": 1.5}, {"padding": "same"}, {"dilation": None}, {"stride": True}])
def test_options_that_are_no_ints_are_refused(routine, options):
    with pytest.raises(TypeError, match=f"{next(iter(options))} must be an int or a pair of ints"):
        routine(IMAGE, BANK, GRADIENT, **options)


@pytest.mark.parametrize("routine", TRIO[2:])
@pytest.mark.parametrize("shape", [(2, 4, 4, 3), (1, 4, 4, 4), (4, 4, 4), (2, 3, 4, 4)])
def test_a_gradient_of_another_shape_than_Y_is_refused(routine, shape):
    rule = f"dY has shape {shape}, expected (2, 4, 4, 4); rule: dY has the shape of the output Y"
    with pytest.raises(ValueError, match=re.escape(rule)):
        routine(IMAGE, BANK, np.zeros(shape))


@pytest.mark.parametrize("wrong", [complex, object, str])
@pytest.mark.parametrize(
    "routine, names",
    [
        (conv2d, "X F b"),
        (lambda dY, F: conv2d_grad_input(dY, F, (3, 3)), "dY F"),
        (lambda dY, X: conv2d_grad_weight(dY, X, (2, 2)), "dY X"),
        (conv2d_grad_bias, "dY"),
    ],
    ids=["forward", "input", "weight", "bias"],
)
def test_numbers_that_are_not_real_are_refused(routine, names, wrong):
    tensors = {name: np.array(getattr(ex, name)) for name in names.split()}
    for name, A in tensors.items():
        with pytest.raises(TypeError, match=f"{name} must hold real numbers, got dtype"):
            routine(**tensors | {name: A.astype(wrong)})


@pytest.mark.parametrize("bias", [np.zeros(3), np.zeros((4, 1)), np.float64(0)])
def test_a_bias_has_one_number_for_each_output_channel(bias):
    with pytest.raises(ValueError, match=r"b has shape .*, expected \(4,\); rule: one bias for each output channel"):
        conv2d(IMAGE, BANK, bias)


def test_the_bias_of_a_plain_image_is_one_number():
    assert_array_equal(conv2d(ex.X, ex.F, np.array([10])), ex.Y_WITH_BIAS)
    with pytest.raises(ValueError, match=r"b has shape \(2,\), expected \(1,\)"):
        conv2d(ex.X, ex.F, np.zeros(2))


@pytest.mark.parametrize("shape", [(), (4,), (1, 2, 3, 4, 5)])
def test_the_bias_gradient_needs_an_output(shape):
    with pytest.raises(ValueError, match=r"dY has shape .*; rule: \(OH, OW\), \(O, OH, OW\) or \(N, O, OH, OW\)"):
        conv2d_grad_bias(np.zeros(shape))


@pytest.mark.parametrize("shape", [9, None, (3.0, 3)])
def test_a_shape_is_a_tuple_of_ints(shape):
    with pytest.raises(TypeError, match="input_shape must be a tuple of ints"):
        conv2d_grad_input(ex.dY, ex.F, shape)
    with pytest.raises(TypeError, match="weight_shape must be a tuple of ints"):
        conv2d_grad_weight(ex.dY, ex.X, shape)
