"""Threads: rows are shared out once each, results stay, errors and limits are handed back."""

import subprocess
import sys
import threading
import time
from types import SimpleNamespace

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from cnnbp import threads
from cnnbp.conv import conv2d, conv2d_grad_input, conv2d_grad_weight
from conftest import ROOT
from running_example import Convolution

LARGE = Convolution((5, 3, 17, 9), (4, 3, 2, 3), {"stride": (2, 1), "padding": (1, 2), "dilation": (2, 1)})


class Blas:
    """A matrix library that may use so many threads."""

    def __init__(self, allowed):
        self.allowed = self.now = allowed

    def get_num_threads(self):
        return self.now

    def set_num_threads(self, number):
        self.now = number


@pytest.fixture
def blas(monkeypatch):
    """Three threads are allowed, and everything is worth sharing."""
    library = Blas(3)
    monkeypatch.setattr(threads, "_blas", lambda: library)
    monkeypatch.setattr(threads, "WORTH", 0)
    return library


def shared(count, products=1, size=100):
    """The pieces of some work, sorted, and the threads that did them."""
    parts, workers = [], set()

    def work(pieces):
        parts.extend((rows.start, rows.stop) for rows, _ in pieces)
        workers.add(threading.current_thread())

    threads.share(work, count, products, size)
    return sorted(parts), workers


@pytest.mark.parametrize("count", [1, 2, 3, 4, 10, 11])
def test_every_row_is_done_once(blas, count):
    parts, _ = shared(count)
    assert [row for start, stop in parts for row in range(start, stop)] == list(range(count))
    assert len(parts) == min(count, 3)
    assert blas.now == 3


def test_parts_run_in_threads_of_their_own(blas):
    meeting = threading.Barrier(3, timeout=10)  # passes only if three work at the same time
    threads.share(lambda pieces: meeting.wait(), 3, 1, 1)


def test_nothing_is_handed_back_before_all_are_done(blas):
    """The first group is done at once, the others take their time."""
    done = []

    def work(pieces):
        if threading.current_thread() is not threading.main_thread():
            time.sleep(0.2)
        done.extend(rows.start for rows, _ in pieces)

    threads.share(work, 3, 1, 1)
    assert sorted(done) == [0, 1, 2]


def test_blas_is_held_to_one_thread_meanwhile(blas):
    seen = []
    threads.share(lambda pieces: seen.append(blas.now), 3, 1, 1)
    assert seen == [1, 1, 1] and blas.now == 3


def test_a_little_work_and_work_without_a_matrix_library_stay_here(blas, monkeypatch):
    monkeypatch.setattr(threads, "WORTH", 100)
    assert shared(10, 99) == ([(0, 10)], {threading.current_thread()})
    monkeypatch.setattr(threads, "_blas", lambda: None)
    assert shared(10, 100) == ([(0, 10)], {threading.current_thread()})


@pytest.mark.parametrize("allowed, size, pieces", [(1, 20, 4), (2, 20, 4), (3, 20, 6), (2, 200, 2), (1, 70, 1), (3, 1, 70)])
def test_work_is_done_piece_by_piece(blas, allowed, size, pieces):
    """No piece is larger than asked for, and none is empty."""
    blas.now = allowed
    parts, workers = shared(70, size=size)
    assert [row for start, stop in parts for row in range(start, stop)] == list(range(70))
    assert len(parts) == pieces and len(workers) <= allowed
    assert all(0 < stop - start <= size for start, stop in parts)


def test_each_thread_works_in_a_space_of_its_own(blas):
    spaces, meeting = {}, threading.Barrier(3, timeout=10)

    def work(pieces):
        for _, empty in pieces:
            spaces.setdefault(threading.current_thread(), set()).add(empty.__self__)
            meeting.wait()

    threads.share(work, 12, 1, 2)
    assert len(spaces) == 3 and all(len(own) == 1 for own in spaces.values())
    assert len(set.union(*spaces.values())) == 3


def test_who_is_free_takes_the_next_piece(blas):
    """Two of three are held up: the third does the rest."""
    done, rest = [], threading.Event()

    def work(pieces):
        for rows, _ in pieces:
            if rows.start < 2:
                rest.wait(10)
            done.append(rows.start)
            if len(done) == 4:
                rest.set()

    threads.share(work, 6, 1, 1)
    assert done[:4] == [2, 3, 4, 5] and sorted(done[4:]) == [0, 1]


def test_threads_stay_and_wait_for_work(blas):
    meeting = threading.Barrier(3, timeout=10)
    workers = [set() for _ in range(2)]
    for seen in workers:

        def work(pieces, seen=seen):
            meeting.wait()
            seen.add(threading.current_thread())

        threads.share(work, 3, 1, 1)
    assert workers[0] == workers[1] and len(workers[0]) == 3


def test_a_piece_may_overwrite_what_the_piece_before_made(blas):
    """The first may have memory of its own, if the workspace has no room yet."""
    made, blas.now = [], 1
    threads.share(lambda pieces: made.extend(empty((999,), float) for _, empty in pieces), 6, 1, 2)
    assert len(made) == 3 and np.shares_memory(made[1], made[2])


