"""The mark sheet: one row a student, with what the tests gave and what the teacher entered."""

from dataclasses import dataclass

from classroom.grading.marking import TaskResult
from classroom.masters.assignment import Task
from classroom.results.manual import Entry
from classroom.submissions.roster import Student

GRADED, NOT_YET = "graded", "not graded yet"


@dataclass(frozen=True)
class Scored:
    """One task of one student; `points` None means that there is no mark yet."""

    task: Task
    points: float | None
    status: str
    message: str = ""
    diagnosis: str = ""
    comment: str = ""
    answer: str = ""


@dataclass(frozen=True)
class Row:
    """One student of the mark sheet."""

    student: Student
    status: str
    tasks: tuple[Scored, ...]
    notes: tuple[str, ...] = ()
    handed_in: bool = True

    @property
    def graded(self):
        """Whether the submission was read and marked."""
        return self.status == GRADED

    @property
    def total(self):
        """The sum of the points; None where the grader failed and nothing was entered."""
        points = [scored.points for scored in self.tasks if scored.points is not None]
        return None if self.status.startswith("not graded") and not points else sum(points)

    @property
    def waiting(self):
        """How many tasks wait to be marked by hand."""
        return sum(scored.points is None for scored in self.tasks) if self.graded else 0


def rows_of(assignment, handed_in, results, failed, entries):
    """
    Make the mark sheet.

    Parameters
    ----------
    assignment : Assignment
    handed_in : iterable of HandedIn
    results : Results
    failed : dict of str to Marks
        Of those who could not be graded in this run.
    entries : dict of (str, str) to Entry

    Returns
    -------
    list of Row
    """
    return [_row(assignment, one, _marks(one, results, failed), entries) for one in handed_in]


def _marks(handed, results, failed):
    """The marks of a student, or None."""
    return None if handed.problem else failed.get(handed.student.id) or results.find(handed.student.id, handed.digest)


def _row(assignment, handed, marks, entries):
    """The row of one student."""
    student = handed.student
    found = {result.name: result for result in marks.tasks} if marks else {}
    answers = marks.answers if marks else {}
    tasks = tuple(
        _scored(task, found.get(task.name), entries.get((student.id, task.name), Entry()), answers.get(task.name, ""))
        for task in assignment.tasks
    )
    status = handed.problem or (marks.status if marks else NOT_YET)
    row = Row(student, status, tasks, (*handed.notes, *(marks.notes if marks else ())), handed.path is not None)
    waiting = [f"{row.waiting} of {len(tasks)} tasks wait to be marked by hand"] if row.waiting else []
    return Row(student, status, tasks, (*row.notes, *waiting), row.handed_in)


def _scored(task, result, entry, answer):
    """One task: what the teacher entered comes before what the tests gave."""
    result = result or TaskResult(task.name, None, task.points, "missing")
    points = None if task.manual or result.points is None else result.points
    if entry.points is not None:
        points = entry.points
    status = "manual" if task.manual or entry.points is not None else result.status
    return Scored(task, points, status, result.message, result.diagnosis, entry.comment, answer)
