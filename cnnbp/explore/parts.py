"""The parts of an explorable's state: each knows what it may be.

A part that a reader moves carries its domain, as JSON holds it. The domain sets
the limits of its control, guards the address in a URL, and lets tests try every
state. A part that no reader moves (a table of connections, a recorded run) is
given.
"""

import numpy as np
import traitlets

LARGEST = 1e6  # the largest number that a cell may hold in an address


class Matrix(traitlets.TraitType):
    """A matrix of finite numbers, of one shape if it is given, kept as nested lists; any array-like may be set."""

    def __init__(self, *args, shape=None, low=-LARGEST, high=LARGEST, **kwargs):
        super().__init__(*args, **kwargs)
        self.shape = shape
        self.tag(sync=True, domain={"kind": "matrix", "min": low, "max": high})

    def validate(self, obj, value):
        """The matrix as lists of float, or a TraitError that says what it must be."""
        try:
            A = np.asarray(value, dtype=np.float64)
        except (TypeError, ValueError) as error:
            raise traitlets.TraitError(f"{self.name} must be a matrix of numbers: {error}") from None
        if A.ndim != 2 or A.size == 0:
            raise traitlets.TraitError(f"{self.name} must be a matrix, got shape {A.shape}")
        if self.shape:
            check_shape(self.name, A, self.shape)
        if not np.isfinite(A).all():
            raise traitlets.TraitError(f"{self.name} must hold finite numbers, got {A.tolist()}")
        low, high = self.metadata["domain"]["min"], self.metadata["domain"]["max"]
        if A.min() < low or A.max() > high:
            raise traitlets.TraitError(f"{self.name} must lie in {low:g}..{high:g}, got {A.tolist()}")
        return A.tolist()


def check_shape(name, value, shape):
    """Refuse a matrix that has not the shape that the figure was made for; return it otherwise."""
    if np.shape(value) != tuple(shape):
        raise traitlets.TraitError(f"{name} must have shape {tuple(shape)}, got {np.shape(value)}")
    return value


def sheet(A, shape, fill=(1,)):
    """A matrix at the top left of a sheet that covers every setting; the rest is filled over and over."""
    covering = np.resize(np.array(fill, float), np.maximum(np.shape(A), shape))
    covering[: len(A), : len(A[0])] = A
    return covering.tolist()


def dial(default, low, high, step=1):
    """A number between two limits; whole if its step is."""
    whole = all(isinstance(value, int) for value in (default, low, high, step))
    kind = traitlets.Int if whole else traitlets.Float
    domain = {"kind": "number", "min": low, "max": high, "step": step}
    return kind(default, min=low, max=high).tag(sync=True, domain=domain)


def pick(*options, default=None):
    """One of several words; the first, unless another is the default."""
    domain = {"kind": "pick", "options": list(options)}
    return traitlets.Enum(options, default_value=default or options[0]).tag(sync=True, domain=domain)


def flag(default=False):
    """On or off."""
    return traitlets.Bool(default).tag(sync=True, domain={"kind": "flag"})


def cell(*letters):
    """A cell of one of several tensors, as [letter, flat place]; at first the first one's first."""
    domain = {"kind": "cell", "letters": list(letters)}
    return traitlets.List([letters[0], 0]).tag(sync=True, domain=domain)


def given(default=None):
    """Something that no reader moves: a dict that JSON can hold."""
    return traitlets.Dict(default or {}).tag(sync=True, given=True)
