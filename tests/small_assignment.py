"""A small assignment to break in tests, and a grader without protection to mark it."""

import json
from types import SimpleNamespace

from classroom.masters.check import check

MARKS = {
    "locked": {"grade": False, "solution": False, "locked": True},
    "solution": {"grade": False, "solution": True, "locked": False},
    "test": {"grade": True, "solution": False, "locked": True},
    "manual": {"grade": True, "solution": True, "locked": False},
}
TEST = """check(triple(np.array([1.0, 2.0])), [3, 6])
### BEGIN HIDDEN TESTS
import os

seed = int(os.environ.get("CLASSROOM_SEED", "7"))
secret = np.random.default_rng(seed).normal(size=3)
check(triple(secret), secret * 3)
### END HIDDEN TESTS"""
SOLUTION = """def triple(x):
    \"\"\"Three times x.\"\"\"
    ### BEGIN SOLUTION
    threefold = x + x + x
    return threefold
    ### END SOLUTION"""
TABLE = """title = "Small"
chapter = "chain_rule.html"
minutes = 5
imports = ["numpy"]

[limits]
memory_mb = 512

[tasks.triple]
title = "Three times x"
rung = "loop"
section = "chain_rule.html#one-path"
diagnose = "fan_out"
function = "triple"

[tasks.words]
title = "In words"
rung = "explain"
"""


def cell(role, name, source, kind="code", **more):
    """A cell as its file holds it; `role` may be "free" or "teacher"."""
    made = {"cell_type": kind, "id": name, "source": source, "metadata": {}}
    if kind == "code":
        made |= {"outputs": [], "execution_count": None}
    if role == "teacher":
        made["metadata"]["tags"] = ["teacher"]
    elif role != "free":
        made["metadata"]["nbgrader"] = {"grade_id": name, "schema_version": 3, "task": False, **MARKS[role], **more}
    return made


def small_cells():
    """The cells of the master."""
    return [
        cell("free", "head", "# Small\n\nRead [One path](../../book/chain_rule.ipynb#One-path).", "markdown"),
        cell("teacher", "guide", "Marks are easy here.", "markdown"),
        cell("locked", "tools", "import numpy as np"),
        cell("solution", "triple-answer", SOLUTION),
        cell("test", "triple", TEST, points=4),
        cell("manual", "words", "It is the sum of three equal parts.", "markdown", points=2),
    ]


def with_cells(**sources):
    """The small master's cells, some with another text."""
    cells = small_cells()
    for part in cells:
        part["source"] = sources.get(part["id"].replace("-", "_"), part["source"])
    return cells


def known_solutions():
    """Six wrong files and three unusual ones, by path and text."""
    wrong = {f"wrong/times_{k}.py": known(f"return {k} * x", "mark: 0\ndiagnosis: none\n\n") for k in (0, 1, 2, 4, 5, 6)}
    right = ("x * 3", "2 * x + x", "np.multiply(3, x)")
    return wrong | {f"unusual/way_{k}.py": known(f"return {text}") for k, text in enumerate(right)}


def known(line, head=""):
    """A file that replaces the one solution cell."""
    return f'"""{head}A way to do it."""\n\n# cell: triple-answer\ndef triple(x):\n    {line}\n'


def write_small(folder, cells=None, table=TABLE, known=None):
    """The assignment `small` as files, and its folder."""
    home = folder / "small"
    home.mkdir(parents=True, exist_ok=True)
    notebook = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells or small_cells()}
    (home / "small.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    (home / "assignment.toml").write_text(table, encoding="utf-8")
    for name, text in (known_solutions() if known is None else known).items():
        (home / name).parent.mkdir(exist_ok=True)
        (home / name).write_text(text, encoding="utf-8")
    return home


def unprotected_mark(assignment, path):
    """Mark a notebook of our own: everything runs here, nothing is diagnosed."""
    space, results = {"check": check}, []
    names = {task.name for task in assignment.tasks}
    for part in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        if part["cell_type"] == "code" and part["metadata"]["nbgrader"]["grade_id"] not in names:
            attempt("".join(part["source"]), space)
    for task in assignment.tasks:
        passed = not task.manual and attempt(task.source, dict(space))
        status = "manual" if task.manual else "passed" if passed else "failed"
        results.append(SimpleNamespace(name=task.name, points=task.points * passed, status=status, diagnosis=""))
    return SimpleNamespace(status="graded", tasks=results, points=sum(result.points for result in results))


def attempt(source, space):
    """Whether a cell runs without an exception."""
    try:
        exec(source, space)
    except Exception:
        return False
    return True
