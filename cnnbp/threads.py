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
        How much work it is; a little is done in one call.
    """
    blas = _blas() if products >= WORTH else None
    allowed = blas.get_num_threads() if blas else 1
    threads = min(count, allowed)
    if threads < 2 or not _busy.acquire(blocking=False):
        return work(slice(0, count))
    try:
        blas.set_num_threads(1)
        _side_by_side(work, [slice(count * k // threads, count * (k + 1) // threads) for k in range(threads)])
    finally:
        blas.set_num_threads(allowed)
        _busy.release()


def _side_by_side(work, parts):
    """The first part here, each other in a thread of its own; errors are raised here."""
    errors, others = [], []

    def attempt(part):
        try:
            work(part)
        except BaseException as error:
            errors.append(error)

    for part in parts[1:]:
        thread = Thread(target=attempt, args=(part,))
        try:
            thread.start()
        except RuntimeError:  # no further thread can be had here
            work(part)
        else:
            others.append(thread)
    try:
        work(parts[0])
    finally:
        for thread in others:
            thread.join()
    for error in errors:
        raise error
