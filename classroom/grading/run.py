"""Grade a class: one supervised process for each submission, results as they come.

A child that is killed, hangs or fails takes nothing with it: its submission is
tried once more, then gets a status in words, and the rest goes on. What is
finished stands in the journal, so that a cut run goes on where it stopped.
"""

import os
import time
from collections import deque
from contextlib import closing
from dataclasses import dataclass, replace

from tqdm import tqdm

from classroom.grading.child import Child, kill_all, process_context
from classroom.grading.marking import Marks
from classroom.masters.assignment import Assignment
from classroom.submissions.collect import HandedIn

NOT_GRADED = "not graded"


@dataclass(frozen=True)
class Job:
    """One submission to mark; `tasks` None means all, `base` holds the marks that stay."""

    handed: HandedIn
    assignment: Assignment
    sandbox: bool
    tasks: tuple[str, ...] | None = None
    base: Marks | None = None

    def merged(self, marks):
        """The marks, with those of the tasks that were not marked again."""
        if self.base is None or len(marks.tasks) < len(self.tasks):
            return marks
        new = {result.name: result for result in marks.tasks}
        old = {result.name: result for result in self.base.tasks}
        tasks = [new.get(task.name) or old[task.name] for task in self.assignment.tasks]
        return replace(marks, tasks=tasks, answers={**self.base.answers, **marks.answers})


def grade_class(assignment, handed_in, results, *, mark, jobs=None, sandbox=True, tasks=None, again=False,
                progress=False, supervise=None, seconds=None):  # fmt: skip
    """
    Mark every submission that has no marks yet.

    Parameters
    ----------
    assignment : Assignment
    handed_in : iterable of HandedIn
    results : Results
    mark : callable
        `mark(assignment, path, sandbox=..., tasks=...)` returns Marks.
    jobs : int, optional
        How many at a time; as many as there are cores.
    sandbox : bool
    tasks : collection of str, optional
        Mark these again and keep the others' marks, where there are any.
    again : bool
        Mark also what has marks already.
    progress : bool
        Show a bar with the time left.
    supervise : callable, optional
        Another way to run the jobs, such as a cluster's.
    seconds : float, optional
        After which a submission is given up; from the assignment's limits.

    Returns
    -------
    dict of str to Marks
        By student id, for those who could not be graded: the status says why,
        and the next run tries them again.
    """
    todo = _plan(assignment, handed_in, results, sandbox, tasks, again)
    seconds = seconds or patience(assignment)
    finished = supervise(todo, mark, seconds) if supervise else supervise_here(todo, mark, seconds, jobs or cores())
    failed = {}
    bar = _Bar(total=len(todo), unit=" submissions", disable=None if progress else True, smoothing=0.1)
    with closing(finished), bar:  # an error while writing ends the children at once
        for job, marks in finished:
            if marks.status.startswith(NOT_GRADED):
                failed[job.handed.student.id] = marks
            else:
                results.add(job.handed.student.id, job.handed.digest, job.merged(marks))
            bar.update()
    return failed


class _Bar(tqdm):
    """A progress bar without a thread of its own."""

    monitor_interval = 0


def cores():
    """The number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()


def patience(assignment):
    """More seconds than a submission can need: each cell and each test may use up its own limit."""
    limits, tests = assignment.limits, sum(not task.manual for task in assignment.tasks)
    cells = sum(cell.kind == "code" for cell in assignment.cells)
    return 60 + 2 * cells * limits.seconds_per_cell + tests * (limits.seconds_per_test + limits.seconds_per_cell)


def _plan(assignment, handed_in, results, sandbox, tasks, again):
    """The jobs that are left to do."""
    todo = []
    for one in handed_in:
        student, digest = one.student.id, one.digest
        if one.problem or (results.find(student, digest) and not again):
            continue
        base = (results.find(student, digest) or results.latest(student, digest)) if tasks else None
        if base and _fits(base, assignment, tasks):
            todo.append(Job(one, assignment, sandbox, tuple(tasks), base))
        else:
            todo.append(Job(one, assignment, sandbox))
    return todo


def _fits(base, assignment, tasks):
    """Whether earlier marks hold all tasks that are not to be marked again, with the same points."""
    old = {result.name: result.max_points for result in base.tasks}
    return all(task.name in tasks or old.get(task.name) == task.points for task in assignment.tasks)


def supervise_here(todo, mark, seconds, count):
    """
    Run jobs on this machine.

    Parameters
    ----------
    todo : list of Job
    mark : callable
    seconds : float
        After which a job is given up.
    count : int
        How many run at a time.

    Yields
    ------
    Job, Marks
        In the order in which they finish.
    """
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # the processes share the cores, not each one all of them
    context = process_context(mark)
    waiting, running = deque((job, 1) for job in todo), []
    try:
        while waiting or running:
            while waiting and len(running) < count:
                job, attempt = waiting.popleft()
                running.append((Child(context, mark, job, time.monotonic() + seconds), job, attempt))
            Child.wait([child for child, _, _ in running])
            for item in [item for item in running if item[0].ended]:
                running.remove(item)
                child, job, attempt = item
                marks = child.result()
                if marks is None and attempt == 1:
                    waiting.append((job, 2))
                else:
                    yield job, marks or Marks(f"{NOT_GRADED}: the process that marks it was killed twice ({child.how})")
    finally:
        kill_all()
        for child, _, _ in running:
            child.connection.close()
