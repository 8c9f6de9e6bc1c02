"""Threads: share out rows that do not depend on each other.

NumPy lets go of the interpreter while it copies and multiplies, so threads run
side by side. BLAS would use threads too, but only inside each product; here it
is held to one, and the copies run in parallel as well. As many threads are
used as BLAS was allowed: `OPENBLAS_NUM_THREADS` and `threadpoolctl` hold for us.
"""

from functools import cache
from threading import Thread

from threadpoolctl import ThreadpoolController

from cnnbp.workspace import borrow

WORTH = 4_000_000  # products below which a second thread costs more than it helps
_sharing = {}  # "now": whose call shares its rows out; one at a time


@cache
def _blas():
    """NumPy's matrix library, if its threads can be set; found out once, at the first need."""
    return next(iter(ThreadpoolController().select(user_api="blas").lib_controllers), None)


def share(work, count, products, size):
    """
    Call work(pieces) once in each thread; all pieces together are the rows 0 to count.

    Parameters
    ----------
    work : callable
        Takes an iterator over neighbouring pieces. A piece is a slice of rows, and a function that makes
        arrays, which are valid until the next piece. Calls do not depend on each other.
    count : int
    products : int
        How much work it is; a little is done in one thread.
    size : int
        The most rows of one piece.
    """
    if products < WORTH:
        return _alone(work, [slice(0, count)])
    blas = _blas()
    allowed = blas.get_num_threads() if blas else 1
    threads = max(1, min(count, allowed))
    each = -(-count // (threads * size)) or 1
    bounds = [count * k // (threads * each) for k in range(threads * each + 1)]
    pieces = [slice(*ends) for ends in zip(bounds, bounds[1:]) if ends[0] < ends[1]]
    mine = object()
    try:
        if threads < 2 or _sharing.setdefault("now", mine) is not mine:
            return _alone(work, pieces)
        blas.set_num_threads(1)
        _side_by_side(work, [pieces[k : k + each] for k in range(0, len(pieces), each)])
    finally:
        if _sharing.get("now") is mine:
            _give_back(blas, allowed)


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
    """All pieces in this thread, in a workspace of its own."""
    with borrow() as space:
        work(_each(pieces, space))


def _each(pieces, space):
    """Piece by piece, the workspace cleared before each."""
    for rows in pieces:
        space.clear()
        yield rows, space.empty


def _side_by_side(work, groups):
    """The first group here, each other one in a thread of its own; errors are raised here."""
    errors, others = [], []

    def attempt(pieces):
        try:
            _alone(work, pieces)
        except BaseException as error:
            errors.append(error)

    for pieces in groups[1:]:
        thread = Thread(target=attempt, args=(pieces,))
        try:
            thread.start()
        except RuntimeError:  # no further thread can be had here
            _alone(work, pieces)
        else:
            others.append(thread)
    try:
        _alone(work, groups[0])
    finally:
        for thread in others:
            thread.join()
    for error in errors:
        raise error
