"""The students' check: what it accepts, and the order in which it complains."""

import re

import numpy as np
import pytest

from classroom.masters.check import check

RIGHT = np.arange(12.0).reshape(3, 4)


def complaint(got, expected=RIGHT, **keys):
    """The message of a failed check."""
    with pytest.raises(AssertionError) as failure:
        check(got, expected, **keys)
    return str(failure.value)


def changed(*places, by=1.0):
    """The right array with some entries changed."""
    array = RIGHT.copy()
    for place in places:
        array[place] += by
    return array


@pytest.mark.parametrize("got", [RIGHT, RIGHT.astype(int), RIGHT.tolist(), RIGHT.astype(np.float32), RIGHT[::-1][::-1]])
def test_what_is_right_passes(got):
    """Arrays of any number type, and lists that NumPy reads as one."""
    check(got, RIGHT)


def test_a_number_is_compared_with_a_number():
    """Python's, NumPy's, or an array without axes."""
    for seven in (7, 7.0, np.float64(7), np.array(7)):
        check(seven, 7)
    assert complaint(8, 7) == "value: expected 7.0, got 8.0"
    assert complaint(np.array([7.0]), 7) == "shape: expected (), got (1,)"


@pytest.mark.parametrize(
    ("got", "words"),
    [
        (None, "None; is there a return?"),
        ("12", "str"),
        (print, "builtin_function_or_method"),
        ([[1, 2], [3]], "list that does not hold one number in each place"),
        (np.array([1, None]), "ndarray that does not hold one number in each place"),
        (RIGHT > 3, "ndarray that does not hold one number in each place"),
        (RIGHT + 0j, "ndarray that does not hold one number in each place"),
        (True, "bool"),
    ],
)
def test_type_comes_first(got, words):
    """What holds no real numbers is named, and what was wanted."""
    assert complaint(got) == f"type: expected an array of shape (3, 4), got {words}"


def test_shape_comes_before_values():
    """Both shapes are in the message, also where broadcasting would fit."""
    assert complaint(RIGHT.T + 1) == "shape: expected (3, 4), got (4, 3)"
    assert complaint(RIGHT[:1], np.zeros((3, 4))) == "shape: expected (3, 4), got (1, 4)"
    assert complaint(0.0, np.zeros((3, 4))) == "shape: expected (3, 4), got ()"


def test_border_interior_value():
    """The part that is wrong is named, with its first entry."""
    assert complaint(changed((0, 2))) == (
        "the border is wrong, the interior right: first at (0, 2): expected 2.0, got 3.0"
    )
    assert complaint(changed((1, 2), (1, 1))) == (
        "the interior is wrong, the border right: first at (1, 1): expected 5.0, got 6.0"
    )
    assert complaint(changed((1, 1), (2, 3))) == "value: first at (1, 1): expected 5.0, got 6.0"


def test_an_array_without_interior_has_values_only():
    """Vectors and arrays of two rows have no border to speak of."""
    assert complaint([1, 2, 4], [1, 2, 3]) == "value: first at (2,): expected 3.0, got 4.0"
    assert complaint(np.ones((2, 5)), np.zeros((2, 5))).startswith("value: first at (0, 0)")


def test_batches_have_borders_too():
    """The last two axes are the image."""
    batch = np.stack([RIGHT, RIGHT])
    wrong = batch.copy()
    wrong[1, 2, 3] = 0
    assert complaint(wrong, batch).startswith("the border is wrong, the interior right: first at (1, 2, 3)")


def test_nan_and_infinity_are_wrong():
    """No comparison with them is true."""
    for bad in (np.nan, np.inf):
        assert re.fullmatch(r"value: expected 1\.0, got (nan|inf)", complaint(bad, 1.0))


def test_tolerance_is_relative_above_one():
    """1e-9 for small numbers, a billionth part of large ones."""
    check(1e12 + 1, 1e12)
    check(0.5 + 9e-10, 0.5)
    assert complaint(0.5 + 2e-9, 0.5).startswith("value")
    check(1.004, 1.0, tolerance=0.01)


def test_an_array_that_claims_to_be_equal_is_not_believed():
    """Subclasses with a comparison of their own are read as plain arrays."""

    class Equal(np.ndarray):
        def __eq__(self, other):
            return np.ones(self.shape, bool)

        def __sub__(self, other):
            return np.zeros(self.shape)

    assert complaint(changed((1, 1)).view(Equal)).startswith("the interior")
