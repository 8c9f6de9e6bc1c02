"""Marks that a teacher enters: `manual.csv`.

The grader writes a row for each student and each task that is marked by hand,
with the student's answer beside it; the teacher fills in `points` and
`comment`. Entered marks stay through every regrade. A row added for any other
task replaces the points that its tests gave.
"""

from dataclasses import dataclass

from classroom.errors import GradingError
from classroom.names import printable
from classroom.table import read_table, write_table

COLUMNS = ["student", "task", "points", "comment", "answer"]


@dataclass(frozen=True)
class Entry:
    """What the teacher entered for one task of one student; `points` None means not yet."""

    points: float | None = None
    comment: str = ""


def read_manual(path, assignment):
    """
    Read the entered marks.

    Parameters
    ----------
    path : Path
        There need not be one.
    assignment : Assignment

    Returns
    -------
    dict of (str, str) to Entry
        By student id and task; rows without points and comment are left out.

    Raises
    ------
    GradingError
        If a row cannot be understood; the message names the line.
    """
    if not path.exists():
        return {}
    most = {task.name: task.points for task in assignment.tasks}
    entries, lines = {}, {}
    for line, row in read_table(path, ("student", "task", "points", "comment")):
        where, key = f"{path}, line {line}", (row.get("student", ""), row.get("task", ""))
        entry = Entry(_points(row.get("points", ""), most.get(key[1]), where), row.get("comment", ""))
        if not key[0]:
            raise GradingError(f"{where}: no student")
        if key in lines:
            raise GradingError(f"{where}: {key[1]} of {key[0]} stands already in line {lines[key]}")
        lines[key] = line
        if entry == Entry():
            continue
        if key[1] not in most:
            raise GradingError(f"{where}: {assignment.name} has no task “{key[1]}”; it has {', '.join(most)}")
        entries[key] = entry
    return entries


def _points(text, most, where):
    """The number in a cell, or None for an empty one; a decimal comma is read too."""
    if not text:
        return None
    try:
        points = float(text.replace(",", "."))
    except ValueError:
        raise GradingError(f"{where}: “{printable(text)}” is not a number of points") from None
    if most is not None and not 0 <= points <= most:
        raise GradingError(f"{where}: {text} points are not between 0 and {most:g}")
    return points


def write_manual(path, assignment, answers, entries):
    """
    Write the rows to fill in, with what was entered.

    Parameters
    ----------
    path : Path
    assignment : Assignment
    answers : dict of str to dict
        Of each student who handed in: the text by task.
    entries : dict of (str, str) to Entry
    """
    tasks = [task.name for task in assignment.tasks if task.manual]
    keys = {(student, task): None for student in answers for task in tasks} | dict.fromkeys(entries)
    rows = []
    for student, task in keys:
        entry, answer = entries.get((student, task), Entry()), answers.get(student, {}).get(task, "")
        rows.append([student, task, entry.points, entry.comment, answer])
    if rows:
        write_table(path, COLUMNS, rows)
