"""The workspace: memory is written over piece by piece, and nobody else writes into it."""

import gc
import threading
import weakref

import numpy as np
import pytest

from cnnbp import workspace
from cnnbp.workspace import LINE, Workspace, borrow, empty


def start(A):
    """Where the first number of an array lies, from the start of a line of memory."""
    return A.__array_interface__["data"][0] % LINE


def roomy():
    """A workspace in which several arrays lie one behind the other."""
    space = Workspace()
    space.empty((10_000,), np.uint8)
    space.clear()
    return space


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("make", [empty, roomy().empty])
def test_arrays_begin_where_a_line_begins(make, dtype):
    for shape in [(100,), (7, 11), (3, 5, 9)]:
        A = make(shape, dtype)
        assert A.shape == shape and A.dtype == dtype and A.flags.c_contiguous and start(A) == 0


def test_arrays_of_nothing_and_of_one():
    space = Workspace()
    assert space.empty((0, 3), np.float32).shape == empty((0, 3), np.float32).shape == (0, 3)
    assert space.empty((), np.float64).shape == empty((), np.float64).shape == ()


def test_arrays_of_one_piece_do_not_overlap():
    """Nor do those made while the memory grows."""
    space = Workspace()
    for _ in range(3):
        space.clear()
        arrays = [space.empty((k, 10), np.float32) for k in (1, 20, 3, 400)]
        for number, A in enumerate(arrays):
            A[...] = number
        assert [set(A.ravel()) for A in arrays] == [{0}, {1}, {2}, {3}]


def test_without_memory_for_more_it_works_as_before(monkeypatch):
    space = roomy()
    space.empty((10**6,), np.float64)
    with monkeypatch.context() as patch:
        patch.setattr(workspace, "empty", lambda shape, dtype: np.empty(shape, dtype) if not shape[0] else 1 / 0)
        with pytest.raises(ZeroDivisionError):
            space.clear()
    arrays = [space.empty((k,), np.float64) for k in (5, 7)]
    space.clear()
    assert [len(A) for A in arrays] == [5, 7] and not np.shares_memory(*arrays)


def test_only_one_stretch_of_memory_is_held_while_it_grows(monkeypatch):
    space, sizes = roomy(), []

    def noted(shape, dtype):
        sizes.append(len(space._store))
        return empty(shape, dtype)

    monkeypatch.setattr(workspace, "empty", noted)
    space.empty((10**6,), np.uint8)
    space.clear()
    assert sizes[-1] == 0


def test_the_next_piece_lies_where_the_last_one_lay():
    space = Workspace()
    space.empty((1000,), np.float64)  # memory of its own: there is none yet
    space.clear()
    first = space.empty((1000,), np.float64)
    space.clear()
    assert np.shares_memory(first, space.empty((1000,), np.float64))


def test_two_who_borrow_have_two_and_the_next_gets_one_of_them():
    with borrow() as one, borrow() as other:
        assert one is not other
        seen = []
        thread = threading.Thread(target=lambda: seen.extend([borrow().__enter__()]))
        thread.start()
        thread.join()
        assert seen[0] not in (one, other)
    with borrow() as next_one:
        assert next_one in (one, other)


def test_each_thread_gets_back_what_it_has_written_itself():
    """What another one wrote lies near another processor, and is fetched from there line by line."""
    with borrow() as mine:
        pass
    theirs = []

    def work():
        with borrow() as space:
            theirs.append(space)

    other = threading.Thread(target=work)
    other.start()
    other.join()
    with borrow() as again:
        assert again is mine and theirs[0] is not mine


def test_what_is_given_back_is_given_back_once():
    with borrow() as space:
        pass
    assert sum(free is space for free in workspace._free.spaces) == 1


def test_an_error_gives_the_workspace_back():
    with pytest.raises(ZeroDivisionError), borrow() as space:
        1 / 0
    with borrow() as again:
        assert again is space


def test_a_very_large_one_is_not_kept(monkeypatch):
    monkeypatch.setattr(workspace, "KEPT", 1000)
    with borrow() as space:
        space.empty((2000,), np.uint8)
    with borrow() as other:
        assert other is not space


def test_what_is_kept_can_be_released():
    """What other threads keep, too."""
    kept, steps = [], [threading.Event(), threading.Event()]

    def work():
        with borrow() as space:
            kept.append(weakref.ref(space))
        del space
        steps[0].set()
        steps[1].wait(10)

    other = threading.Thread(target=work)
    other.start()
    steps[0].wait(10)
    with borrow() as space:
        kept.append(weakref.ref(space))
    del space
    assert all(ref() for ref in kept)
    workspace.release()
    gc.collect()
    assert not any(ref() for ref in kept)
    steps[1].set()
    other.join()