def test_where_no_thread_can_start_the_rows_are_done_here(blas, monkeypatch):
    def refuse(self):
        raise RuntimeError("can't start new thread")

    threads._team.cache_clear()
    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", refuse)
        parts, workers = shared(9)
        assert parts == [(0, 3), (3, 6), (6, 9)] and workers == {threading.current_thread()}
    threads._team.cache_clear()


def test_work_that_waits_for_a_thread_that_never_came_is_not_done_twice(blas, monkeypatch):
    """The team notes the work, then finds that it can't start a thread; the next one to start finds the note."""
    started, team = threading.Thread.start, threads.ThreadPoolExecutor(1)
    monkeypatch.setattr(threads, "_team", lambda size: team)
    blas.now = 2
    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", lambda self: (_ for _ in ()).throw(RuntimeError("no thread")))
        assert shared(4)[0] == [(0, 2), (2, 4)]
    assert threading.Thread.start is started
    parts = []
    threads.share(lambda pieces: parts.extend(rows.start for rows, _ in pieces), 4, 1, 1)
    team.submit(int).result()
    assert sorted(parts) == [0, 1, 2, 3]


@pytest.mark.parametrize("where", [0, 1, 2])
@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_an_error_is_raised_here_and_the_limit_given_back(blas, where, error):
    def work(pieces):
        if next(pieces)[0].start == where:
            raise error("stop")

    with pytest.raises(error, match="stop"):
        threads.share(work, 3, 1, 1)
    assert blas.now == 3
    assert shared(3)[0] == [(0, 1), (1, 2), (2, 3)]  # the next call shares again


def test_an_interrupt_while_the_limit_is_given_back_loses_neither_limit_nor_turn(blas, monkeypatch):
    """The stop button of a notebook comes at any moment, also in the midst of the last call."""
    original, calls = blas.set_num_threads, iter(range(9))

    def interrupted(number):
        if next(calls) == 1:  # the first call holds the library to one thread, the second gives back
            raise KeyboardInterrupt
        original(number)

    monkeypatch.setattr(blas, "set_num_threads", interrupted)
    with pytest.raises(KeyboardInterrupt):
        threads.share(list, 3, 1, 1)
    assert blas.now == 3, "the matrix library is left with one thread"
    meeting = threading.Barrier(3, timeout=10)
    threads.share(lambda pieces: meeting.wait(), 3, 1, 1)  # is shared again


def test_work_inside_work_is_not_shared_again(blas):
    inner = []
    threads.share(lambda _: threads.share(inner.extend, 2, 1, 9), 3, 1, 1)
    assert [rows for rows, _ in inner] == [slice(0, 2)] * 3


def test_results_do_not_depend_on_the_number_of_threads(blas):
    X, F, dY = LARGE.tensors()
    results = []
    for allowed in (1, 2, 3, 20):
        blas.now = allowed
        Y, dX = conv2d(X, F, np.ones(4), **LARGE.options), conv2d_grad_input(dY, F, X.shape, **LARGE.options)
        results.append((Y, dX, conv2d_grad_weight(dY, X, F.shape, **LARGE.options)))
    for others in results[1:]:
        for got, expected in zip(others, results[0], strict=True):
            assert_array_equal(got, expected)  # whole numbers: not even rounding differs


def test_rounding_is_the_same_every_time(blas):
    rng = np.random.default_rng(0)
    dY, X = rng.normal(size=(2, 3, 8, 8)), rng.normal(size=(2, 2, 10, 10))
    first = conv2d_grad_weight(dY, X, (3, 2, 3, 3))
    for _ in range(20):
        assert_array_equal(conv2d_grad_weight(dY, X, (3, 2, 3, 3)), first)
    blas.now = 1
    assert_allclose(conv2d_grad_weight(dY, X, (3, 2, 3, 3)), first, rtol=1e-12)


def test_importing_starts_no_thread():
    code = "import threading, cnnbp.layers; raise SystemExit(threading.active_count() - 1)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT).returncode == 0


def test_it_is_numpys_library_that_is_held_to_one_thread(monkeypatch):
    """SciPy brings its own, which may come first; with NumPy's at work too, twice as many threads would run."""
    paths = ["site-packages/scipy.libs/libopenblas.so", "site-packages/numpy.libs/libopenblas.so"]
    libraries = [SimpleNamespace(filepath=path) for path in paths]
    monkeypatch.setattr(threads.ThreadpoolController, "select", lambda self, user_api: SimpleNamespace(lib_controllers=libraries))
    assert threads._blas.__wrapped__() is libraries[1]
    del libraries[1]
    assert threads._blas.__wrapped__() is libraries[0]  # one for all
    libraries.clear()
    assert threads._blas.__wrapped__() is None


def test_the_matrix_library_of_numpy_is_found():
    assert threads._blas() is None or threads._blas().get_num_threads() >= 1
