"""An assignment as its teacher wrote it: a master notebook and a table beside it.

The folder NAME holds NAME.ipynb, whose cells carry nbgrader's metadata, and
assignment.toml, which says what a notebook has no place for: limits, allowed
packages, and for each task its title, its rung and where the book explains it.
Points stand in the notebook alone.
"""

import ast
import json
import tomllib
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path

from classroom.masters.regions import HIDDEN, SOLUTION, AssignmentError, replace_regions
from classroom.worker.allowed import Allowed

RUNGS = ("by hand", "shape", "loop", "gradient", "find the bug", "explain")
SCHEMA = 3  # of nbgrader's metadata
SEED = "CLASSROOM_SEED"  # the environment's variable with the seed of the hidden tests' inputs
# What a cell is, by nbgrader's three marks: grade, solution, locked.
ROLES = {
    (False, False, True): "locked",
    (False, True, False): "solution",
    (True, False, True): "test",
    (True, True, False): "manual",
}


@dataclass(frozen=True)
class Limits:
    """What one submission may take."""

    seconds_per_cell: float = 20.0
    seconds_per_test: float = 10.0
    memory_mb: int = 512
    processes: int = 32
    file_mb: int = 16
    files: int = 1000
    output_kb: int = 256
    notebook_mb: int = 20


@dataclass(frozen=True)
class Cell:
    """One cell of the master; `role` is "locked", "solution", "test", "manual" or "free"."""

    kind: str
    grade_id: str | None
    role: str
    source: str


@dataclass(frozen=True)
class Task:
    """What one graded cell asks for; `visible` is `source` without its hidden tests."""

    name: str
    title: str
    points: float
    manual: bool
    source: str
    visible: str
    rung: str
    section: str = ""
    diagnose: str = ""
    function: str = ""


@dataclass(frozen=True)
class Assignment:
    """A master, read; `path` is its folder."""

    name: str
    title: str
    path: Path
    chapter: str
    minutes: int
    limits: Limits
    imports: tuple[str, ...]
    cells: tuple[Cell, ...]
    tasks: tuple[Task, ...]
    forbidden: tuple[str, ...] = ()  # functions of allowed packages that are to be written

    @property
    def points(self):
        """The full mark."""
        return sum(task.points for task in self.tasks)

    @cached_property
    def names(self):
        """What the master's solution cells define at top level: functions and answers."""
        sources = [cell.source for cell in self.cells if cell.role == "solution"]
        return frozenset().union(*map(defined, sources))

    @cached_property
    def rules(self):
        """What the functions that are asked for may use."""
        bodies = [ast.parse(cell.source).body for cell in self.cells if cell.role == "solution"]
        functions = {node.name for body in bodies for node in body if isinstance(node, ast.FunctionDef)}
        return Allowed(list(self.imports), list(self.forbidden), sorted(functions))


def defined(source):
    """
    Name what a cell defines at its top level.

    Parameters
    ----------
    source : str

    Returns
    -------
    names : set of str
        Functions, classes and assigned names; imported ones are not among them.
    """
    names = set()
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            parts = [part for target in targets for part in ast.walk(target)]
            names |= {part.id for part in parts if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)}
    return names


def read_assignment(path):
    """
    Read a master.

    Parameters
    ----------
    path : Path
        The folder of the assignment, or the notebook in it.

    Returns
    -------
    assignment : Assignment

    Raises
    ------
    AssignmentError
        With the first thing that is wrong, in one sentence.
    """
    path = Path(path).resolve()
    folder = path.parent if path.suffix == ".ipynb" else path
    notebook = _parsed(folder / f"{folder.name}.ipynb", json.loads)
    if not isinstance(notebook, dict) or notebook.get("nbformat") != 4:
        raise AssignmentError(f"{folder.name}.ipynb is no notebook of format 4")
    table = _parsed(folder / "assignment.toml", tomllib.loads)
    return _assembled(folder, [*map(_cell, notebook["cells"])], table, _points(notebook))


