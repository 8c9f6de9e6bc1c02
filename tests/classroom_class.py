"""A class of thirty that handed in one of the real masters: honest, mistaken, clumsy, broken and hostile.

Each submission stands with the mark that it must earn.
"""

import shutil
from pathlib import Path

import nbformat
from classroom_attacks import ANSWERS, FORKS, FRONT

from classroom.masters.assignment import read_assignment
from classroom.masters.handout import submission
from classroom.masters.rehearsal import rehearsals
from conftest import ROOT

MASTER = "grad_filter"
FULL, OF_GRAD_FILTER = 26, 10  # without the free text; what the tests of `grad_filter` alone are worth
SHORT = "\n[limits]\nseconds_per_cell = 2.0\nseconds_per_test = 2.0\n"
SCRIPT = "</pre><script>alert(1)</script><img src=x onerror=alert(2)>"


def master(folder, limits=SHORT):
    """The master with these limits, in a folder of its own."""
    copy = shutil.copytree(ROOT / "assignments" / MASTER, Path(folder) / MASTER)
    with open(copy / "assignment.toml", "r+", encoding="utf-8") as file:
        text = file.read()
        file.seek(0)
        file.write(text.replace("\n[tasks.", f"{limits}\n[tasks.", 1))
    return read_assignment(copy)


def hand_in(folder, student, data):
    """Write one student's file in nbgrader's layout."""
    path = Path(folder, student, MASTER, f"{MASTER}.ipynb")
    path.parent.mkdir(parents=True)
    path.write_bytes(data if isinstance(data, bytes) else nbformat.writes(data).encode())
    return path


def honest(assignment):
    """Notebooks of known solutions with the mark and the diagnoses of each, by name; the master's is the first."""
    trials = [trial for trial in rehearsals(assignment) if "zero" not in trial.name and "0" not in trial.name]
    names = [trial.name.replace("/", "-").removesuffix(".py").replace(" ", "-") for trial in trials]
    return {name: (submission(assignment, trial.cells), trial.mark, trial.diagnoses) for name, trial in zip(names, trials)}


def solved(assignment, front="", answer="", text=""):
    """The master's solution, with a cell in front, another `grad_filter` or a free text."""
    right = dict(rehearsals(assignment)[0].cells)
    if answer:
        right["filter-loop-answer"] = f"def grad_filter(dY, X, weight_shape, stride=1):\n    {answer}"
    notebook = submission(assignment, right | ({"filter-explain": text} if text else {}))
    if front:
        notebook.cells.insert(0, nbformat.v4.new_code_cell(front))
    return notebook


def clumsy(assignment):
    """Notebooks that were handled badly and yet earn everything."""
    deleted, edited = solved(assignment), solved(assignment, text="Größer")
    deleted.cells = [cell for cell in deleted.cells if not cell.metadata.get("nbgrader", {}).get("locked")]
    for cell in edited.cells:
        if cell.metadata.get("nbgrader", {}).get("locked"):
            cell.source = "raise ValueError('edited')"
    return {"deleted-cells": deleted, "edited-cells-in-latin-1": nbformat.writes(edited).encode("latin-1")}


def hostile(assignment):
    """Eight that attack or are broken, each with its mark; None if nothing can be read."""
    fronts = ("loop that swallows signals", "os._exit", "6 GB of memory in pieces")
    found = {name.replace(" ", "-"): (solved(assignment, FRONT[name][0]), FULL) for name in fronts}
    script = solved(assignment, FRONT["surrogates"][0], text=SCRIPT)
    return found | {
        "fork-bomb": (solved(assignment, FORKS["fork bomb"]), FULL),
        "equal-to-everything": (solved(assignment, answer=ANSWERS["equal to everything"]), FULL - OF_GRAD_FILTER),
        "script": (script, FULL),
        "no-json": (b'{"cells": [', None),
        "link": (b"", None),
    }


def class_of_thirty(assignment, folder):
    """Write all submissions; by student the mark that is expected, and the diagnoses where they are known."""
    known = honest(assignment)
    del known["the-untouched-stub"]  # release tries it
    expected = {name: (mark, codes) for name, (_, mark, codes) in known.items()}
    files = {name: notebook for name, (notebook, _, _) in known.items()}
    for name, notebook in clumsy(assignment).items():
        files[name], expected[name] = notebook, (FULL, frozenset())
    for name, (notebook, mark) in hostile(assignment).items():
        files[name], expected[name] = notebook, (mark, frozenset())
    for name, data in files.items():
        path = hand_in(folder, name, data)
        if name == "link":
            path.unlink()
            path.symlink_to(assignment.path / f"{MASTER}.ipynb")
    return expected
