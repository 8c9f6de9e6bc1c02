"""Every master: valid for nbgrader, a whole ladder, tied to the book, and ready for release."""

import re

import nbformat
import pytest

from classroom.diagnosis.misconceptions import MISCONCEPTIONS
from classroom.diagnosis.traps import KINDS
from classroom.masters.assignment import RUNGS, read_assignment
from classroom.masters.rehearsal import rehearsals
from classroom.release import release
from cnnbp.connections import connections
from conftest import ROOT
from publish.notebooks import load, normalise, text_of

FOLDERS = sorted(path.parent for path in (ROOT / "assignments").glob("*/assignment.toml"))
PASTED = ("masters/check.py", "worker/allowed.py")
CHECK, ALLOWED = ((ROOT / "classroom" / name).read_text(encoding="utf-8").rstrip("\n") for name in PASTED)
SEEDED = 'np.random.default_rng(int(os.environ.get("CLASSROOM_SEED", '

every_assignment = pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)


def notebook_of(folder):
    """The path of a master."""
    return folder / f"{folder.name}.ipynb"


def headings(page):
    """The fragments that a page of the book answers to."""
    cells = nbformat.read(ROOT / "book" / f"{page}.ipynb", as_version=4).cells
    lines = [line for cell in cells if cell.cell_type == "markdown" for line in cell.source.splitlines()]
    titles = [line.lstrip("# ").lower() for line in lines if re.match("#+ ", line)]
    return {re.sub("[^a-z0-9]+", "-", title).strip("-") for title in titles}


def test_there_are_assignments():
    """An empty list would pass all the others."""
    assert len(FOLDERS) >= 3


@every_assignment
def test_nbgrader_accepts_the_metadata(folder):
    """By nbgrader's own validator."""
    from nbgrader.nbgraderformat import MetadataValidator

    notebook = nbformat.read(notebook_of(folder), as_version=4)
    nbformat.validate(notebook)
    MetadataValidator().validate_nb(notebook)


@every_assignment
def test_the_notebook_is_normalised_and_was_run(folder):
    """The file is what `make notebooks` writes, and its cells were run in order."""
    path = notebook_of(folder)
    assert text_of(normalise(load(path))) == path.read_text(encoding="utf-8")
    code = [cell for cell in load(path).cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    assert not any(output.output_type == "error" for cell in code for output in cell.outputs)


@every_assignment
def test_the_head_says_time_and_marks(folder):
    """As in the table, and as the tasks add up: some twenty or thirty, on all six rungs."""
    assignment = read_assignment(folder)
    head = assignment.cells[0].source
    assert f"**Time:** {assignment.minutes} minutes. **Marks:** {assignment.points:g}." in head
    assert f"](../../book/{assignment.chapter.removesuffix('.html')}.ipynb)" in head
    assert 20 <= assignment.points <= 32
    assert len(assignment.tasks) >= 8
    assert {task.rung for task in assignment.tasks} == set(RUNGS)
    assert {task.rung for task in assignment.tasks if task.manual} == {"explain"}


@every_assignment
def test_the_first_code_cell_is_the_check(folder):
    """Locked, and letter by letter the module's text."""
    first = next(cell for cell in read_assignment(folder).cells if cell.kind == "code")
    assert (first.role, first.source) == ("locked", CHECK)


@every_assignment
def test_the_second_code_cell_knows_what_is_allowed(folder):
    """The module's text, and the rules of assignment.toml for every function that is asked for."""
    assignment = read_assignment(folder)
    second = [cell for cell in assignment.cells if cell.kind == "code"][1]
    assert (second.role, second.source) == ("locked", f"{ALLOWED}\n\n\nFIRST.append({assignment.rules!r}.look)")
    for name in assignment.forbidden:
        assert f"`{name.replace('numpy', 'np')}`" in assignment.cells[0].source


@every_assignment
def test_every_task_leads_into_the_book(folder):
    """The section is a heading of the page it names; what is diagnosed has a kind."""
    for task in read_assignment(folder).tasks:
        page, _, fragment = task.section.partition(".html")
        assert fragment.lstrip("#") in headings(page) | {""}, task.section
        assert task.diagnose in KINDS or not task.diagnose
        assert bool(task.diagnose) == bool(task.function)


@every_assignment
def test_the_teachers_page_lists_it(folder):
    """With its chapter, minutes and marks."""
    a = read_assignment(folder)
    page = (ROOT / "book" / "teaching.md").read_text(encoding="utf-8")
    row = rf"\| `{a.name}` \| \[[^]]+\]\({a.chapter.removesuffix('.html')}\) \| {a.minutes} \| {a.points:g} \|"
    assert re.search(row, page)


@every_assignment
def test_hidden_tests_have_numbers_of_their_own(folder):
    """Each task marked by machine has some, but for a training on images that all have; random ones follow the seed."""
    for task in read_assignment(folder).tasks:
        if not task.manual:
            assert task.visible != task.source or "t_train" in task.source, task.name
            assert task.source.count("default_rng(") == task.source.count(SEEDED), task.name


@every_assignment
def test_the_model_answer_has_a_marking_guide(folder):
    """One for each task that is marked by hand, and a cell for teachers."""
    notebook = load(notebook_of(folder))
    assert any("teacher" in cell.metadata.get("tags", []) for cell in notebook.cells)
    for cell in read_assignment(folder).cells:
        assert cell.role != "manual" or "**Marking guide.**" in cell.source


@every_assignment
def test_known_solutions(folder):
    """Wrong ones lose marks, each in a way of its own, and their codes are known ones."""
    assignment = read_assignment(folder)
    trials = rehearsals(assignment)
    full = trials[0].mark
    assert full == assignment.points - sum(task.points for task in assignment.tasks if task.manual)
    wrong = [trial for trial in trials if trial.name.startswith("wrong/")]
    assert all(trial.mark < full and trial.diagnoses <= set(MISCONCEPTIONS) for trial in wrong)
    assert len({str(trial.cells) for trial in wrong}) == len(wrong) >= 6
    assert sum(bool(trial.diagnoses) for trial in wrong) >= 3
    for trial in trials:  # also with the hidden tests in the notebook, as nbgrader runs them
        code = [trial.cells.get(cell.grade_id, cell.source) for cell in assignment.cells if cell.kind == "code"]
        assert bool(assignment.rules.objections(code)) == (trial.name == "wrong/numpys_own.py"), trial.name


@every_assignment
def test_the_assignment_can_be_released(folder, tmp_path):
    """Through the grader itself: all trials earn their marks, and nothing is left."""
    path = release(folder, tmp_path)
    nbformat.validate(nbformat.read(path, as_version=4))
    assert path.stat().st_size < 100_000


def test_the_numbers_of_a_model_answer():
    """A dense layer from 28x28 to 24x24, cut and shared."""
    answer = read_assignment(ROOT / "assignments" / "convolution").cells[-1].source
    wires = len(connections((28, 28), (5, 5))[0])
    for number in (28 * 28, 24 * 24, 28 * 28 * 24 * 24, wires, 5 * 5):
        assert f"{number:,}" in answer
