"""The student's notebook as the tests see it: functions to call and values, at a distance.

A `Proxy` looks like the student's function, and calls it in the sandbox. The arrays it is
given are sent as copies; if the function changed them, so are the caller's afterwards, so
that a test can see it. A worker that hangs or ends is killed, and started again without the
cell that ended it.
"""

import collections
import time

import numpy as np

from classroom.sandbox.process import Process
from classroom.worker.values import Remote, WireError
from classroom.worker.wire import Peer, RemoteError

CARRIED = "a number, a string, an array, or a list, tuple, set or dict of these"
RAISED = {
    kind.__name__: kind
    for kind in (
        ArithmeticError, AssertionError, AttributeError, EOFError, FloatingPointError, IndexError,
        KeyError, LookupError, MemoryError, NameError, NotImplementedError, OverflowError,
        RecursionError, RuntimeError, TypeError, ValueError, ZeroDivisionError,
    )
}  # fmt: skip
TRIES = 3  # time-outs of one function; from then on it is not waited for


class StudentError(Exception):
    """An exception of the student's function: also of the kind it was, if that is a common one."""

    function = kind = ""

    @classmethod
    def of(cls, function, kind, message):
        bases = (cls, RAISED[kind]) if kind in RAISED else (cls,)
        known = {"function": function, "kind": kind}
        return type(kind if kind in RAISED else "Exception", bases, known)(message)


class NotCarried(Exception):
    """The student's function returned something that is no data."""


class Stopped(BaseException):
    """The worker hangs or has ended; no `except Exception` of a test may catch it."""

    def __init__(self, status, message):
        super().__init__(message)
        self.status = status


class Trouble(BaseException):
    """The grader's own machine fails: the disk is full, no process can be started. No student's fault."""


class Opaque:
    """Where a value stood that cannot be carried: whatever is done with it fails."""

    not_carried = True
    __hash__ = object.__hash__

    def __init__(self, kind):
        self.kind = kind

    def refuse(self, *args, **kwargs):
        raise NotCarried(f"there is a {self.kind} where {CARRIED} should be")

    def __repr__(self):
        return f"<{self.kind}>"


REFUSED = """eq ne lt le gt ge bool float int index complex array array_ufunc array_function len iter next
getitem contains call neg pos abs round add radd sub rsub mul rmul truediv rtruediv matmul rmatmul pow rpow
floordiv rfloordiv mod rmod and rand or ror xor rxor invert getattr""".split()
for _name in REFUSED:
    setattr(Opaque, f"__{_name}__", Opaque.refuse)


class Proxy(Remote):
    """A function in the sandbox."""

    def __init__(self, student, peer, number, name):
        super().__init__(peer, number, name)
        self.student = student

    def __call__(self, *args, **kwargs):
        return self.student.call(self, args, kwargs)


