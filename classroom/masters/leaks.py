"""What may not be in the students' version of a master, and what must be."""

import ast
import re
import sys

from classroom.masters.handout import CODE_STUB, TEXT_STUB, linked, master_notebook
from classroom.masters.regions import HIDDEN, SOLUTION

REGION = r"(?ms)^[ \t]*#* *{}.*?{}[^\n]*$"
# Lines that many programs share: they give no solution away.
COMMON = re.compile(r"#.*|.*:|\W*|pass|return \w+|import [\w., ]+|from numpy\S* import [\w, ]+")


def leaks(assignment, notebook):
    """
    Find lines of solutions and hidden tests that are still in a notebook.

    Parameters
    ----------
    assignment : Assignment
    notebook : NotebookNode
        Its students' version.

    Returns
    -------
    reasons : list of str
        One sentence for each line.
    """
    shown = {}
    for cell in notebook.cells:
        for line in cell.source.splitlines():
            shown.setdefault(_bare(line), cell.metadata.get("nbgrader", {}).get("grade_id") or "a free cell")
    return [f"{line!r} of {cell.grade_id} is left in {shown[line]}"
            for cell in assignment.cells for line in _secret_lines(cell) if line in shown]  # fmt: skip


def _secret_lines(cell):
    """The lines of a cell that no student may see, those left out that say nothing."""
    parts = [cell.source] if cell.role == "manual" else []
    for begin, end in (SOLUTION, HIDDEN):
        parts += [found.group() for found in re.finditer(REGION.format(begin, end), cell.source)]
    lines = dict.fromkeys(_bare(line) for part in parts for line in part.splitlines())
    return [line for line in lines if not COMMON.fullmatch(line)]


def _bare(line):
    """A line of a listing without its indent and its number."""
    return re.sub(r"^\d+\s{2,}", "", line.strip())


def differences(assignment, notebook, book=""):
    """
    Find cells that differ from the master elsewhere than in the marked places.

    Parameters
    ----------
    assignment : Assignment
    notebook : NotebookNode
        Its students' version.
    book : str
        As in `student_version`.

    Returns
    -------
    reasons : list of str
    """
    original, cells = master_notebook(assignment)
    if len(original.cells) != len(notebook.cells):
        return [f"the students' version has {len(notebook.cells)} cells instead of {len(original.cells)}"]
    return [f"cell {cell.grade_id or cell.source[:40]!r} differs from the master outside of the marked places"
            for cell, old, new in zip(cells, original.cells, notebook.cells)
            if not _agrees(cell, old, new, book)]  # fmt: skip


def _agrees(cell, old, new, book):
    """Whether one cell of the students' version is the master's, but for what is marked."""
    if (old.cell_type, old.id, old.metadata.get("nbgrader")) != (new.cell_type, new.id, new.metadata.get("nbgrader")):
        return False
    if new.get("outputs"):
        return False
    if cell.role == "manual":
        return new.source == TEXT_STUB
    if cell.kind == "markdown":
        return new.source == linked(old.source, book)
    text = re.sub(REGION.format(*HIDDEN) + r"\n?", "", old.source)
    stub = r"\n".join(r"[ \t]*" + re.escape(line) for line in CODE_STUB.split("\n"))
    frame = stub.join(map(re.escape, re.split(REGION.format(*SOLUTION), text.rstrip("\n"))))
    return bool(re.fullmatch(frame, new.source.rstrip("\n")))


def foreign_imports(assignment, notebook):
    """
    Find imports of packages that students may not use, or may not have.

    Parameters
    ----------
    assignment : Assignment
    notebook : NotebookNode
        Its students' version.

    Returns
    -------
    reasons : list of str
    """
    reasons = []
    for cell in notebook.cells:
        if cell.cell_type == "code":
            extra = _imported(cell.source) - set(assignment.imports) - set(sys.stdlib_module_names)
            reasons += [f"cell {cell.metadata.nbgrader.grade_id!r} imports {name}" for name in sorted(extra)]
    return reasons


def untold_rules(assignment, notebook):
    """
    Find rules of assignment.toml that the notebook's `check` does not know, and known solutions' own offences.

    Parameters
    ----------
    assignment : Assignment
    notebook : NotebookNode
        Its students' version.

    Returns
    -------
    reasons : list of str
    """
    line, code = f"FIRST.append({assignment.rules!r}.look)", [cell.source for cell in assignment.cells if cell.kind == "code"]
    told = not assignment.forbidden or any(line in cell.source.splitlines() for cell in notebook.cells)
    own = sorted(set(assignment.rules.objections(code).values()))
    return own if told else [*own, f"no cell holds the line {line!r}, so `check` does not know what is forbidden"]


def _imported(source):
    """The top-level packages that a cell imports."""
    names = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module or "")
    return {name.split(".")[0] for name in names}
