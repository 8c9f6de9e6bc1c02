"""The submissions on which a master is tried before it is released, and what each must earn.

A known solution is a Python file. Its docstring begins with `mark:` and
`diagnosis:` where they are known; each line `# cell: NAME` begins the new text of
one solution cell. Cells that it does not name hold the master's solution.
"""

import ast
import re
from dataclasses import dataclass

from classroom.masters.assignment import defined
from classroom.masters.regions import AssignmentError

SECTION = re.compile(r"^# cell: *(\S+) *\n", re.M)
ENTRY = re.compile(r"^(mark|diagnosis): *(.*)$", re.M)
# Results of the right shape, as far as can be known: the solution's own, and those of the first array.
ZEROS = {
    "zeros of the right shape": """{source}


def zeros(value):
    if callable(value):
        return lambda *args, **keys: zeros(value(*args, **keys))
    if isinstance(value, (list, tuple)):
        return type(value)(map(zeros, value))
    if isinstance(value, dict):
        return {{key: zeros(part) for key, part in value.items()}}
    return "" if isinstance(value, str) else np.zeros_like(value)[()]


{names} = map(zeros, ({values}))
""",
    "zeros of the first array's shape": """
def zeros(*args, **keys):
    return np.zeros_like(next((part for part in args if isinstance(part, np.ndarray)), 0.0))


{functions}
{answers}
""",
    "the number 0": """
def zeros(*args, **keys):
    return 0


{functions}
{answers}
""",
}


@dataclass(frozen=True)
class Rehearsal:
    """One submission: its solution cells, its exact mark, and the misconceptions it shows."""

    name: str
    cells: dict[str, str]
    mark: float
    diagnoses: frozenset[str] = frozenset()


def rehearsals(assignment):
    """
    List the submissions that a master is tried on.

    Parameters
    ----------
    assignment : Assignment

    Returns
    -------
    submissions : list of Rehearsal
        The master, the untouched stub, functions that return zeros, and the files
        of the folders `wrong` and `unusual`.
    """
    full = sum(task.points for task in assignment.tasks if not task.manual)
    right = {cell.grade_id: cell.source for cell in assignment.cells if cell.role == "solution"}
    found = [Rehearsal("the master", right, full), Rehearsal("the untouched stub", {}, 0)]
    for name, template in ZEROS.items():
        found.append(Rehearsal(name, {key: filled(template, right[key]) for key in right}, 0))
    for path in known(assignment, "wrong"):
        found.append(read_known(path, right))
    for path in known(assignment, "unusual"):
        found.append(read_known(path, right, full))
    return found


def known(assignment, folder):
    """The files of known solutions in one of the two folders."""
    return sorted((assignment.path / folder).glob("*.py"))


def filled(template, source):
    """A solution cell whose names stand for zeros."""
    names = sorted(defined(source))
    functions = {node.name for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)}
    return template.format(
        source=source,
        names=", ".join(names) + ",",
        values=", ".join(names) + ",",
        functions="\n".join(f"{name} = zeros" for name in names if name in functions),
        answers="\n".join(f"{name} = 0" for name in names if name not in functions),
    )


def read_known(path, right, full=None):
    """
    Read a known solution.

    Parameters
    ----------
    path : Path
    right : dict of str to str
        The master's solution cells, for those that the file does not replace.
    full : float, optional
        The mark, if the file is right; a wrong one says its mark itself.

    Returns
    -------
    submission : Rehearsal

    Raises
    ------
    AssignmentError
        If the file names no mark, no cell, or a cell that is no solution.
    """
    name = f"{path.parent.name}/{path.name}"
    head, *sections = SECTION.split(path.read_text(encoding="utf-8"))
    entries = dict(ENTRY.findall(ast.get_docstring(ast.parse(head)) or ""))
    cells = dict(zip(sections[::2], sections[1::2], strict=True))
    if unknown := set(cells) - set(right):
        raise AssignmentError(f"{name} replaces {', '.join(sorted(unknown))}, which the master does not have")
    if not cells or (full is None) != ("mark" in entries):
        raise AssignmentError(f"{name} names no cell, or no mark, or a mark where it should be the full one")
    codes = {code.strip() for code in entries.get("diagnosis", "none").split(",")} - {"none"}
    mark = float(entries["mark"]) if full is None else full
    return Rehearsal(name, right | cells, mark, frozenset(codes))
