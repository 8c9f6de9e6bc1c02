"""Row lowering: the running example's strips, views without copies, which filter rows meet which image row."""

import numpy as np
import pytest
from hypothesis import given
from numpy.testing import assert_array_equal

import running_example as ex
from cnnbp import lowering
from cnnbp.lowering import (
    batch_last, between, channels_last, flat_rows, from_rows, multiply, multiply_and_add, near, row_windows, strips,
    upside_down, windows,
)  # fmt: skip
from cnnbp.shapes import conv_geometry
from running_example import convolutions, modest

X = ex.X.reshape(1, 1, 3, 3)
GEOMETRY = conv_geometry((3, 3), (2, 2))


def test_the_strips_of_the_example():
    """Each row with its copy shifted by one; the first output row needs the first two."""
    lowered = strips(X, slice(0, 2), GEOMETRY)
    assert_array_equal(lowered, [[[3, 1], [1, 4]], [[1, 5], [5, 9]], [[2, 6], [6, 5]]])
    both = windows(lowered, range(2), 2)
    assert_array_equal(both[0], [[3, 1], [1, 4], [1, 5], [5, 9]])
    assert_array_equal(ex.F.reshape(1, 4) @ both, [[row] for row in ex.Y])
    assert_array_equal(strips(X, slice(1, 2), GEOMETRY), lowered[1:])


def test_the_filter_of_the_example_upside_down():
    matrix, first, count, step = upside_down(ex.F.reshape(1, 1, 2, 2), 0, GEOMETRY)
    assert_array_equal(matrix, [[1, 2], [8, 7]])
    assert (first, count, step) == (-1, 2, 1)


def test_windows_are_views_unless_they_are_dilated():
    lowered = strips(X, slice(0, 2), GEOMETRY)
    assert np.shares_memory(windows(lowered, range(1, 2), 2), lowered)
    dilated = windows(lowered, range(1), 2, step=2)
    assert_array_equal(dilated, [np.concatenate([lowered[0], lowered[2]])])
    assert not np.shares_memory(dilated, lowered)


def test_windows_that_reach_too_far_are_refused():
    """They would read what lies behind the array in memory."""
    with pytest.raises((ValueError, TypeError)):
        windows(strips(X, slice(0, 2), GEOMETRY), range(3), 2)


def test_windows_of_nothing():
    assert windows(np.zeros((3, 2, 0)), range(2), 2).shape == (2, 4, 0)
    assert windows(np.zeros((3, 2, 5)), range(7, 9), 0).shape == (2, 0, 5)


@pytest.fixture
def small(monkeypatch):
    """Products of 5 lines of 4 numbers are small up to 200 columns."""
    monkeypatch.setattr(lowering, "SMALL", 5 * 4 * 200)
    lowering._part.cache_clear()
    yield
    lowering._part.cache_clear()


@pytest.mark.parametrize("width, gap, part", [
    (896, 0, 128), (640, 0, 160), (448, 0, 64), (64, 0, 64), (512, 0, 512), (512, 8, 128), (288, 0, 96), (97, 0, 97), (0, 0, 0),
])  # fmt: skip
def test_a_product_in_parts_is_the_product(small, width, gap, part):
    """The widest multiple of 32 that divides the width and makes a small product; else all, and for whole pages."""
    rng = np.random.default_rng(0)
    A, stack, out = rng.normal(size=(5, 4)), rng.normal(size=(3, 4, width + gap))[..., :width], np.empty((6, 5, width))
    assert lowering._part(width, stack.strides[1], A.size, 32) == part
    multiply(A, stack, out[::2])
    np.testing.assert_allclose(out[::2], A @ stack, rtol=1e-13)


@pytest.mark.parametrize("few", [1 << 20, 5 * 6 * 8 * 9, 1])
@pytest.mark.parametrize("width", [640, 97, 0])
def test_a_sum_of_products_of_parts_is_the_product(small, monkeypatch, width, few):
    """In five parts of 128, in one, in none; all rows at a time, one row at a time, too many parts."""
    monkeypatch.setattr(lowering, "FEW", few)
    rng = np.random.default_rng(0)
    A, B = rng.normal(size=(3, 4, width)), rng.normal(size=(3, width, 6))
    np.testing.assert_allclose(multiply_and_add(A, B), (A @ B).sum(0), rtol=1e-12, atol=1e-12)


def test_only_a_few_products_are_in_memory_at_a_time(small, monkeypatch):
    """Five parts of 128 columns, 4 by 6 numbers each: two rows at a time, one, and one without parts."""
    made = []

    def noted(shape, dtype):
        made.append(shape)
        return np.empty(shape, dtype)

    for few in (2 * 5 * 4 * 6 * 8, 5 * 4 * 6 * 8, 5 * 4 * 6 * 8 - 1):
        monkeypatch.setattr(lowering, "FEW", few)
        multiply_and_add(np.ones((3, 4, 640)), np.ones((3, 640, 6)), noted)
    assert made == [(2, 5, 4, 6), (1, 5, 4, 6), (3, 1, 4, 6)]


@pytest.mark.parametrize("dtype, width, pitch", [
    (np.float32, 16 * 32, 16 * 33), (np.float32, 16 * 33, 16 * 33), (np.float32, 16 * 31 + 1, 16 * 33),
    (np.float64, 8 * 32, 8 * 33), (np.float32, 16 * 14, 16 * 14), (np.float32, 3, 3), (np.float16, 1024, 33 * 32),
])  # fmt: skip
def test_wide_rows_lie_an_odd_number_of_lines_apart(dtype, width, pitch):
    g = conv_geometry((1, 1, 3, width + 1), (1, 1, 2, 2))
    image = np.arange(3.0 * (width + 1)).reshape(1, 1, 3, width + 1).astype(dtype)
    lowered = strips(image, slice(0, 2), g)
    assert lowered.strides[1] == pitch * lowered.itemsize
    shifted = np.stack([image[0, 0, :, :-1], image[0, 0, :, 1:]], axis=1)
    assert_array_equal(lowered, shifted)
    assert_array_equal(row_windows(image, slice(0, 2), g), [shifted[:2].reshape(4, width), shifted[1:].reshape(4, width)])


