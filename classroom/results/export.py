"""Marks as files: `marks.csv`, `marks.json`, and what Canvas and Moodle import.

Canvas's gradebook import wants Student, ID, SIS User ID, SIS Login ID and
Section in this order, then the assignment, and a second row with the points
possible. It finds a student by ID, else by SIS User ID, else by name.

Moodle's grading worksheet wants Identifier ("Participant 1234", the number in
the names of the downloaded folders), Grade and Last modified (grade), and takes
Feedback comments. Its gradebook import can use the e-mail address instead.

A student for whom there is no mark has an empty cell there, so that an import
changes nothing for him.
"""

import json

from classroom.files import write_file
from classroom.table import write_table

CANVAS = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]
MOODLE = ["Identifier", "Full name", "Email address", "Status", "Grade", "Maximum Grade", "Last modified (grade)",
          "Feedback comments"]  # fmt: skip


def export(folder, assignment, rows, unmatched=()):
    """
    Write all four files.

    Parameters
    ----------
    folder : Path
    assignment : Assignment
    rows : list of Row
    unmatched : iterable of str
        Files that belong to nobody.
    """
    _marks_csv(folder / "marks.csv", assignment, rows)
    _marks_json(folder / "marks.json", assignment, rows, unmatched)
    _canvas(folder / "canvas.csv", assignment, rows)
    _moodle(folder / "moodle.csv", assignment, rows)


def _marks_csv(path, assignment, rows):
    """One row a student, one column a task."""
    columns = ["student", "name", "status", "total", *(task.name for task in assignment.tasks), "notes"]
    lines = []
    for row in rows:
        points = (scored.points for scored in row.tasks)
        lines.append([row.student.id, row.student.name, row.status, row.total, *points, _notes(row)])
    write_table(path, columns, lines)


def _marks_json(path, assignment, rows, unmatched):
    """Everything, for programs."""
    table = {
        "assignment": assignment.name,
        "title": assignment.title,
        "points": assignment.points,
        "students": [_student(row) for row in rows],
        "unmatched": list(unmatched),
    }
    write_file(path, json.dumps(table, indent=1, ensure_ascii=False, allow_nan=False) + "\n")


def _student(row):
    """One student as plain JSON."""
    keys = ("points", "status", "message", "diagnosis", "comment")
    tasks = {one.task.name: {key: getattr(one, key) for key in keys} | {"max_points": one.task.points} for one in row.tasks}
    known = {"student": row.student.id, "name": row.student.name, "email": row.student.email}
    return known | {"status": row.status, "total": row.total, "tasks": tasks, "notes": list(row.notes)}


def _canvas(path, assignment, rows):
    """What Canvas's gradebook imports."""
    lines = [["Points Possible", "", "", "", "", assignment.points]]
    for row in rows:
        student = row.student
        sis = "" if student.canvas_id and student.id.endswith(f"_{student.canvas_id}") else student.id
        lines.append([student.name or student.id, student.canvas_id, sis, "", "", _mark(row)])
    write_table(path, [*CANVAS, assignment.title], lines)


def _moodle(path, assignment, rows):
    """What Moodle's grading worksheet imports."""
    lines = []
    for row in rows:
        student, mark = row.student, _mark(row)
        number = f"Participant {student.moodle_id}" if student.moodle_id else ""
        name = student.name or student.id
        said = _notes(row) if row.graded else row.status
        lines.append([number, name, student.email, row.status, mark, assignment.points, "-", said])
    write_table(path, MOODLE, lines)


def _mark(row):
    """The total for an LMS; None where there is nothing to enter."""
    entered = any(scored.points is not None for scored in row.tasks)
    return row.total if row.handed_in or entered else None


def _notes(row):
    """The notes in one line."""
    return "; ".join(row.notes).replace("\n", " ")
