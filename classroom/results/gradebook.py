"""Write marks into an nbgrader gradebook, through nbgrader's own interface.

Writing twice changes nothing. A score that was entered by hand in nbgrader's
formgrader stays, unless `manual.csv` has one for the same task.
"""

import contextlib
import os
import sys
from pathlib import Path

from classroom.errors import GradingError
from classroom.names import printable


def write_gradebook(url, assignment, rows):
    """
    Put the marks of all graded students into a gradebook.

    Parameters
    ----------
    url : str
        Of the data base, such as "sqlite:///gradebook.db".
    assignment : Assignment
    rows : list of Row

    Raises
    ------
    GradingError
        If nbgrader is not installed or the gradebook cannot be written.
    """
    try:
        from nbgrader.api import Gradebook, InvalidEntry
        from sqlalchemy.exc import SQLAlchemyError
    except ImportError:
        raise GradingError("a gradebook needs the package nbgrader: pip install 'cnnbp[gradebook]'") from None
    try:
        with _tools_on_path(), Gradebook(url) as gradebook:
            _define(gradebook, assignment)
            for row in rows:
                if row.graded:
                    _write_student(gradebook, assignment, row)
    except (SQLAlchemyError, InvalidEntry) as error:
        raise GradingError(f"cannot write the gradebook {url}: {str(error).splitlines()[0]}") from None


@contextlib.contextmanager
def _tools_on_path():
    """Let nbgrader find `alembic`, which it starts by name, beside a Python that is not activated."""
    before = os.environ.get("PATH", "")
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), before])
    try:
        yield
    finally:
        os.environ["PATH"] = before


def _define(gradebook, assignment):
    """The assignment, its notebook and its graded cells, as `nbgrader generate_assignment` makes them."""
    name = assignment.name
    gradebook.update_or_create_assignment(name)
    gradebook.update_or_create_notebook(name, name)
    for task in assignment.tasks:
        kind = "markdown" if task.manual and task.rung == "explain" else "code"
        gradebook.update_or_create_grade_cell(task.name, name, name, max_score=task.points, cell_type=kind)
        if task.manual:
            gradebook.update_or_create_solution_cell(task.name, name, name)


def _write_student(gradebook, assignment, row):
    """The scores and comments of one student."""
    from nbgrader.api import Comment, Grade

    name, student = assignment.name, row.student
    first, _, last = printable(student.name).rpartition(" ")
    known = {"first_name": first or None, "last_name": last or None, "email": student.email or None,
             "lms_user_id": student.canvas_id or None}  # fmt: skip
    gradebook.update_or_create_student(student.id, **{key: value for key, value in known.items() if value})
    with gradebook.db.no_autoflush:  # nbgrader links the submission before it adds it
        gradebook.update_or_create_submission(name, student.id)
    notebook = gradebook.find_submission_notebook(name, name, student.id)
    for scored in row.tasks:
        cell = gradebook.find_grade_cell(scored.task.name, name, name)
        grade = _get_or_add(gradebook, Grade, cell, notebook)
        _score(grade, scored)
        if scored.comment and scored.task.manual:
            cell = gradebook.find_solution_cell(scored.task.name, name, name)
            _get_or_add(gradebook, Comment, cell, notebook).manual_comment = printable(scored.comment, keep="\n\t")
    gradebook.db.commit()


def _score(grade, scored):
    """Set what is known, leave what the formgrader holds."""
    if scored.status == "manual":
        if scored.points is not None:
            grade.manual_score = scored.points
        grade.needs_manual_grade = grade.manual_score is None
    else:
        grade.auto_score, grade.needs_manual_grade = scored.points, False


def _get_or_add(gradebook, kind, cell, notebook):
    """The entry of a cell in a student's notebook; added where the cell is newer than the submission."""
    entry = gradebook.db.query(kind).filter(kind.cell_id == cell.id, kind.notebook_id == notebook.id).one_or_none()
    if entry is None:
        entry = kind(cell_id=cell.id, notebook_id=notebook.id)
        gradebook.db.add(entry)
    return entry
