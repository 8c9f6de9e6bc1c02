"""The list of triples, the equations printed from it, and the two matrices."""

import numpy as np
import pytest
from hypothesis import given
from numpy.lib.stride_tricks import sliding_window_view
from numpy.testing import assert_array_equal

import running_example as ex
from cnnbp.connections import apply, connections, count, equations, im2col, symbols, toeplitz
from cnnbp.conv import conv2d, conv2d_grad_input, conv2d_grad_weight, conv2d_loop
from running_example import convolutions, modest, table

LIST = connections((3, 3), (2, 2))
x, f, dy = symbols("x", (3, 3)), symbols("f", (2, 2)), symbols("dy", (2, 2))
y = symbols("y", (2, 2))
NAMED = [(x.flat[p], f.flat[q], y.flat[r]) for p, q, r in zip(*LIST)]


def words(text):
    """Written pairs or triples, "x11 f11, x12 f12", as a list of tuples."""
    return [tuple(part.split()) for part in text.split(",")]


# ---------------------------------------------------------- the list


def test_the_16_triples_in_order():
    assert_array_equal(np.transpose(LIST), ex.TRIPLES)


def test_the_16_triples_by_name():
    assert NAMED == words(ex.NAMED_TRIPLES)


@pytest.mark.parametrize("place, expected", [(0, ex.BY_INPUT), (1, ex.BY_FILTER), (2, ex.BY_OUTPUT)])
def test_the_list_sorted_by_each_of_its_three_cells(place, expected):
    for name, pairs in expected.items():
        assert [t[:place] + t[place + 1 :] for t in NAMED if t[place] == name] == words(pairs)


def test_how_often_each_cell_is_used():
    p, q, r = LIST
    assert_array_equal(np.bincount(p).reshape(3, 3), ex.FANOUT_X)
    assert_array_equal(np.bincount(q).reshape(2, 2), ex.FANOUT_F)
    assert_array_equal(np.bincount(r), [4, 4, 4, 4])


def test_lenet5_c1_has_122304_connections_and_156_parameters():
    assert count((1, 32, 32), (6, 1, 5, 5)) == (122304, 156)
    assert count((1, 32, 32), (6, 1, 5, 5), bias=False) == (117600, 150)


def test_count_leaves_the_padding_out_and_follows_stride_and_dilation():
    assert count((3, 3), (2, 2)) == (20, 5)
    assert count((3, 3), (3, 3), padding=1, bias=False) == (49, 9)
    assert count((5, 5), (2, 2), stride=2, dilation=2, bias=False) == (16, 4)


@modest
@given(convolutions())
def test_triples_are_sorted_by_output_then_filter_and_never_repeat(case):
    triples = list(zip(*connections(*case[:2], **case.options)))
    assert triples == sorted(set(triples), key=lambda triple: (triple[2], triple[1]))


@modest
@given(convolutions())
def test_the_three_readings_are_the_three_array_routines(case):
    X, F, dY = case.tensors()
    triples = connections(X.shape, F.shape, **case.options)
    assert_array_equal(apply(triples, X, F, "Y", dY.shape), conv2d(X, F, **case.options))
    assert_array_equal(apply(triples, X, dY, "dF", F.shape), conv2d_grad_weight(dY, X, F.shape, **case.options))
    assert_array_equal(apply(triples, dY, F, "dX", X.shape), conv2d_grad_input(dY, F, X.shape, **case.options))


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int64, complex, object])
def test_the_list_takes_numbers_of_any_kind_and_keeps_it(dtype):
    X, F = ex.X.astype(dtype) * 1_000_001, ex.F.astype(dtype)
    Y = apply(LIST, X, F, "Y", (2, 2))
    assert Y.dtype == dtype
    assert_array_equal(Y, conv2d_loop(X, F))


def test_a_dense_layer_is_the_full_list_with_no_sharing():
    p, q, r = connections((3, 1, 1), (4, 3, 1, 1))
    assert_array_equal(np.transpose([p, q, r]), [(i, o * 3 + i, o) for o in range(4) for i in range(3)])


@pytest.mark.parametrize("reading", ["X", "dY", None])
def test_an_unknown_reading_is_refused(reading):
    with pytest.raises(ValueError, match="which must be one of .*'Y', 'dF', 'dX'.* got"):
        equations(reading, (3, 3), (2, 2))
    with pytest.raises(ValueError, match="which must be one of .*'Y', 'dF', 'dX'.* got"):
        apply(LIST, ex.X, ex.F, reading, (2, 2))


@pytest.mark.parametrize("make", [connections, count, lambda X, F: equations("Y", X, F)])
def test_no_list_without_a_convolution(make):
    with pytest.raises(ValueError, match=r"\(4, 4\) does not fit .* \(3, 3\)"):
        make((3, 3), (4, 4))


# ------------------------------------------------------ the equations


@pytest.mark.parametrize(
    "which, expected", [("Y", ex.EQUATIONS_Y), ("dF", ex.EQUATIONS_dF), ("dX", ex.EQUATIONS_dX)]
)
def test_the_equations_word_by_word(which, expected):
    sums = equations(which, (3, 3), (2, 2))
    assert sums == expected
    assert list(sums) == list(expected)


def test_the_gradient_of_the_bias_is_the_sum_of_dY():
    assert " + ".join(dy.ravel()) == ex.SYMBOLIC_db


