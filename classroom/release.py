"""From the master to the students' version, unless something is wrong with it.

The master is tried through the grader itself: a release whose right answers lose
marks, or whose wrong answers earn them, never reaches a student.
"""

import contextlib
import os
import tempfile
from pathlib import Path

import nbformat
from tqdm import tqdm

from classroom.errors import GradingError
from classroom.grading import marking
from classroom.grading.run import Job, cores, patience, supervise_here
from classroom.masters.assignment import SEED, read_assignment
from classroom.masters.handout import student_version, submission
from classroom.masters.leaks import differences, foreign_imports, leaks, untold_rules
from classroom.masters.rehearsal import known, rehearsals
from classroom.sandbox.process import closes_namespaces
from classroom.submissions.collect import HandedIn
from classroom.submissions.roster import Student

FEWEST = {"wrong": 6, "unusual": 3}  # files of known solutions


class ReleaseRefused(GradingError):
    """A master that must not go to students, with all reasons in one sentence."""


def release(path, out, seeds=(1, 2, 3), book="", mark=None):
    """
    Write the students' version of an assignment.

    Parameters
    ----------
    path : Path
        The folder of the master.
    out : Path
        The folder into which NAME/NAME.ipynb is written.
    seeds : iterable of int
        The master must earn full marks with the hidden inputs of each.
    book : str
        The address of the published book, for links to its chapters.
    mark : callable, optional
        Marks a notebook, as `classroom.grading.marking.mark` does.

    Returns
    -------
    path : Path
        The students' notebook.

    Raises
    ------
    AssignmentError
        If the master cannot be read.
    ReleaseRefused
        If anything is wrong with it.
    """
    assignment = read_assignment(path)
    notebook = student_version(assignment, book)
    nbformat.validate(notebook)
    reasons = [
        *leaks(assignment, notebook),
        *differences(assignment, notebook, book),
        *foreign_imports(assignment, notebook),
        *untold_rules(assignment, notebook),
        *failed_rehearsals(assignment, seeds, mark),
    ]
    if reasons:
        raise ReleaseRefused(f"{assignment.name} is not released: {'; '.join(reasons)}")
    target = Path(out) / assignment.name / f"{assignment.name}.ipynb"
    target.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, target)
    return target


def failed_rehearsals(assignment, seeds=(), mark=None):
    """
    Mark every known submission and compare with what it must earn.

    Parameters
    ----------
    assignment : Assignment
    seeds, mark
        As in `release`.

    Returns
    -------
    reasons : list of str
    """
    reasons = [f"the folder {folder} holds {count} solutions, and {fewest} are the least"
               for folder, fewest in FEWEST.items()
               if (count := len(known(assignment, folder))) < fewest]  # fmt: skip
    master, *others = rehearsals(assignment)
    groups = [(None, [master, *others]), *((seed, [master]) for seed in seeds)]
    with tqdm(total=sum(len(group) for _, group in groups), desc=assignment.name, disable=None) as bar:
        for seed, group in groups:
            with seeded(seed):
                found = {}
                for name, marks in rehearsed(assignment, group, mark):
                    found[name] = marks
                    bar.update()
            reasons += [reason for trial in group for reason in disagreements(trial, found[trial.name])]
    return reasons


def rehearsed(assignment, group, mark=None):
    """Hand in each rehearsal of a group and give its name and marks; as many at a time as there are cores."""
    with tempfile.TemporaryDirectory() as folder:
        jobs = []
        for number, rehearsal in enumerate(group):
            path = Path(folder, f"{number}.ipynb")
            nbformat.write(submission(assignment, rehearsal.cells), path)
            jobs.append(Job(HandedIn(Student(rehearsal.name), path), assignment, True))
        if mark:
            finished = ((job, mark(assignment, job.handed.path)) for job in jobs)
        else:
            closes_namespaces()  # or say once why there is no sandbox
            finished = supervise_here(jobs, marking.mark, patience(assignment), cores())
        yield from ((job.handed.student.id, marks) for job, marks in finished)


def disagreements(rehearsal, marks):
    """What a rehearsal earned, where it should have earned something else."""
    reasons, name = [], rehearsal.name
    if marks.status != "graded":
        reasons.append(f"{name}: {marks.status}")
    if marks.points != rehearsal.mark:
        failed = [task.name for task in marks.tasks if task.status not in ("passed", "manual")]
        reasons.append(f"{name} earned {marks.points:g}, not {rehearsal.mark:g} (not passed: {', '.join(failed)})")
    found = {task.diagnosis for task in marks.tasks if task.diagnosis}
    if rehearsal.name.startswith(("wrong/", "unusual/")) and found != rehearsal.diagnoses:
        words = [", ".join(sorted(codes)) or "none" for codes in (found, rehearsal.diagnoses)]
        reasons.append(f"{name} was diagnosed as {words[0]}, not {words[1]}")
    return reasons


@contextlib.contextmanager
def seeded(seed):
    """The hidden tests draw their inputs from this seed; from the teacher's if it is None."""
    before = os.environ.get(SEED)
    if seed is not None:
        os.environ[SEED] = str(seed)
    try:
        yield
    finally:
        os.environ.pop(SEED, None)
        if before is not None:
            os.environ[SEED] = before
