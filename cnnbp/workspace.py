"""Workspace: memory that is written anew for every piece of work, and never given back in between.

Fresh memory is slow: the system hands it over page by page, filled with zeros.
What a convolution copies for one piece of its rows lies where the copies of the
piece before lay, so it stays near the processor. Each thread borrows a
workspace of its own.
"""

from math import prod
from threading import local

import numpy as np

LINE = 64  # bytes that travel between memory and processor together
KEPT = 64 << 20  # bytes of a workspace that is kept for the next one who borrows


def empty(shape, dtype):
    """An array with any content that begins where a line of memory begins."""
    count, size = prod(shape), np.dtype(dtype).itemsize
    if count < LINE:
        return np.empty(shape, dtype)
    store = np.empty(count + LINE // size, dtype)
    first = -store.__array_interface__["data"][0] % LINE // size
    return store[first : first + count].reshape(shape)


class Workspace:
    """One stretch of memory; `clear` lets the next piece write over it."""

    def __init__(self):
        self._store, self._used = empty((0,), np.uint8), 0

    def clear(self):
        """Forget all arrays: those given out until now may be overwritten from here on."""
        needed, self._used = self._used, 0
        if needed > len(self._store):
            self._store = empty((0,), np.uint8)  # the old one goes before the larger one comes
            self._store = empty((needed,), np.uint8)

    def empty(self, shape, dtype):
        """An array with any content, valid until `clear`; memory of its own if there is no room for it this time."""
        begin = self._used
        self._used += -(-prod(shape) * np.dtype(dtype).itemsize // LINE) * LINE
        return empty(shape, dtype) if self._used > len(self._store) else np.ndarray(shape, dtype, self._store, begin)

    def size(self):
        """How many bytes it keeps, or will."""
        return max(self._used, len(self._store))


class _Free(local):
    """Workspaces that this thread does not use just now: what another one wrote lies near another processor."""

    def __init__(self):
        self.spaces = []


_free = _Free()


class borrow:
    """A workspace that nobody else uses meanwhile."""

    def __enter__(self):
        self._space = _free.spaces.pop() if _free.spaces else Workspace()
        return self._space

    def __exit__(self, *error):
        if self._space.size() <= KEPT:
            _free.spaces.append(self._space)


def release():
    """Give back what every thread keeps for its next loan."""
    global _free
    _free = _Free()