def test_equations_as_text_and_as_latex():
    sums = equations("dX", (1, 2), (1, 2), padding=(0, 1))
    assert str(sums) == repr(sums) == "dL/dx11 = dy11*f12 + dy12*f11\ndL/dx12 = dy12*f12 + dy13*f11"
    first, second = sums.latex().splitlines()[1:-1]
    assert first.startswith(r"\frac{\partial L}{\partial x_{11}} &= dy_{11} \, f_{12} + dy_{12} \, f_{11} \\")
    assert second == r"\frac{\partial L}{\partial x_{12}} &= dy_{12} \, f_{12} + dy_{13} \, f_{11}"
    assert sums._repr_latex_() == f"$${sums.latex()}$$"
    assert equations("Y", (1, 1), (1, 1)).latex() == "\\begin{aligned}\ny_{11} &= x_{11} \\, f_{11}\n\\end{aligned}"


def test_a_cell_that_no_window_reads_has_the_sum_0():
    sums = equations("dX", (1, 4), (1, 2), stride=2, dilation=1)
    assert sums["dL/dx14"] == "dy12*f12"
    sums = equations("dX", (1, 3), (1, 2), stride=2)
    assert sums["dL/dx13"] == "0"
    assert r"x_{13}} &= 0" in sums.latex()


def test_names_get_a_comma_where_a_size_passes_9():
    assert symbols("x", (1, 9))[0, 8] == "x19"
    assert list(symbols("x", (2, 10))[1, 8:]) == ["x2,9", "x2,10"]
    assert r"x_{1,10}" in equations("Y", (1, 10), (1, 2)).latex()


def test_names_follow_the_rank():
    assert list(equations("Y", (1, 2, 1), (1, 1, 2, 1))) == ["y111"]
    assert equations("Y", (1, 1, 2, 1), (1, 1, 2, 1)) == {"y1111": "x1111*f1111 + x1121*f1121"}


# ------------------------------------------------------- the matrices


def test_toeplitz_in_numbers_and_symbols():
    assert_array_equal(toeplitz(ex.F, (3, 3)), ex.TOEPLITZ)
    assert_array_equal(toeplitz(f, (3, 3)).astype(str), table(ex.SYMBOLIC_TOEPLITZ))
    assert toeplitz(ex.F, (3, 3)).reshape(2, 2, 3, 3).shape == (2, 2, 3, 3)  # dY/dX


def test_im2col_in_numbers_and_symbols():
    assert_array_equal(im2col(ex.X, (2, 2)), ex.IM2COL)
    assert_array_equal(im2col(x, (2, 2)), table(ex.SYMBOLIC_IM2COL))
    assert im2col(ex.X, (2, 2)).reshape(2, 2, 2, 2).shape == (2, 2, 2, 2)  # dY/dF


def test_toeplitz_is_the_derivative_of_every_output_for_every_input():
    by_output = [conv2d_grad_input(unit.reshape(2, 2), ex.F, (3, 3)) for unit in np.eye(4)]
    assert_array_equal(toeplitz(ex.F, (3, 3)).reshape(4, 3, 3), by_output)


def test_im2col_is_the_derivative_of_every_output_for_every_weight():
    by_output = [conv2d_grad_weight(unit.reshape(2, 2), ex.X, (2, 2)) for unit in np.eye(4)]
    assert_array_equal(im2col(ex.X, (2, 2)).reshape(4, 2, 2), by_output)


def test_the_transposed_toeplitz_matrix_takes_dY_to_dX():
    T = toeplitz(ex.F, (3, 3))
    assert_array_equal(T @ ex.X.ravel(), np.ravel(ex.Y))
    assert_array_equal((T.T @ ex.dY.ravel()).reshape(3, 3), ex.dX)


def test_the_transposed_im2col_matrix_takes_dY_to_dF():
    M = im2col(ex.X, (2, 2))
    assert_array_equal(M @ ex.F.ravel(), np.ravel(ex.Y))
    assert_array_equal((M.T @ ex.dY.ravel()).reshape(2, 2), ex.dF)


@modest
@given(convolutions())
def test_both_matrices_walk_the_same_list(case):
    X, F, dY = case.tensors()
    T, M = toeplitz(F, X.shape, **case.options), im2col(X, F.shape, **case.options)
    assert_array_equal(T @ X.ravel(), M @ F.ravel())
    assert_array_equal(T @ X.ravel(), conv2d(X, F, **case.options).ravel())
    assert_array_equal(T.T @ dY.ravel(), conv2d_grad_input(dY, F, X.shape, **case.options).ravel())
    assert_array_equal(M.T @ dY.ravel(), conv2d_grad_weight(dY, X, F.shape, **case.options).ravel())


# ------------------------------------- the full convolution, in symbols


def test_every_input_cell_sees_one_window_of_the_padded_dY():
    padded = np.pad(dy, 1, constant_values="0")
    assert_array_equal(padded, table(ex.SYMBOLIC_PADDED_dY))
    windows = table(ex.FULL_WINDOWS)
    assert_array_equal(im2col(padded, (2, 2)), windows)
    assert_array_equal(sliding_window_view(padded, (2, 2)).reshape(9, 4), windows)
    assert_array_equal(im2col(dy, (2, 2), padding=1).astype(str), windows)


def test_windows_times_the_rotated_filter_are_the_nine_equations():
    rotated = np.rot90(f, 2)
    assert_array_equal(rotated, table(ex.SYMBOLIC_ROT180_F))
    for window, (left, right) in zip(table(ex.FULL_WINDOWS), ex.EQUATIONS_dX.items(), strict=True):
        terms = [f"{g}*{w}" for g, w in zip(window, rotated.ravel()) if g != "0"]
        assert " + ".join(terms) == right, left


def test_the_padded_gradient_in_numbers():
    assert_array_equal(np.pad(ex.dY, 1), ex.PADDED_dY)
    assert_array_equal(im2col(ex.dY, (2, 2), padding=1) @ np.ravel(ex.ROT180_F), np.ravel(ex.dX))
