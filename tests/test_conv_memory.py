"""Convolution and memory: what lay there before, what lies there afterwards, who else writes there."""

import gc
import os
import subprocess
import sys
import threading

import numpy as np
import pytest
from hypothesis import given
from numpy.testing import assert_array_equal

from cnnbp import conv, lowering, threads, workspace
from cnnbp.conv import (
    conv2d,
    conv2d_grad_input,
    conv2d_grad_input_loop,
    conv2d_grad_weight,
    conv2d_grad_weight_loop,
    conv2d_loop,
)
from conftest import ROOT
from running_example import Convolution, convolutions, modest

# A border all round, gaps, dilation, a remainder; more images than are copied at a time.
CASES = {
    "everything": Convolution((2, 3, 7, 6), (4, 3, 2, 3), {"stride": (3, 2), "padding": (1, 2), "dilation": (2, 1)}),
    "many images": Convolution((19, 2, 6, 5), (3, 2, 3, 2), {"padding": 1}),
    "a stride larger than the image": Convolution((2, 2, 5, 4), (3, 2, 3, 2), {"stride": (9, 8), "padding": 1}),
    "1 by 1": Convolution((3, 4, 5, 6), (2, 4, 1, 1), {}),
    "one image, one channel": Convolution((1, 1, 8, 9), (1, 1, 3, 3), {}),
}
each_case = pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())


def all_three(X, F, dY, options):
    """Y, dX and dF."""
    return (
        conv2d(X, F, **options),
        conv2d_grad_input(dY, F, X.shape, **options),
        conv2d_grad_weight(dY, X, F.shape, **options),
    )


def by_loops(X, F, dY, options):
    """The same, one product at a time."""
    return (
        conv2d_loop(X, F, **options),
        conv2d_grad_input_loop(dY, F, X.shape, **options),
        conv2d_grad_weight_loop(dY, X, F.shape, **options),
    )


@pytest.fixture
def dirty(monkeypatch):
    """Memory that holds NaN wherever nothing has been written; rows in pieces, as of a large image."""
    fresh, reused = np.empty, workspace.Workspace.empty

    def filled(shape, dtype=float, **options):
        A = fresh(shape, dtype, **options)
        A[...] = np.nan if A.dtype.kind == "f" else 99
        return A

    def filled_again(self, shape, dtype):
        A = reused(self, shape, dtype)
        A[...] = np.nan
        return A

    monkeypatch.setattr(np, "empty", filled)
    monkeypatch.setattr(workspace.Workspace, "empty", filled_again)


@pytest.fixture(params=[1, 2], ids=["one thread", "two threads"])
def in_pieces(request, monkeypatch):
    """A few rows at a time, shared out over threads."""

    class Blas:
        get_num_threads = staticmethod(lambda: request.param)
        set_num_threads = staticmethod(lambda number: None)

    monkeypatch.setattr(threads, "_blas", lambda: Blas)
    monkeypatch.setattr(threads, "WORTH", 0)
    monkeypatch.setattr(lowering, "NEAR", 1)


@each_case
def test_no_result_depends_on_what_the_memory_held_before(case, dirty, in_pieces):
    tensors = case.tensors()
    for got, expected in zip(all_three(*tensors, case.options), by_loops(*tensors, case.options)):
        assert_array_equal(got, expected)


def test_rows_in_pieces_agree_with_loops(dirty, in_pieces):
    @modest
    @given(convolutions())
    def agree(case):
        tensors = case.tensors()
        for got, expected in zip(all_three(*tensors, case.options), by_loops(*tensors, case.options)):
            assert_array_equal(got, expected)

    agree()


@each_case
def test_results_stay_when_the_workspaces_are_used_again(case, in_pieces):
    """Each result is memory of its own: the next convolution writes over no earlier one."""
    tensors = case.tensors()
    results = [*all_three(*tensors, case.options), *all_three(*tensors, case.options)]
    kept = [A.copy() for A in results]
    all_three(*(A + 1 for A in tensors), case.options)
    spaces = [thing for thing in gc.get_objects() if isinstance(thing, workspace.Workspace)]  # of all threads
    assert spaces
    for space in spaces:
        space._store[...] = 255
    for number, (A, before) in enumerate(zip(results, kept)):
        assert_array_equal(A, before)
        assert not any(np.shares_memory(A, space._store) for space in spaces)
        assert not any(np.shares_memory(A, other) for other in results[:number])
        assert A.flags.writeable


