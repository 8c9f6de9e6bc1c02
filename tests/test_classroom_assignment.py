"""Reading a master: what it becomes, and every way in which it can be wrong."""

import pytest

from classroom.masters.assignment import Limits, defined, read_assignment
from classroom.masters.regions import HIDDEN, SOLUTION, AssignmentError, replace_regions
from small_assignment import TABLE, TEST, cell, small_cells, write_small


@pytest.fixture
def small(tmp_path):
    """The small assignment, read."""
    return read_assignment(write_small(tmp_path))


def refusal(tmp_path, cells=None, table=TABLE):
    """Why a master cannot be read."""
    with pytest.raises(AssignmentError) as error:
        read_assignment(write_small(tmp_path, cells, table))
    return str(error.value)


def with_cell(k, new):
    """The small master's cells, one of them replaced."""
    cells = small_cells()
    cells[k] = new
    return cells


def test_a_master_is_read_whole(small, tmp_path):
    """Title, limits with what the table changes, imports, cells, tasks in the notebook's order."""
    assert (small.name, small.title, small.minutes, small.imports) == ("small", "Small", 5, ("numpy",))
    assert small.path == (tmp_path / "small").resolve()
    assert small.limits == Limits(memory_mb=512)
    assert [part.role for part in small.cells] == ["free", "free", "locked", "solution", "test", "manual"]
    assert [task.name for task in small.tasks] == ["triple", "words"]
    assert small.points == 6
    assert small.names == {"triple"}


def test_a_task_knows_its_tests(small):
    """The source has the hidden tests, the visible text has not; a manual task has neither."""
    triple, words = small.tasks
    assert triple.source == TEST
    assert triple.visible == "check(triple(np.array([1.0, 2.0])), [3, 6])"
    assert (triple.diagnose, triple.function, triple.section) == ("fan_out", "triple", "chain_rule.html#one-path")
    assert (words.manual, words.source, words.visible, words.rung) == (True, "", "", "explain")


def test_the_notebook_names_its_folder(small):
    """A path to the notebook reads the same assignment."""
    assert read_assignment(small.path / "small.ipynb") == small


def test_names_are_functions_classes_and_answers():
    """What stands inside of functions and comprehensions is not there, nor are imports."""
    source = "import numpy as np\ndef f():\n    a = 1\nclass C: pass\nb, (c, d) = [k for k in u], 2\ne: int = 5\nshown[0] = 3"
    assert defined(source) == {"f", "C", "b", "c", "d", "e"}


def test_regions_are_replaced_with_their_indent():
    """The stub stands where the opening marker stood; an empty stub leaves nothing."""
    source = "def f():\n    ### BEGIN SOLUTION\n    return 1\n    ### END SOLUTION\nf()"
    assert replace_regions(source, SOLUTION, "pass  # 1\npass") == "def f():\n    pass  # 1\n    pass\nf()"
    assert replace_regions("a\n### BEGIN HIDDEN TESTS\nb\n### END HIDDEN TESTS", HIDDEN) == "a"
    assert replace_regions("a\nb", HIDDEN, "stub") == "a\nb"


@pytest.mark.parametrize("lines", ["BEGIN", "END", "BEGIN BEGIN END", "BEGIN END END"])
def test_regions_must_be_closed(lines):
    """Opened twice, closed twice, never closed: refused."""
    source = "\n".join(f"### {word} SOLUTION" for word in lines.split())
    with pytest.raises(AssignmentError, match="END SOLUTION|BEGIN SOLUTION"):
        replace_regions(source, SOLUTION)


def test_missing_and_broken_files(tmp_path):
    """Both files are named when they cannot be read."""
    home = write_small(tmp_path)
    (home / "assignment.toml").unlink()
    with pytest.raises(AssignmentError, match="assignment.toml of the assignment 'small' cannot be read: No such file"):
        read_assignment(home)
    assert refusal(tmp_path, table="title = ").startswith("assignment.toml is not valid")
    (home / "small.ipynb").write_text("{", encoding="utf-8")
    with pytest.raises(AssignmentError, match="small.ipynb is not valid"):
        read_assignment(home)
    (home / "small.ipynb").write_text("[]", encoding="utf-8")
    with pytest.raises(AssignmentError, match="no notebook of format 4"):
        read_assignment(home)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('title = "Small"\n', "", "assignment.toml lacks title"),
        ('rung = "loop"', 'rung = "ladder"', "task 'triple' stands on the rung 'ladder'"),
        ("memory_mb", "memory_gb", "unknown limits: memory_gb"),
        ('function = "triple"', 'functions = "triple"', "task 'triple' has unknown entries: functions"),
        ('function = "triple"', 'function = "double"', "task 'triple' diagnoses 'double', which no solution defines"),
        ("[tasks.words]", "[tasks.word]", "not in both: word, words"),
        ('rung = "loop"\n', "", "task 'triple' lacks rung"),
    ],
)
def test_a_wrong_table(tmp_path, old, new, words):
    """Each mistake is named."""
    assert words in refusal(tmp_path, table=TABLE.replace(old, new))


@pytest.mark.parametrize(
    ("k", "new", "words"),
    [
        (4, cell("test", "triple", TEST), "task 'triple' has no points"),
        (4, cell("test", "triple", TEST, points=0), "task 'triple' has no points"),
        (2, cell("locked", "triple", "import numpy as np"), "grade_id used twice: triple"),
        (3, cell("solution", "triple-answer", "triple = 3"), "cell 'triple-answer' is solution, and lacks"),
        (2, cell("locked", "tools", "### BEGIN SOLUTION\n### END SOLUTION"), "cell 'tools' is locked, and has"),
        (3, cell("solution", "triple-answer", "def (\n### BEGIN SOLUTION\n### END SOLUTION"), "cell 'triple-answer' is no Py"),
        (2, cell("locked", "tools", TEST), "cell 'tools' has hidden tests and is no test"),
        (2, cell("locked", "tools", "1", schema_version=1), "cell 'tools' has nbgrader metadata"),
        (2, cell("locked", "tools", "1", task=True), "cell 'tools' has nbgrader metadata"),
        (2, cell("locked", "", "1"), "cell '' has nbgrader metadata"),
        (4, cell("test", "triple", "words", "markdown", points=4), "cell 'triple' is a test cell and holds no code"),
    ],
)
def test_a_wrong_cell(tmp_path, k, new, words):
    """Each mistake is named, with the cell."""
    assert words in refusal(tmp_path, cells=with_cell(k, new))
