"""A small assignment, and notebooks that pretend to be submissions to it."""

import json

from classroom.masters.assignment import Assignment, Cell, Limits, Task

SETUP = "import numpy as np\nX = np.array([[3.0, 1], [4, 1]])\nORDER = [1, 2, 3]"
CHECK = """def check(got, expected):
    got = np.asarray(got)
    assert got.shape == np.shape(expected), f"shape: expected {np.shape(expected)}, got {got.shape}"
    assert np.allclose(got, expected), f"value: expected {expected}, got {got}" """
DOUBLE = "def double(X):\n    return 2 * X"
HAND = "answer = 42"
SLOPE = "def slope(f, x, eps=1e-5):\n    return (f(x + eps) - f(x - eps)) / (2 * eps)"
TRAIN = "def train(w):\n    def predict(x):\n        return w * x\n    return predict"
BEGIN, END = "### BEGIN HIDDEN TESTS", "### END HIDDEN TESTS"
DOUBLE_TEST = f"""check(double(X), [[6, 2], [8, 2]])
{BEGIN}
secret = np.arange(12.0).reshape(3, 4) - 5
before = secret.copy()
check(double(secret), 2 * secret)
check(double(secret.T), 2 * secret.T)
assert np.array_equal(secret, before), "value: the argument was changed"
{END}"""
TESTS = {
    "double-test": (4, DOUBLE_TEST),
    "hand-test": (1, f"assert isinstance(answer, int)\n{BEGIN}\nassert answer == 42\n{END}"),
    "slope-test": (2, "assert abs(slope(lambda x: x * x, 3.0) - 6) < 1e-6\nassert abs(slope(np.sin, 0.0) - 1) < 1e-6"),
    "train-test": (3, "predict = train(3.0)\ncheck(predict(np.ones(2)), [3, 3])"),
}
SOLUTIONS = {"double": DOUBLE, "hand": HAND, "slope": SLOPE, "train": TRAIN}
TOTAL = 10


def visible(source):
    """A test cell as students see it."""
    head, found, rest = source.partition(BEGIN)
    return head.rstrip() + rest.partition(END)[2] if found else source


def sample(tmp_path, imports=("numpy",), tests=TESTS, **limits):
    """The assignment, with short limits unless others are given."""
    given = {"seconds_per_cell": 1.5, "seconds_per_test": 1.5, "memory_mb": 512, "file_mb": 4, "notebook_mb": 2, **limits}
    cells = [Cell("code", "setup", "locked", SETUP), Cell("code", "check", "locked", CHECK)]
    for name, source in SOLUTIONS.items():
        cells.append(Cell("code", name, "solution", source))
        if f"{name}-test" in tests:
            cells.append(Cell("code", f"{name}-test", "test", tests[f"{name}-test"][1]))
    cells.append(Cell("markdown", "why", "manual", "because"))
    tasks = [Task(n, n, points, False, text, visible(text), "loop") for n, (points, text) in tests.items()]
    tasks.append(Task("why", "why", 2, True, "", "", "explain"))
    rest = (Limits(**given), imports, tuple(cells), tuple(tasks))
    return Assignment("sample", "A sample", tmp_path, "chapter", 30, *rest)


def code(source, name=None):
    """One code cell as JSON."""
    metadata = {"nbgrader": {"grade_id": name}} if name else {}
    return {"cell_type": "code", "metadata": metadata, "source": source, "outputs": [], "execution_count": None}


def cells(assignment, *extra, **changed):
    """The cells of a submission: the master's, with some solutions changed; extra cells in front."""
    made = [code(source) for source in extra]
    for cell in assignment.cells:
        made.append({**code(changed.get(cell.grade_id, cell.source), cell.grade_id), "cell_type": cell.kind})
    return made


def write(path, content):
    """A notebook of these cells in a file."""
    path.write_text(json.dumps({"cells": content, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}), encoding="utf-8")
    return path


def submit(assignment, folder, *extra, **changed):
    """A submission with some solutions changed, as a file."""
    return write(folder / "submission.ipynb", cells(assignment, *extra, **changed))
