"""Collect submissions: whose notebook is which, in whatever layout they came.

Every student of the roster gets a row, with or without a file; without a
roster every student who has a file does. Of several files of one student one
is taken by rule, and a note says so.
"""

from dataclasses import dataclass, field, replace
from pathlib import Path

from classroom.errors import GradingError
from classroom.files import digest_of
from classroom.submissions.archive import unpack
from classroom.submissions.found import Found, claim, walk
from classroom.submissions.roster import Register, Student, read_roster

NOTHING = "nothing handed in"


@dataclass(frozen=True)
class HandedIn:
    """What one student handed in: a file, or a status in words."""

    student: Student
    path: Path | None
    digest: str = ""  # of the file's bytes
    problem: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Collection:
    """A class: one entry a student, and the files that match nobody."""

    handed_in: tuple[HandedIn, ...]
    unmatched: tuple[str, ...] = field(default=())


def collect(submissions, assignment, folder, roster=None):
    """
    Find the submissions to an assignment.

    Parameters
    ----------
    submissions : Path
        A folder or a zip.
    assignment : Assignment
    folder : Path
        Where the notebooks of a zip are unpacked.
    roster : Path, optional

    Returns
    -------
    Collection
        Sorted by student id.

    Raises
    ------
    GradingError
        If the folder, the zip or the roster cannot be read, or nothing is found.

    Notes
    -----
    Of several files the one called by the assignment's name wins, then the
    higher version that the LMS gave, then the one changed last.
    """
    students = read_roster(roster) if roster else None
    found = _find(submissions, assignment, folder)
    owners, unmatched = _sort(found, assignment.name, students)
    if not owners and not students:
        beside = f" (it holds {unmatched[0]})" if unmatched else ""
        raise GradingError(f"no submission to {assignment.name} was found in {submissions}{beside}")
    for student in students or ():
        owners.setdefault(student, [])
    handed = [_choose(student, claims) for student, claims in owners.items()]
    return Collection(tuple(sorted(handed, key=lambda one: one.student.id)), tuple(sorted(unmatched)))


def _find(submissions, assignment, folder):
    """All files of a folder or a zip."""
    if submissions.is_dir():
        inner = submissions / "submitted"
        return walk(inner if inner.is_dir() else submissions)
    if not submissions.exists():
        raise GradingError(f"{submissions} does not exist")
    found = unpack(submissions, folder, assignment.limits.notebook_mb << 20)
    return _without_top(found, assignment.name)


def _without_top(found, name):
    """The files of a zip without the one folder that holds them all, if it is not a student's."""
    tops = {one.parts[0] for one in found}
    while len(tops) == 1 and len(found) > 1 and all(len(one.parts) > 1 and one.parts[1] != name for one in found):
        if "assignsubmission" in tops.pop():
            break
        found = [Found(one.parts[1:], one.path, one.modified, one.problem) for one in found]
        tops = {one.parts[0] for one in found}
    return found


def _sort(found, name, students):
    """The claims of each student, and the files that match nobody."""
    register = Register(students) if students else None
    owners, unmatched = {}, []
    for one in found:
        claimed = claim(one, name)
        student = claimed and (register.find(claimed.student) if register else claimed.student)
        if student:
            owners.setdefault(student, []).append(claimed)
        elif not _of_another_assignment(one, name):
            unmatched.append(one.shown)
    return owners, unmatched


def _of_another_assignment(found, name):
    """Whether nbgrader's layout puts this file into the folder of another assignment."""
    return len(found.parts) > 2 and found.parts[1] != name


def _choose(student, claims):
    """Take one of the files of a student."""
    if not claims:
        return HandedIn(student, None, problem=NOTHING)
    ranked = sorted(claims, key=lambda one: one.rank)
    chosen, found = ranked[-1], ranked[-1].found
    student = _with_numbers(student, chosen.student)
    if not found.is_notebook:
        return HandedIn(student, None, problem=f"not readable: no notebook, but {found.shown}")
    notes = ["handed in late"] if chosen.late else []
    others = [one.found.shown for one in ranked[-2::-1] if one.found.is_notebook]
    if others:
        notes.append(f"{len(others) + 1} notebooks were handed in; {found.shown} was marked, not {', '.join(others)}")
    digest = "" if found.problem else digest_of(found.path)
    return HandedIn(student, found.path, digest, found.problem, tuple(notes))


def _with_numbers(student, claimed):
    """The student with the numbers that an LMS put into the file's name."""
    numbers = {key: getattr(student, key) or getattr(claimed, key) for key in ("canvas_id", "moodle_id")}
    return replace(student, **numbers)
