"""Threads: share out rows that do not depend on each other.

NumPy lets go of the interpreter while it copies and multiplies, so threads run
side by side. BLAS would use threads too, but only inside each product; here it
is held to one, and the copies run in parallel as well. As many threads are
used as BLAS was allowed: `OPENBLAS_NUM_THREADS` and `threadpoolctl` hold for us.
"""

import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import cache

from threadpoolctl import ThreadpoolController

from cnnbp.workspace import borrow

WORTH = 16_000_000  # products below which a second thread costs more than it helps
_sharing = {}  # "now": whose call shares its rows out; one at a time


@cache
def _blas():
    """NumPy's matrix library, if its threads can be set; found out once, at the first need.

    Other packages, SciPy first of all, may have loaded libraries of their own. NumPy's lies beside it, or is everybody's.
    """
    found = ThreadpoolController().select(user_api="blas").lib_controllers
    return next(iter(sorted(found, key=lambda library: "numpy" not in library.filepath)), None)


def share(work, count, products, size):
    """
    Call work(pieces) once in each thread; all pieces together are the rows 0 to count.

    Parameters
    ----------
    work : callable
        Takes an iterator over pieces. A piece is a slice of rows, and a function that makes arrays, which are
        valid until the next piece. Pieces do not depend on each other: a thread that is free takes the next one.
    count : int
    products : int
        How much work it is; a little is done in one thread.
    size : int
        The most rows of one piece.
    """
    if products < WORTH:
        return _alone(work, _cut(count, 1, size))
    blas = _blas()
    allowed = blas.get_num_threads() if blas else 1
    threads = max(1, min(count, allowed))
    pieces = _cut(count, threads, size)
    mine = object()
    try:
        if threads < 2 or _sharing.setdefault("now", mine) is not mine:
            return _alone(work, pieces)
        blas.set_num_threads(1)
        _side_by_side(work, pieces, threads)
    finally:
        if _sharing.get("now") is mine:
            _give_back(blas, allowed)


def _cut(count, threads, size):
    """The rows in pieces of about one size, as many for each thread."""
    number = min(count, threads * -(-count // (threads * size)))
    return iter([slice(count * k // number, count * (k + 1) // number) for k in range(number)])


def _give_back(blas, allowed):
    """The limit to BLAS, and the right to share to the next one."""
    try:
        blas.set_num_threads(allowed)
    except BaseException:  # an interrupt came in the midst of giving back
        blas.set_num_threads(allowed)
        raise
    finally:
        _sharing.pop("now", None)


def _alone(work, pieces):
    """Work in this thread, in a workspace of its own, until no piece is left."""
    with borrow() as space:
        work(_each(pieces, space))


def _each(pieces, space):
    """Piece by piece, the workspace cleared before each."""
    for rows in pieces:
        space.clear()
        yield rows, space.empty


def _side_by_side(work, pieces, threads):
    """Here and in others of the team, who wait for work; errors are raised here."""
    others = []
    try:
        with suppress(RuntimeError):  # no further thread can be had: the pieces are done here
            for _ in range(threads - 1):
                others.append(_team(threads - 1).submit(_alone, work, pieces))
        _alone(work, pieces)
    finally:
        errors = [other.exception() for other in others]  # and nobody works any more
    for error in filter(None, errors):
        raise error


@cache
def _team(size):
    """Threads that stay, and sleep until there is work: to wake one takes half as long as to start one."""
    return ThreadPoolExecutor(size, "cnnbp")


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_team.cache_clear)  # a child has none of its parent's threads