def test_rows_that_need_no_shift_are_their_own_strips():
    """A kernel one column wide, without stride and padding of the columns: no copy, if the batch comes last."""
    images = batch_last(np.arange(2.0 * 3 * 5 * 4).reshape(2, 3, 5, 4))
    for shape, options, shared in [
        ((2, 3, 1, 1), {}, True), ((2, 3, 2, 1), {"stride": (2, 1)}, True), ((2, 3, 2, 1), {"padding": (1, 0)}, False),
        ((2, 3, 1, 1), {"stride": (1, 2)}, False), ((2, 3, 1, 1), {"padding": (0, 1)}, False), ((2, 3, 1, 2), {}, False),
    ]:  # fmt: skip
        g = conv_geometry(images.shape, shape, **options)
        assert np.shares_memory(strips(images, slice(0, g.OH), g), images) == shared


def test_windows_of_dilated_rows_are_copied_where_they_are_told():
    made = []

    def noted(shape, dtype):
        made.append(shape)
        return np.empty(shape, dtype)

    windows(np.zeros((5, 2, 3)), range(3), 2, 2, noted)
    windows(np.zeros((5, 2, 3)), range(3), 2, 1, noted)
    assert made == [(3, 2, 2, 3)]


def test_rows_of_dY_are_a_view_unless_they_are_whole_pages_apart():
    def lying(N):
        return batch_last(np.arange(3.0 * 4 * 5 * N).reshape(3, 4, 5, N).transpose(3, 0, 1, 2))

    for N, shared in [(2, True), (1024, False)]:
        dY = lying(N)
        rows = flat_rows(dY, 1, 3)
        assert np.shares_memory(rows, dY) == shared
        assert_array_equal(rows[..., : 5 * N].reshape(2, 3, 5, N), dY[:, :, 1:3].transpose(2, 1, 3, 0))
        above = flat_rows(dY, -1, 1)
        assert_array_equal(above[..., : 5 * N].reshape(2, 3, 5, N)[1], dY[:, :, 0].transpose(1, 2, 0))
        assert not above[0, :, : 5 * N].any()


@pytest.mark.parametrize("shape", [(11, 35, 3, 4), (3, 35, 3, 256)], ids=["close together", "pages apart"])
def test_the_channels_of_each_cell(shape):
    """Columns before images, as in the strips; more images and channels than are copied at a time."""
    dY = np.arange(np.prod(shape, dtype=float)).reshape(shape)
    rows = channels_last(dY, slice(1, 3))
    assert rows.shape == (2, shape[3] * shape[0], 35)
    assert_array_equal(rows[1, 2 * shape[0] + 1], dY[1, :, 2, 2])
    assert_array_equal(rows.reshape(2, shape[3], shape[0], 35), dY[:, :, 1:3].transpose(2, 3, 0, 1))


def test_few_rows_of_much_and_many_of_little():
    assert near(lowering.NEAR // 10, 3) == 10 and near(lowering.NEAR, 3) == 9 and near(0, 1) == lowering.NEAR


def test_batch_last_copies_once():
    A = np.arange(120.0).reshape(2, 3, 4, 5)
    once = batch_last(A)
    assert_array_equal(once, A)
    assert not np.shares_memory(once, A)
    assert np.shares_memory(batch_last(once), once)
    assert np.shares_memory(between(once, 1, 3), once)
    assert_array_equal(from_rows(between(A, 1, 3)), A[:, :, 1:3])


def test_rows_that_do_not_exist_are_0():
    rows = between(X, -1, 4, 1, lambda shape, dtype: np.full(shape, np.nan, dtype))
    assert_array_equal(rows[..., 0].transpose(1, 0, 2)[0], np.pad(ex.X, 1))
    assert not between(X, -4, -1).any() and between(X, 5, 7).shape == (2, 1, 3, 1)


def test_every_image_of_a_large_batch_is_copied():
    """Sixteen at a time, and the rest."""
    batch = np.arange(35.0 * 2 * 3 * 4).reshape(35, 2, 3, 4)
    assert_array_equal(from_rows(between(batch, -1, 4, 2)), np.pad(batch, [(0, 0), (0, 0), (1, 1), (2, 2)]))


@modest
@given(convolutions(ranks=[4]))
def test_each_filter_row_meets_an_image_row_where_the_triples_say(case):
    """h = i S + a D, for every a and i of every image row."""
    g = conv_geometry(case.input_shape, case.weight_shape, **case.options)
    F = np.broadcast_to(np.arange(g.KH)[:, None], g.weight_shape)  # each row filled with its number
    for h in range(g.H + 2 * g.PH):
        matrix, first, count, step = upside_down(F, h % g.SH, g)
        rows = [h // g.SH + first + k * step for k in range(count)]
        numbers = matrix[0].reshape(count, g.O)[:, 0] if count else []
        expected = [(a, (h - a * g.DH) // g.SH) for a in range(g.KH - 1, -1, -1) if (h - a * g.DH) % g.SH == 0]
        assert list(zip(numbers, rows)) == expected


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_type_stays(dtype):
    assert strips(X.astype(dtype), slice(0, 2), GEOMETRY).dtype == dtype
