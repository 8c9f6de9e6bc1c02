"""The roster: who is in the class.

Columns: `student` (the id; `id` and `student_id` mean the same) and, where they
are known, `name` or `first_name` and `last_name`, `email`, `canvas_id` (or
nbgrader's `lms_user_id`) and `moodle_id`.
"""

from dataclasses import dataclass

from classroom.errors import GradingError
from classroom.names import folded, printable
from classroom.table import read_table

ALIASES = {"id": "student", "student_id": "student", "lms_user_id": "canvas_id"}


@dataclass(frozen=True)
class Student:
    """One row of the roster, or what a file name says of its owner."""

    id: str
    name: str = ""
    email: str = ""
    canvas_id: str = ""
    moodle_id: str = ""


def read_roster(path):
    """
    Read a roster.

    Parameters
    ----------
    path : Path

    Returns
    -------
    tuple of Student

    Raises
    ------
    GradingError
        If it cannot be read, a row has no id, or an id or LMS id stands twice.
    """
    students, lines = [], {}
    for line, row in read_table(path, ()):
        student = _student({ALIASES.get(name, name): printable(cell) for name, cell in row.items()})
        if not student.id:
            raise GradingError(f"{path}, line {line}: no student id; its column is called “student”")
        for kind in ("id", "canvas_id", "moodle_id"):
            key = kind, getattr(student, kind)
            if key[1] and key in lines:
                raise GradingError(f"{path}, line {line}: {kind} “{key[1]}” stands already in line {lines[key]}")
            lines[key] = line
        students.append(student)
    if not students:
        raise GradingError(f"{path} holds no student")
    return tuple(students)


def _student(row):
    """The student of one row."""
    name = row.get("name") or f"{row.get('first_name', '')} {row.get('last_name', '')}".strip()
    return Student(row.get("student", ""), name, *(row.get(key, "") for key in ("email", "canvas_id", "moodle_id")))


class Register:
    """Finds the student of the roster that a file belongs to."""

    def __init__(self, students):
        self.exact = {student.id: student for student in students}
        self.canvas = {student.canvas_id: student for student in students if student.canvas_id}
        self.moodle = {student.moodle_id: student for student in students if student.moodle_id}
        self.loose = _unique((key, student) for student in students for key in _spellings(student))

    def find(self, claim):
        """
        The student whom a file name means.

        Parameters
        ----------
        claim : Student
            What the file name says.

        Returns
        -------
        Student or None
            By the LMS's number, else by the id, else by an id in another case,
            an email or a name, if it fits one student alone. A known number
            that differs from the file's rules a name out.
        """
        sure = self.canvas.get(claim.canvas_id) or self.moodle.get(claim.moodle_id) or self.exact.get(claim.id)
        if sure:
            return sure
        found = self.loose.get(_letters(claim.name or claim.id))
        if found is None or _differ(found.canvas_id, claim.canvas_id) or _differ(found.moodle_id, claim.moodle_id):
            return None
        return found


def _differ(known, claimed):
    """Whether two ids are both there and not the same."""
    return bool(known and claimed and known != claimed)


def _letters(text):
    """The letters and digits alone, without case and accents."""
    return "".join(char for char in folded(text) if char.isalnum())


def _spellings(student):
    """How a file may be called: id, email, name, and the name with the last words in front."""
    words = student.name.replace(",", " ").split()
    turned = {"".join(words[i:] + words[:i]) for i in range(len(words))}
    return {key for key in map(_letters, {student.id, student.email, student.email.split("@")[0], *turned}) if key}


def _unique(pairs):
    """A dictionary of the keys that lead to one student alone."""
    found = {}
    for key, student in pairs:
        found.setdefault(key, set()).add(student)
    return {key: students.pop() for key, students in found.items() if len(students) == 1}