def _parsed(path, parse):
    """The content of one of the two files."""
    try:
        return parse(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise AssignmentError(f"{path.name} of the assignment {path.parent.name!r} cannot be read: "
                              f"{error.strerror}") from error  # fmt: skip
    except ValueError as error:
        raise AssignmentError(f"{path.name} is not valid: {error}") from error


def _cell(cell):
    """A cell of the file, its role taken from nbgrader's marks."""
    source, kind = "".join(cell["source"]), cell["cell_type"]
    marks = cell["metadata"].get("nbgrader")
    if not marks or not any(marks.get(key) for key in ("grade", "solution", "locked")):
        role, name = "free", None
    else:
        name = marks.get("grade_id")
        role = ROLES.get(tuple(bool(marks.get(key)) for key in ("grade", "solution", "locked")))
        if not name or not role or marks.get("task") or marks.get("schema_version") != SCHEMA:
            raise AssignmentError(f"cell {name!r} has nbgrader metadata that is not understood: {marks}")
    _check_regions(source, role, kind, name)
    return Cell(kind, name, role, source)


def _check_regions(source, role, kind, name):
    """Raise unless the markers stand in the cells they belong to."""
    solved = SOLUTION[0] in source
    if solved != (role == "solution") and not (solved and role == "manual"):
        raise AssignmentError(f"cell {name!r} is {role}, and {'has' if solved else 'lacks'} {SOLUTION[0]!r}")
    if HIDDEN[0] in source and role != "test":
        raise AssignmentError(f"cell {name!r} has hidden tests and is no test")
    if kind != "code" and role in ("solution", "test"):
        raise AssignmentError(f"cell {name!r} is a {role} cell and holds no code")
    replace_regions(replace_regions(source, SOLUTION), HIDDEN)
    if role == "solution":
        try:
            ast.parse(source)
        except SyntaxError as error:
            raise AssignmentError(f"cell {name!r} is no Python: {error}") from error


def _points(notebook):
    """The points of each graded cell."""
    marks = [cell["metadata"].get("nbgrader", {}) for cell in notebook["cells"]]
    return {mark["grade_id"]: mark.get("points") for mark in marks if mark.get("grade")}


def _assembled(folder, cells, table, points):
    """The assignment from its parts, or what keeps them from fitting together."""
    names = [cell.grade_id for cell in cells if cell.grade_id]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise AssignmentError(f"grade_id used twice: {', '.join(twice)}")
    graded = [cell for cell in cells if cell.role in ("test", "manual")]
    rows = table.get("tasks", {})
    if odd := {cell.grade_id for cell in graded} ^ set(rows):
        raise AssignmentError(f"in the notebook or in assignment.toml, but not in both: {', '.join(sorted(odd))}")
    if missing := {"title", "chapter", "minutes", "imports"} - set(table):
        raise AssignmentError(f"assignment.toml lacks {', '.join(sorted(missing))}")
    assignment = Assignment(
        folder.name, table["title"], folder, table["chapter"], table["minutes"], _limits(table),
        tuple(table["imports"]), tuple(cells), tuple(_task(cell, rows, points) for cell in graded),
        tuple(table.get("forbidden", ())),
    )  # fmt: skip
    for task in assignment.tasks:
        if task.function and task.function not in assignment.names:
            raise AssignmentError(f"task {task.name!r} diagnoses {task.function!r}, which no solution defines")
    return assignment


def _limits(table):
    """The limits, with what the table changes."""
    given = table.get("limits", {})
    if unknown := set(given) - {field.name for field in fields(Limits)}:
        raise AssignmentError(f"assignment.toml has unknown limits: {', '.join(sorted(unknown))}")
    return Limits(**given)


def _task(cell, rows, points):
    """One task, from its cell and its row of the table."""
    row, name, worth = rows[cell.grade_id], cell.grade_id, points[cell.grade_id]
    if not isinstance(worth, int | float) or worth <= 0:
        raise AssignmentError(f"task {name!r} has no points")
    if missing := {"title", "rung"} - set(row):
        raise AssignmentError(f"task {name!r} lacks {', '.join(sorted(missing))}")
    if row["rung"] not in RUNGS:
        raise AssignmentError(f"task {name!r} stands on the rung {row['rung']!r}; there are: {', '.join(RUNGS)}")
    if unknown := set(row) - {"title", "rung", "section", "diagnose", "function"}:
        raise AssignmentError(f"task {name!r} has unknown entries: {', '.join(sorted(unknown))}")
    manual = cell.role == "manual"
    source = "" if manual else cell.source
    return Task(name, manual=manual, points=worth, source=source, visible=replace_regions(source, HIDDEN), **row)
