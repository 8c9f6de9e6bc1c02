"""Marks in an nbgrader gradebook, read back through nbgrader's own interface."""

import shutil
import subprocess
import sys
from dataclasses import replace

import pytest
from nbgrader.api import Gradebook, MissingEntry

from classroom.errors import GradingError
from classroom.results.gradebook import write_gradebook
from mark_sheet import ASSIGNMENT, row, sheet


@pytest.fixture(scope="module")
def blank(tmp_path_factory):
    """A gradebook that our first writing made; it takes seconds, since nbgrader starts alembic."""
    path = tmp_path_factory.mktemp("gradebook") / "gradebook.db"
    write_gradebook(f"sqlite:///{path}", ASSIGNMENT, [])
    return path


@pytest.fixture
def url(tmp_path, blank):
    """The address of a copy of it."""
    shutil.copy(blank, tmp_path / "gradebook.db")
    return f"sqlite:///{tmp_path}/gradebook.db"


def dumped(url):
    """Every row of every table that a second writing could change."""
    from sqlalchemy import text

    tables = ("assignment", "notebook", "base_cell", "grade_cells", "student", "submitted_assignment", "grade", "comment")
    with Gradebook(url) as gradebook:
        return {name: sorted(map(repr, gradebook.db.execute(text(f"select * from {name}")))) for name in tables}


def test_scores_are_those_of_the_sheet(url):
    """Per task and in total; who was not graded has no submission."""
    write_gradebook(url, ASSIGNMENT, sheet())
    with Gradebook(url) as gradebook:
        ada = gradebook.find_submission("convolve", "ada")
        assert (ada.score, ada.max_score, ada.needs_manual_grade) == (5.5, 6, False)
        assert gradebook.find_grade("value", "convolve", "convolve", "ada").auto_score == 2
        assert gradebook.find_grade("explain", "convolve", "convolve", "ada").manual_score == 1.5
        assert gradebook.find_comment("explain", "convolve", "convolve", "ada").comment == "Good, but say why."
        bob = gradebook.find_submission("convolve", "bob")
        assert bob.score == 3 and bob.needs_manual_grade
        student = gradebook.find_student("ada")
        assert (student.first_name, student.last_name) == ("Ada", "Lovelace")
        assert (student.email, student.lms_user_id) == ("ada@x.org", "101")
        with pytest.raises(MissingEntry):
            gradebook.find_submission("convolve", "eve")


def test_writing_twice_changes_nothing(url):
    """Row by row."""
    write_gradebook(url, ASSIGNMENT, sheet())
    first = dumped(url)
    write_gradebook(url, ASSIGNMENT, sheet())
    assert dumped(url) == first and len(first["grade"]) == 4 * 3


def test_regrade_replaces_scores_and_keeps_the_formgraders(url):
    """What a teacher entered in nbgrader stays, unless manual.csv has it too."""
    write_gradebook(url, ASSIGNMENT, [row("ada"), row("bob")])
    with Gradebook(url) as gradebook:
        for student in ("ada", "bob"):
            gradebook.find_grade("explain", "convolve", "convolve", student).manual_score = 0.5
        gradebook.find_comment("explain", "convolve", "convolve", "ada").manual_comment = "mine"
        gradebook.db.commit()
    write_gradebook(url, ASSIGNMENT, [row("ada", points=(2.0, 2.0, None)), row("bob", points=(2.0, 0.0, 2.0))])
    with Gradebook(url) as gradebook:
        assert [gradebook.find_submission("convolve", student).score for student in ("ada", "bob")] == [4.5, 4]
        assert gradebook.find_comment("explain", "convolve", "convolve", "ada").comment == "mine"
        assert not gradebook.find_grade("explain", "convolve", "convolve", "ada").needs_manual_grade


def test_task_that_is_newer_than_a_submission_gets_its_grade(url):
    """The master grew after the first writing."""
    write_gradebook(url, ASSIGNMENT, [row("ada")])
    new = replace(ASSIGNMENT.tasks[2], name="newer")
    more, one = replace(ASSIGNMENT, tasks=(*ASSIGNMENT.tasks, new)), row("ada", comment="late")
    write_gradebook(url, more, [replace(one, tasks=(*one.tasks, replace(one.tasks[2], task=new, points=0.5)))])
    with Gradebook(url) as gradebook:
        assert gradebook.find_submission("convolve", "ada").score == 3.5
        assert gradebook.find_comment("newer", "convolve", "convolve", "ada").comment == "late"
        assert gradebook.find_comment("explain", "convolve", "convolve", "ada").comment == "late"


def test_gradebook_that_cannot_be_written_is_a_clear_error(tmp_path):
    """No such folder; no data base at all."""
    for url in (f"sqlite:///{tmp_path}/none/gradebook.db", "gradebook.db"):
        with pytest.raises(GradingError, match="cannot write the gradebook"):
            write_gradebook(url, ASSIGNMENT, sheet())


def test_missing_package_is_named():
    """The sentence says what to install."""
    code = "import sys; sys.modules['nbgrader'] = None; from classroom.results.gradebook import write_gradebook as w; w('', None, [])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "GradingError" in done.stderr and "pip install 'cnnbp[gradebook]'" in done.stderr
