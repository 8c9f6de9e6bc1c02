"""Threads: share out rows that do not depend on each other.

NumPy lets go of the interpreter while it copies and multiplies, so threads run
side by side. BLAS would use threads too, but only inside each product; here it
is held to one, and the copies run in parallel as well. As many threads are
used as BLAS was allowed: `OPENBLAS_NUM_THREADS` and `threadpoolctl` hold for us.
"""

from functools import cache
from threading import Lock, Thread

from threadpoolctl import ThreadpoolController

WORTH = 4_000_000  # products below which a second thread costs more than it helps
LARGE = 400_000_000  # products of one piece: what it copies should stay near the processor
ROWS = 16  # a piece has at least so many rows, as its first ones copy some of the piece before
_busy = Lock()


@cache
def _blas():
    """NumPy's matrix library, if its threads can be set; found out once, at the first need."""
    return next(iter(ThreadpoolController().select(user_api="blas").lib_controllers), None)


def share(work, count, products):
    """
    Call work(rows) for slices of rows that together are slice(0, count).

    Parameters
    ----------
    work : callable
        Takes a slice; its calls do not depend on each other.
    count : int
    products : int
        How much work it is; a little is done in one call, very much piece by piece.
    """
    blas = _blas() if products >= WORTH else None
    allowed = blas.get_num_threads() if blas else 1
    threads = min(count, allowed)
    pieces = threads * max(1, min(count // ROWS, products // LARGE) // threads)
    parts = [slice(count * k // pieces, count * (k + 1) // pieces) for k in range(pieces)]
    if threads < 2 or not _busy.acquire(blocking=False):
        return _in_turn(work, parts)
    try:
        blas.set_num_threads(1)
        _side_by_side(work, [parts[k::threads] for k in range(threads)])
    finally:
        blas.set_num_threads(allowed)
        _busy.release()


def _in_turn(work, parts):
    """One part after the other."""
    for part in parts:
        work(part)


def _side_by_side(work, groups):
    """The first parts here, each other group in a thread of its own; errors are raised here."""
    errors, others = [], []

    def attempt(parts):
        try:
            _in_turn(work, parts)
        except BaseException as error:
            errors.append(error)

    for parts in groups[1:]:
        thread = Thread(target=attempt, args=(parts,))
        try:
            thread.start()
        except RuntimeError:  # no further thread can be had here
            _in_turn(work, parts)
        else:
            others.append(thread)
    try:
        _in_turn(work, groups[0])
    finally:
        for thread in others:
            thread.join()
    for error in errors:
        raise error