@each_case
@pytest.mark.parametrize("kinds", ["eee", "ggg", "fdf", "dfd", "dff", "edg"])
def test_every_precision_is_kept(case, kinds, in_pieces):
    """Half, single, double and extended: small whole numbers are exact in all of them."""
    X, F, dY = (np.sign(A).astype(kind) for A, kind in zip(case.tensors(), kinds))
    types = [np.result_type(X, F), np.result_type(dY, F), np.result_type(dY, X)]
    expected = by_loops(*(A.astype(float) for A in (X, F, dY)), case.options)
    for got, exact, dtype in zip(all_three(X, F, dY, case.options), expected, types):
        assert got.dtype == dtype
        assert_array_equal(got, exact)


def test_numbers_with_their_bytes_the_other_way_round():
    X, F, dY = (A.astype(">f8") for A in CASES["everything"].tensors())
    options = CASES["everything"].options
    for got, expected in zip(all_three(X, F, dY, options), by_loops(X, F, dY, options)):
        assert_array_equal(got, expected)


def test_several_threads_may_convolve_at_once(in_pieces):
    """Each has workspaces of its own, whoever shares its rows out meanwhile."""
    cases = [(case, case.tensors()) for case in CASES.values()]
    expected = [all_three(*tensors, case.options) for case, tensors in cases]
    wrong, begin = [], threading.Barrier(4, timeout=60)

    def convolve(first):
        begin.wait()
        for number in [*range(first, len(cases)), *range(first)] * 3:
            case, tensors = cases[number]
            got = all_three(*tensors, case.options)
            wrong.extend(number for A, right in zip(got, expected[number]) if not np.array_equal(A, right))
        done.append(first)

    done, switch = [], sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    callers = [threading.Thread(target=convolve, args=(first,)) for first in range(4)]
    try:
        for caller in callers:
            caller.start()
        for caller in callers:
            caller.join()
    finally:
        sys.setswitchinterval(switch)
    assert sorted(done) == [0, 1, 2, 3] and not wrong


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_forked_process_convolves_too():
    """A child inherits the workspaces and the turn, but none of the threads."""
    code = """if True:
        import os
        import signal
        import numpy as np
        from cnnbp import threads
        from cnnbp.conv import conv2d
        threads.WORTH = 0
        X, F = np.arange(1200.0).reshape(2, 3, 10, 20), np.ones((4, 3, 3, 2))
        Y = conv2d(X, F)
        child = os.fork()
        if not child:
            signal.alarm(60)  # rather than wait for ever for a thread that it has not
            os._exit(not np.array_equal(conv2d(X, F), Y))
        raise SystemExit(os.waitpid(child, 0)[1])
    """
    two = os.environ | {"OPENBLAS_NUM_THREADS": "2"}
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=two, timeout=300).returncode == 0


def test_an_error_in_the_midst_of_a_piece_leaves_everything_usable(monkeypatch, in_pieces):
    """No memory, or an interrupt, in one of the multiplications: the next call is right."""
    tensors, options = CASES["everything"].tensors(), CASES["everything"].options
    expected = all_three(*tensors, options)
    for error in (MemoryError, KeyboardInterrupt):
        for room, name, where in [(np, "matmul", 1), (conv, "multiply", 1), (conv, "multiply_and_add", 0)]:
            original, calls = getattr(room, name), iter(range(99))

            def fails(*arguments, original=original, calls=calls, where=where, error=error, **options):
                if next(calls) == where:
                    raise error
                return original(*arguments, **options)

            with monkeypatch.context() as patch:
                patch.setattr(room, name, fails)
                with pytest.raises(error):
                    all_three(*tensors, options)
            for got, right in zip(all_three(*tensors, options), expected):
                assert_array_equal(got, right)
