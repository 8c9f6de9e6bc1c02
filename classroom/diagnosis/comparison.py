"""A wrong function is compared with known mistakes; the one that explains it is named.

The student's function is asked a few questions made for its kind: images that
are not square, kernels of even size, strides that leave a remainder, ties,
overlaps, and numbers without any symmetry. A name is given only if every answer
is what this mistake computes, and what no other mistake computes. A right
function has no name, and neither has one that is wrong in a way of its own.
"""

import copy
import functools

import numpy as np

from classroom.diagnosis.traps import KINDS

LARGEST = 10_000  # a result with more numbers is not compared
CLOSE = 1e-5  # of the largest number: single precision passes, a wrong whole number does not
SILENT = object()  # the function raised


class Unusable(Exception):
    """A result that is neither numbers nor an array of them."""


def diagnose(kind, function):
    """
    The misconception that explains a function's wrong results.

    Parameters
    ----------
    kind : str
        A key of `KINDS`.
    function : callable
        The student's. It may raise anything; it gets copies.

    Returns
    -------
    code : str or None
        A key of `misconceptions.toml`, or None where the function is right, where
        nothing or more than one thing fits, where more than half of the questions
        raised an error, one timed out, or a result was not made of numbers.
    """
    known = KINDS[kind]
    try:
        answers = ask(function, known.probes)
    except (Unusable, TimeoutError):
        return None
    if too_silent(answers, known.probes) or explains(known.reference, kind, answers):
        return None
    fitting = {code for code, traps in known.traps.items()
               if any(explains(trap, kind, answers) for trap in traps)}  # fmt: skip
    return fitting.pop() if len(fitting) == 1 else None


def ask(function, probes):
    """What the function answers to each probe, as arrays; no more calls once half have failed."""
    answers = []
    for probe in probes:
        if too_silent(answers, probes):
            break
        answers.append(answer(function, probe))
    return answers


def too_silent(answers, probes):
    """Whether more than half of the probes raised an error."""
    return sum(given is SILENT for given in answers) > len(probes) / 2


def answer(function, probe):
    """One answer as an array or a list of arrays, or SILENT if the function raised."""
    try:
        with np.errstate(all="ignore"):
            result = function(*copy.deepcopy(probe))
    except TimeoutError:
        raise
    except Exception:
        return SILENT
    return plain(result)


def plain(result, depth=4):
    """A result as an array, or as a list of arrays where its parts differ in shape."""
    if type(result) is np.ndarray or isinstance(result, (bool, int, float, np.bool_, np.integer, np.floating)):
        array = np.asarray(result)
        if array.dtype.kind not in "biuf" or array.size > LARGEST:
            raise Unusable
        return array.astype(np.float64)
    if type(result) not in (list, tuple) or not depth or not 0 < len(result) <= LARGEST:
        raise Unusable
    parts = [plain(part, depth - 1) for part in result]
    alike = all(type(part) is np.ndarray and part.shape == getattr(parts[0], "shape", None) for part in parts)
    return np.array(parts) if alike else parts


def explains(trap, kind, answers):
    """Whether a trap gives each answer that was given."""
    return all(same(expected(trap, kind, number), given) for number, given in enumerate(answers) if given is not SILENT)


@functools.cache
def expected(trap, kind, number):
    """What a trap answers to one of the probes of a kind."""
    return answer(trap, KINDS[kind].probes[number])


def same(expected, given):
    """Whether two answers have the same shapes and, but for rounding, the same numbers."""
    if expected is SILENT or type(expected) is not type(given):
        return False
    if type(expected) is list:
        return len(expected) == len(given) and all(map(same, expected, given))
    if expected.shape != given.shape:
        return False
    finite = np.abs(expected[np.isfinite(expected)])
    tolerance = CLOSE * max(1.0, finite.max(initial=0.0)) if finite.size else CLOSE
    return bool(np.allclose(expected, given, rtol=0, atol=tolerance, equal_nan=True))
