"""The students' version: what is cut, what stays, what is locked, where links lead."""

import json

import nbformat

from classroom.masters.assignment import read_assignment
from classroom.masters.handout import linked, student_version, submission
from small_assignment import small_cells, write_small


def test_outputs_go_and_locks_come(tmp_path):
    """Nothing is executed or stored; metadata says what may be edited and deleted."""
    cells = small_cells()
    cells[2] |= {"outputs": [{"output_type": "stream", "name": "stdout", "text": "secret"}], "execution_count": 4}
    notebook = student_version(read_assignment(write_small(tmp_path, cells)))
    nbformat.validate(notebook)
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    assert all(not part.outputs and part.execution_count is None for part in notebook.cells if part.cell_type == "code")
    locks = {part.id: (part.metadata.get("editable", True), part.metadata.get("deletable", True)) for part in notebook.cells}
    assert locks["head"] == (True, True)
    assert locks["tools"] == locks["triple"] == (False, False)
    assert locks["triple-answer"] == locks["words"] == (True, False)
    assert [part.metadata.nbgrader.points for part in notebook.cells if part.id in ("triple", "words")] == [4, 2]


def test_links_lead_to_the_published_book():
    """With an address they are links, without one they are words; others are left alone."""
    text = "[A](../../book/pooling.ipynb), [B](../../book/loss.ipynb#ties) and [C](https://example.org)"
    assert linked(text, "") == "*A*, *B* and [C](https://example.org)"
    assert linked(text, "https://b.org/x/") == (
        "[A](https://b.org/x/pooling.html), [B](https://b.org/x/loss.html#ties) and [C](https://example.org)"
    )


def test_students_versions_are_those_of_nbgrader(tmp_path):
    """nbgrader's own steps, on the same master, cut the same text."""
    from nbgrader.preprocessors import ClearHiddenTests, ClearSolutions

    assignment = read_assignment(write_small(tmp_path))
    theirs = nbformat.read(assignment.path / "small.ipynb", as_version=4)
    for step in (ClearSolutions(), ClearHiddenTests()):
        theirs, _ = step.preprocess(theirs, {})
    texts = [part.source.strip() for part in theirs.cells if part.metadata.get("nbgrader")]
    ours = student_version(assignment)
    assert texts == [part.source for part in ours.cells if part.metadata.get("nbgrader")]


def test_a_submission_is_the_students_version_filled_in(tmp_path):
    """Only the named cells change."""
    assignment = read_assignment(write_small(tmp_path))
    handed_in, stub = submission(assignment, {"triple-answer": "triple = 3"}), student_version(assignment)
    changed = [new.id for new, old in zip(handed_in.cells, stub.cells) if new.source != old.source]
    assert changed == ["triple-answer"]
    assert json.loads(nbformat.writes(handed_in))["nbformat"] == 4
