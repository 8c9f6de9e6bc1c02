"""The tests of one submission, run in a trusted process of their own.

The text of a test cell runs unchanged; only the names that the student had to define are
proxies. The visible parts of all tests run first, and what they say when they fail goes to
the student: nothing hidden has been told yet to the student's functions, so they cannot
repeat it. Then the whole tests run, and who fails there learns which kind of thing is wrong,
and no number.
"""

import contextlib
import copy
import re
import signal
import sys
import traceback

from classroom.sandbox.proxies import NotCarried, Stopped, Student, StudentError, Trouble
from classroom.worker import stubs
from classroom.worker.allowed import DRAWING_PACKAGES, names_in

KIND = re.compile(r"\b(type|shape|border|interior|value)\b")
KINDS = {TypeError: "type", AttributeError: "type", NotCarried: "type", ValueError: "shape", IndexError: "shape"}


class Overdue(BaseException):
    """The test itself, not the student's function, takes too long."""


@contextlib.contextmanager
def deadline(seconds):
    """Raise `Overdue` in what takes longer than that."""

    def ring(*args):
        raise Overdue

    signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def plain(text, limit=600):
    """Text for the mark sheet: no control characters, no lone surrogates, not too long."""
    text = str(text)[: 2 * limit].encode("utf-8", "replace").decode()
    text = "".join(c if c.isprintable() or c == "\n" else "?" for c in text)
    return text if len(text) <= limit else text[:limit] + " …"


def stub_drawing(imports):
    """Let locked cells draw to no effect, as the student's cells do."""
    for name in [name for name in sys.modules if name.partition(".")[0] in DRAWING_PACKAGES - set(imports)]:
        del sys.modules[name]
    sys.meta_path.insert(0, stubs.Gate(imports, refuse=False))


class Trial:
    """One submission, its locked cells run, its worker at hand; `run` gives one task's result.

    Parameters
    ----------
    assignment, submission : Assignment, Submission
    sandbox : bool
    step : called now and then, so that who supervises sees progress
    """

    def __init__(self, assignment, submission, sandbox, step):
        self.assignment, self.step = assignment, step
        self.seconds = assignment.limits.seconds_per_test
        self.student = Student(assignment, submission, sandbox, step)
        self.space, self.kept = {}, {}
        self.objections = assignment.rules.objections([stubs.runnable(cell)[0] for cell in submission.cells])
        stub_drawing(assignment.imports)
        self.student.ready()
        self.run_locked()

    def run_locked(self):
        """Run the locked cells here too, so that their names exist in the tests."""
        self.space.update(__name__="__main__", **self.student.names(self.seconds))
        for cell in self.assignment.cells:
            if cell.role == "locked" and cell.kind == "code":
                self.step()
                with contextlib.suppress(Exception, Stopped, Overdue), deadline(self.assignment.limits.seconds_per_cell):
                    exec(compile(stubs.runnable(cell.source)[0], "<locked>", "exec", dont_inherit=True), self.space)
        own = self.assignment.names | {"__builtins__"}
        self.kept = {name: value for name, value in self.space.items() if name not in own}

    def fill(self):
        """The namespace of the next test: locked names as they were, the student's as they are."""
        self.student.ready()
        self.space.clear()
        for name, value in self.kept.items():
            with contextlib.suppress(Exception):
                value = copy.deepcopy(value)
            self.space[name] = value
        self.space.update(self.student.names(self.seconds))

    def run(self, task, source):
        """Status and message of one test cell, or of its visible part."""
        name = f"<test {task.name}>"
        if using := sorted(names_in(source) & set(self.objections)):
            return "failed", plain(self.objections[using[0]])
        for visible in (True, False):
            self.step()
            self.student.visible, self.student.changed = visible, False
            try:
                self.fill()
                with deadline(self.seconds + 0.5):
                    exec(compile(source, name, "exec", dont_inherit=True), self.space)
            except Trouble:
                raise
            except BaseException as error:
                return self.failure(source, name, error, source != task.visible)
            if not self.student.changed:  # else: would it also pass if its arguments were safe?
                break
        return "passed", ""

    def failure(self, source, name, error, hidden):
        """What the student is told."""
        lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == name]
        if isinstance(error, Stopped):
            return error.status, plain(error)
        if isinstance(error, Overdue):
            return "timeout", f"the test did not finish in {self.seconds:g} seconds"
        if isinstance(error, NameError) and getattr(error, "name", None) in self.assignment.names:
            return "missing", f"{error.name} is not defined"
        if isinstance(error, StudentError):
            return "error", self.raised(error, hidden)
        if hidden:
            return "failed", hidden_message(error)
        return "failed", plain(self.visible_message(source, error, lines))

    def raised(self, error, hidden):
        what = f"{plain(error.function, 80)} raised"
        if hidden:  # the message, even the name of a class, could carry the hidden arguments
            return f"a hidden test failed: {what} {type(error).__name__}"
        return f"{what} {plain(error.kind, 80)}: {plain(error)}"

    def visible_message(self, source, error, lines):
        if isinstance(error, (AssertionError, NotCarried)) and str(error):
            return str(error)
        if isinstance(error, AssertionError) and lines:
            return f"this is not so: {source.splitlines()[lines[0] - 1].strip()}"
        return f"{type(error).__name__}: {error}"

    def diagnose(self, task):
        """The code of the misconception that explains a wrong function, or an empty string."""
        if not (task.diagnose and task.function):
            return ""
        from classroom.diagnosis.comparison import diagnose

        try:
            self.step()
            self.fill()
            with deadline(self.seconds):
                function = self.space.get(task.function)
                return (callable(function) and diagnose(task.diagnose, function)) or ""
        except (Exception, Stopped, Overdue):
            return ""

    def close(self):
        self.student.stop()


def hidden_message(error):
    """The kind of thing that is wrong, without a word of the test."""
    kinds = [kind for known, kind in KINDS.items() if isinstance(error, known)]
    if isinstance(error, AssertionError):
        kinds = KIND.findall(str(error).partition("\n")[0])
    return f"a hidden test failed: the {kinds[0] if kinds else 'value'} is wrong"


def judge(assignment, submission, tasks, sandbox, tell):
    """Run the tests of these tasks and tell each result as it comes, as plain data."""
    trial = Trial(assignment, submission, sandbox, lambda: tell({}))
    try:
        seen = {}
        for task in tasks:
            tell({"begin": task.name})
            seen[task.name] = trial.run(task, task.visible)
        for task in tasks:
            tell({"begin": task.name})
            status, message = seen[task.name]
            if status == "passed" and task.source != task.visible:
                status, message = trial.run(task, task.source)
            wrong = status in ("failed", "error")
            code = trial.diagnose(task) if wrong else ""
            result = {"status": status, "message": message, "diagnosis": code}
            tell({"task": task.name, "result": result})
        tell({"notes": [plain(note, 300) for _, note in sorted(trial.student.notes.items())]})
    finally:
        trial.close()
