"""What is left in the students' version, and what differs from the master."""

import pytest

from classroom.masters.assignment import read_assignment
from classroom.masters.handout import CODE_STUB, student_version
from classroom.masters.leaks import differences, foreign_imports, leaks
from small_assignment import SOLUTION, with_cells, write_small


@pytest.mark.parametrize("change", ["source", "frame", "points", "outputs", "missing", "answer", "words", "kind"])
def test_a_difference_outside_of_the_marked_places(tmp_path, change):
    """Every sort of change in the students' version is found."""
    assignment = read_assignment(write_small(tmp_path))
    notebook = student_version(assignment)
    assert differences(assignment, notebook) == []
    head, tools, stub, test, words = notebook.cells
    if change == "missing":
        notebook.cells = [head, tools, stub, test]
        assert differences(assignment, notebook) == ["the students' version has 4 cells instead of 5"]
        return
    changes = {
        "source": (tools, lambda: tools.update(source="import numpy as np\nx = 1")),
        "frame": (stub, lambda: stub.update(source=stub.source.replace("triple", "tripel"))),
        "points": (test, lambda: test.metadata.nbgrader.update(points=5)),
        "outputs": (tools, lambda: tools.update(outputs=["something"])),
        "answer": (words, lambda: words.update(source="It is")),
        "words": (head, lambda: head.update(source=head.source + " ")),
        "kind": (words, lambda: words.update(cell_type="raw")),
    }
    changed, act = changes[change]
    act()
    (reason,) = differences(assignment, notebook)
    name = changed.metadata.get("nbgrader", {}).get("grade_id", "# Small")
    assert name in reason and "differs from the master outside of the marked places" in reason


def test_stubs_in_the_middle_of_a_cell(tmp_path):
    """Two regions in one cell, code before, between and after them."""
    half = "def half(x):\n    ### BEGIN SOLUTION\n    return x / 2.0\n    ### END SOLUTION"
    source = f"import json\n{SOLUTION}\n\n\n{half}\n\n\nhalf(2)"
    assignment = read_assignment(write_small(tmp_path, with_cells(triple_answer=source)))
    notebook = student_version(assignment)
    assert notebook.cells[2].source.count(CODE_STUB.split("\n")[0]) == 2
    assert differences(assignment, notebook) == leaks(assignment, notebook) == foreign_imports(assignment, notebook) == []


@pytest.mark.parametrize(("line", "told"), [("return x + x + x", True), ("return x", False), ("for k in range(3): pass", True)])
def test_a_line_counts_if_it_says_something(tmp_path, line, told):
    """A whole solution may be one return; a bare name is no solution."""
    solution = f"def triple(x):\n    ### BEGIN SOLUTION\n    {line}\n    ### END SOLUTION"
    cells = with_cells(triple_answer=solution, tools=f"import numpy as np\n\n# {line}", head=f"As here:\n\n    {line}")
    assignment = read_assignment(write_small(tmp_path, cells))
    assert bool(leaks(assignment, student_version(assignment))) == told