class Student:
    """The worker with the student's cells in it, started anew whenever it is gone.

    Parameters
    ----------
    assignment, submission : Assignment, Submission
    sandbox : bool
    step : called before each cell, for who supervises
    """

    def __init__(self, assignment, submission, sandbox, step):
        self.assignment, self.cells, self.sandbox, self.step = assignment, submission.cells, sandbox, step
        self.process = self.peer = None
        self.skipped, self.notes, self.slow = set(), {}, collections.Counter()
        self.visible, self.changed = True, False

    def ready(self):
        """See to it that a worker is there in which every cell has run that can be run."""
        while self.process is None:
            self.start()
            for number, source in enumerate(self.cells, 1):
                if number not in self.skipped and not self.run(number, source):
                    self.skipped.add(number)
                    break

    def start(self):
        self.step()
        try:
            self.process = Process(self.assignment, self.sandbox)
        except OSError as error:
            raise Trouble(f"the sandbox cannot be started: {error}") from None
        operations = {"call": self.answer}
        self.peer = Peer(self.process.sock, self.proxy, Opaque, operations)
        try:
            self.ask(30, "receive")
        except Stopped as stopped:
            raise Trouble(f"the sandbox does not start: {stopped}") from None
        self.process.is_ready()

    def proxy(self, peer, number, name):
        """A function that comes over the wire; its name, which could say anything, stays behind."""
        return Proxy(self, peer, number, "the returned function")

    def run(self, number, source):
        """Run one cell; False if the worker did not survive it."""
        self.step()
        seconds = self.assignment.limits.seconds_per_cell
        try:
            fields = self.ask(seconds, "request", "cell", number=number, source=source)[0]
            note = fields.get("note")
        except RemoteError as error:
            note = f"{error.args[0]}: {error.args[1]}"
        except Stopped as stopped:
            note = str(stopped)
        if note:
            self.notes[number] = f"code cell {number}: {note}"
        return self.process is not None

    def ask(self, seconds, method, *args, **fields):
        """Use the wire within some seconds; if that fails the worker is ended."""
        if self.process is None:
            raise Stopped("crashed", "called after the end of its process")
        before, self.peer.deadline = self.peer.deadline, time.monotonic() + seconds
        if before is not None:
            self.peer.deadline = min(before, self.peer.deadline)
        try:
            return getattr(self.peer, method)(*args, **fields)
        except TimeoutError:
            self.stop()
            raise Stopped("timeout", f"did not finish in {seconds:g} seconds") from None
        except (WireError, OSError):
            reason = self.process.reason
            self.stop()
            raise Stopped("crashed", reason or "ended the Python process, or wrote on the grader's line") from None
        except Stopped:
            self.stop()
            raise
        finally:
            if self.peer:
                self.peer.deadline = before

    def stop(self):
        process, self.process, self.peer = self.process, None, None
        if process:
            process.kill()

    def names(self, seconds):
        """What the student's names stand for at this moment; what is not defined is left out."""
        self.peer.given.clear()
        asked = sorted(self.assignment.names)
        values = self.ask(seconds, "request", "names", names=asked)[0]
        values = {name: value for name, value in values.items() if name in self.assignment.names}
        for name, value in values.items():
            if isinstance(value, Proxy):
                value.__name__ = name
        return values

    def call(self, proxy, args, kwargs):
        """Call a function of the student's, and bring back what it did to its arguments."""
        name, seconds = proxy.__name__, self.assignment.limits.seconds_per_test
        if proxy.peer is not self.peer or self.slow[name] >= TRIES:
            raise Stopped("timeout", f"{name} was not called again: it did not finish {self.slow[name]} times")
        try:
            seconds = seconds / 4 if self.slow[name] else seconds
            fields, sent = self.ask(seconds, "request", "call", id=proxy.number, args=args, kwargs=kwargs)
        except Stopped as stopped:
            self.slow[name] += stopped.status == "timeout"
            raise Stopped(stopped.status, f"{name} {stopped}") from None
        except RemoteError as error:
            raise StudentError.of(name, *error.args) from None
        self.copy_back(fields.get("changed"), sent)
        if isinstance(fields.get("value"), Opaque):
            raise NotCarried(f"{name} returned a {fields['value'].kind}; it should return {CARRIED}")
        return fields.get("value")

    def copy_back(self, changed, sent):
        for pair in changed if isinstance(changed, list) else ():
            index, new = pair if isinstance(pair, list) and len(pair) == 2 else (-1, None)
            if not (isinstance(index, int) and 0 <= index < len(sent) and isinstance(new, np.ndarray)):
                continue
            old = sent[index][0]
            self.changed = True
            same = isinstance(old, np.ndarray) and old.size == new.size and old.dtype == new.dtype
            if self.visible and same and old.flags.writeable:
                old[...] = new.reshape(old.shape)

    def answer(self, fields, decoder):
        """A call from the sandbox: only of a function that a test handed out."""
        function = self.peer.given.get(fields.get("id")) if type(fields.get("id")) is int else None
        args, kwargs = fields.get("args"), fields.get("kwargs")
        if function is None or not isinstance(args, tuple) or not isinstance(kwargs, dict):
            raise WireError("a call of nothing that was handed out")
        try:
            return "result", {"value": function(*args, **kwargs)}
        except Exception as error:
            return "error", {"type": type(error).__name__, "message": "raised by the function that was given"}
