"""Files that were found, and what their names say of their owners.

Four ways of naming are known: nbgrader's `STUDENT/NAME/NAME.ipynb`, Canvas's
`lastfirst_12345_67890_NAME-1.ipynb` (with `_LATE` where it was late), Moodle's
`Full Name_1234_assignsubmission_file_/NAME.ipynb`, and plain `STUDENT.ipynb`
or `STUDENT/anything.ipynb`.
"""

import os
import re
from dataclasses import dataclass, replace
from pathlib import Path

from classroom.errors import GradingError
from classroom.names import printable
from classroom.submissions.roster import Student

MAX_FILES = 100_000
CANVAS = re.compile(r"(?P<name>[^_]+)(?P<late>_LATE)?_(?P<id>\d+)_(?P<order>\d+)_(?P<file>.+)", re.S)
MOODLE = re.compile(r"(?P<name>.+)_(?P<id>\d+)_assignsubmission_file_?(?P<file>.*)", re.S)
VERSION = re.compile(r"(?P<file>.+)-(?P<version>\d{1,6})", re.S)
NOT_OURS = {"__MACOSX", "Thumbs.db", "desktop.ini"}


@dataclass(frozen=True)
class Found:
    """A file: the parts of its name, where its bytes are, when it was changed."""

    parts: tuple[str, ...]
    path: Path
    modified: float
    problem: str = ""  # a status in words where it cannot be read

    @property
    def is_notebook(self):
        """Whether the name ends in .ipynb."""
        return self.parts[-1].lower().endswith(".ipynb")

    @property
    def shown(self):
        """The name as people may see it."""
        return printable("/".join(self.parts))

    def with_problem(self, problem):
        """The same file with a status."""
        return replace(self, problem=problem)


@dataclass(frozen=True)
class Claim:
    """Whose file this is by its name, and how it ranks among files of one student."""

    student: Student
    found: Found
    rank: tuple
    late: bool = False


def ignored(parts):
    """Whether a file is a by-product of some system."""
    return not parts or any(part.startswith(".") or part in NOT_OURS for part in parts)


def walk(folder):
    """Every file below a folder, links not followed; a folder called *.ipynb counts as a file."""
    found = []
    for top, folders, files in os.walk(folder):
        links = [name for name in folders if name.lower().endswith(".ipynb") or os.path.islink(os.path.join(top, name))]
        folders[:] = sorted(set(folders) - set(links) - NOT_OURS)
        for name in (*links, *files):
            path = Path(top, name)
            parts = path.relative_to(folder).parts
            if not ignored(parts):
                found.append(Found(parts, path, path.lstat().st_mtime))
        if len(found) > MAX_FILES:
            raise GradingError(f"{folder} holds more than {MAX_FILES} files; name the folder of one assignment's submissions")
    return found


def claim(found, name):
    """
    What a file's name says.

    Parameters
    ----------
    found : Found
    name : str
        Of the assignment.

    Returns
    -------
    Claim or None
        None for a file of another assignment and for a file that is no
        notebook and names no student.
    """
    first, last = found.parts[0], found.parts[-1]
    stem = last[:-6] if found.is_notebook else last
    moodle = MOODLE.fullmatch(first if len(found.parts) > 1 else stem)
    if moodle:
        file = stem if len(found.parts) > 1 else moodle["file"]
        return _lms(found, moodle, "moodle_id", file == name, 0, found.modified)
    if len(found.parts) == 1:
        canvas = CANVAS.fullmatch(stem)
        if canvas:
            version = VERSION.fullmatch(canvas["file"])
            file, number = (version["file"], int(version["version"])) if version else (canvas["file"], 0)
            return _lms(found, canvas, "canvas_id", name in (file, canvas["file"]), number, int(canvas["order"]))
        return _plain(found, stem, True) if found.is_notebook else None
    if len(found.parts) > 2 and found.parts[1] != name:
        return None
    return _plain(found, first, stem == name and len(found.parts) < 4)


def _lms(found, match, kind, exact, version, order):
    """The claim of a file that an LMS named."""
    name, number = printable(match["name"]).strip(), match["id"]
    student = Student(f"{name}_{number}", name, **{kind: number})
    rank = (found.is_notebook, exact, version, order, found.modified, found.parts)
    return Claim(student, found, rank, bool(match.groupdict().get("late")))


def _plain(found, student, exact):
    """The claim of a file that is called by the student's id."""
    rank = (found.is_notebook, exact, 0, found.modified, found.modified, found.parts)
    return Claim(Student(printable(student).strip()), found, rank)
