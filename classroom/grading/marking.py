"""One submission in, its marks out, whatever the submission does.

`mark` reads the notebook as data and starts one trusted child process for it, in which the
tests run (see `trial`); the student's code runs in a sandbox that this child starts. If the
child ends or hangs, the results that it told are kept, the test that it was in gets none, and
a new child goes on with the rest.
"""

import ctypes
import json
import os
import resource
import select
import signal
import sys
import time
import warnings
from dataclasses import asdict, dataclass, field
from pathlib import Path

from classroom.grading.trial import judge
from classroom.sandbox.descendants import adopt
from classroom.sandbox.process import closes_namespaces
from classroom.sandbox.proxies import Trouble
from classroom.submissions.submission import UnreadableSubmission, read_submission

PATIENCE = 10  # seconds beyond all limits, for a machine that is busy
NOTES = 60
PR_SET_PDEATHSIG = 1


@dataclass
class TaskResult:
    """What one task earned, and a plain sentence for the student that says why."""

    name: str
    points: float
    max_points: float
    status: str  # passed, failed, error, timeout, crashed, missing, manual
    message: str = ""
    diagnosis: str = ""


@dataclass
class Marks:
    """All that grading finds out about one submission; plain data, fit for JSON."""

    status: str
    tasks: list[TaskResult] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def points(self):
        return sum(task.points for task in self.tasks)

    def to_dict(self):
        return asdict(self)

    @classmethod
    def from_dict(cls, data):
        return cls(**{**data, "tasks": [TaskResult(**task) for task in data["tasks"]]})


def mark(assignment, path, *, sandbox=True, tasks=None):
    """Mark one submission.

    Parameters
    ----------
    assignment : Assignment
    path : Path
        The student's notebook.
    sandbox : bool
        False runs the student's code with the rights of who grades, within limits of memory
        and time alone.
    tasks : collection of str, optional
        The names of the tasks to mark; all if None.

    Returns
    -------
    Marks

    Raises
    ------
    NoSandbox
        If `sandbox` is wanted and there is none on this machine. Nothing that a submission
        does raises.
    """
    if sandbox:
        closes_namespaces()
    started = time.monotonic()
    chosen = [task for task in assignment.tasks if tasks is None or task.name in tasks]
    marks = Marks("graded", [start_result(task) for task in chosen])
    try:
        submission = read_submission(path, assignment)
    except UnreadableSubmission as error:
        marks.status = str(error)
    else:
        marks.notes, marks.answers = list(submission.notes), submission.answers
        automatic = [task for task in chosen if not task.manual]
        supervise(marks, assignment, submission, automatic, sandbox)
    marks.notes = marks.notes[:NOTES]
    marks.seconds = time.monotonic() - started
    return marks


def start_result(task):
    return TaskResult(task.name, 0.0, task.points, "manual" if task.manual else "missing")


def supervise(marks, assignment, submission, tasks, sandbox):
    """Start children until every task has its result."""
    results = {result.name: result for result in marks.tasks}
    points = {task.name: task.points for task in tasks}
    patience = max(assignment.limits.seconds_per_cell, 2 * assignment.limits.seconds_per_test) + PATIENCE
    while tasks:
        begun = ended = None
        for news in child_news(assignment, submission, tasks, sandbox, patience):
            begun = news.get("begin", begun)
            if "task" in news:
                result, begun = results[news["task"]], None
                vars(result).update(news["result"])
                result.points = points[result.name] if result.status == "passed" else 0.0
                tasks = [task for task in tasks if task.name != result.name]
            if "trouble" in news:
                marks.status = f"not graded: {news['trouble']}"
                return
            if "notes" in news:
                marks.notes += [note for note in news["notes"] if note not in marks.notes]
                ended = True
        if ended or not tasks:
            return
        if begun is None:
            marks.status = "not graded: the grader's own process ended before a test"
            return
        for task in [task for task in tasks if begun == task.name]:
            results[task.name].status = "crashed"
            results[task.name].message = "the grader's own process ended or hung in this test"
            tasks = [other for other in tasks if other is not task]


def child_news(assignment, submission, tasks, sandbox, patience):
    """Start a trusted child and give what it tells, line by line, until it ends or falls silent."""
    reader, writer = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of a fork beside threads: the child uses none of them
        parent, child = os.getpid(), os.fork()
    if child == 0:
        run_child(parent, writer, assignment, submission, tasks, sandbox)
    os.close(writer)
    try:
        yield from lines(reader, patience)
    finally:
        os.close(reader)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def lines(reader, patience):
    data = b""
    while select.select([reader], [], [], patience)[0]:
        piece = os.read(reader, 1 << 16)
        if not piece:
            return
        *complete, data = (data + piece).split(b"\n")
        yield from map(json.loads, complete)


def run_child(parent, writer, assignment, submission, tasks, sandbox):
    """The whole life of the child; it never returns."""
    try:
        os.setsid()
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            return
        for name in (signal.SIGINT, signal.SIGTERM):
            signal.signal(name, signal.SIG_DFL)
        null = os.open(os.devnull, os.O_RDWR)
        for number in range(3):
            os.dup2(null, number)
        sys.stdout = sys.stderr = open(os.devnull, "w")
        warnings.simplefilter("ignore")
        adopt()
        bound_memory(assignment.limits.memory_mb)
        judge(assignment, submission, tasks, sandbox, lambda news: tell(writer, news))
    except (Exception, Trouble) as error:  # not a student's: those are results
        tell(writer, {"trouble": f"{type(error).__name__}: {error}"[:500]})
    finally:
        os._exit(0)


def bound_memory(megabytes):
    """Let this process take so much more than it has, whatever a test does with a student's result."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    most = pages * resource.getpagesize() + (megabytes << 20)
    resource.setrlimit(resource.RLIMIT_AS, (most, most))


def tell(writer, news):
    data = json.dumps(news).encode() + b"\n"
    while data:
        data = data[os.write(writer, data) :]
