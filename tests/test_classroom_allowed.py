"""What functions may use: found where it is used, by whatever name, and nowhere else."""

import contextlib
import io
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from classroom_sample import TOTAL, sample, submit
from IPython.core.interactiveshell import InteractiveShell

from classroom.grading.marking import mark
from classroom.masters import check
from classroom.masters.leaks import untold_rules
from classroom.worker import allowed
from classroom.worker.allowed import Allowed, said_of_function, said_of_package

FORBIDDEN = ["numpy.convolve", "numpy.correlate", "numpy.polymul"]
SETUP = "import numpy as np"
CONVOLVE = "double: " + said_of_function("numpy.convolve")
TORCH = "double: " + said_of_package("torch", ["numpy"])


def objection(*cells):
    """What is said of the function `double`."""
    return Allowed(["numpy"], FORBIDDEN, ["double"]).objections([SETUP, *cells]).get("double", "")


USES = {
    "an attribute": "def double(X): return np.convolve(X, X)",
    "another name": "from numpy import convolve as spread\ndef double(X): return spread(X, X)",
    "an import within": "def double(X):\n    import numpy as n\n    return n.convolve(X, X)",
    "a star": "from numpy import *\ndef double(X): return convolve(X, X)",
    "getattr": "def double(X): return getattr(np, 'convolve')(X, X)",
    "the import's function": "def double(X): return __import__('numpy').convolve(X, X)",
    "importlib": "from importlib import import_module as get\ndef double(X): return get('numpy').convolve(X, X)",
    "its dictionary": "def double(X): return vars(np)['convolve'](X, X) + np.__dict__['convolve'](X, X)",
    "sys.modules": "import sys\ndef double(X): return sys.modules['numpy'].convolve(X, X)",
    "a helper": "def row(x): return np.convolve(x, x)\ndef double(X): return row(X)",
    "a helper of a helper": "def a(x): return np.convolve(x, x)\nb = lambda x: a(x)\ndef double(X): return b(X)",
    "an alias": "spread, other = np.convolve, 1\ndef double(X): return spread(X, X)",
    "an alias of the package": "def double(X):\n    n = np\n    return n.convolve(X, X)",
    "a part of it": "import functools\nrow = functools.partial(np.convolve, mode='full')\ndef double(X): return row(X, X)",
    "a table": "OPERATIONS = {'*': np.convolve}\ndef double(X): return OPERATIONS['*'](X, X)",
    "a method": "class Row:\n    def go(self, x): return np.convolve(x, x)\ndef double(X): return Row().go(X)",
    "no call": "def double(X): return list(map(np.convolve, X, X))",
    "itself": "double = np.convolve",
    "a text that is run": "def double(X): return eval('np.convolve(X, X)')",
    "masked arrays": "def double(X): return np.ma.convolve(X, X)",
    "a condition": "if True:\n    def double(X): return np.convolve(X, X)",
}
FOREIGN = {
    "within": "def double(X):\n    import torch\n    return torch.mul(X, 2)",
    "in its cell": "import torch\ndef double(X): return 2 * X",
    "a part": "from torch.nn.functional import conv2d\ndef double(X): return conv2d(X)",
}
HONEST = {
    "a comment": "# not np.convolve\ndef double(X):\n    '''No np.convolve, no torch.'''\n    return 2 * X  # np.convolve",
    "a plot": "import matplotlib.pyplot as plt\nplt.plot(np.convolve([1, 2], [1]))\ndef double(X): return 2 * X",
    "a helper for a plot": "def smooth(x): return np.convolve(x, x)\nsmooth([1])\ndef double(X): return 2 * X",
    "data of a plot": "curve = np.convolve([1, 2], [1])\ndef double(X): return 2 * X + 0 * curve[0]",
    "a function of one's own": "def convolve(X): return 2 * X\ndef double(X): return convolve(X)",
    "an argument": "from numpy import convolve\ndef double(X, convolve=np.asarray): return 2 * convolve(X)",
    "a loop's variable": "from numpy import convolve as x\ndef double(X): return np.array([2 * x for x in X])",
    "a method of one's own": "class A:\n    def convolve(self, x): return 2 * x\ndef double(X): return A().convolve(X)",
    "a text": "def double(X):\n    print('np.convolve')\n    return 2 * X",
    "an earlier try": "def double(X): return np.convolve(X, X)\ndef double(X): return 2 * X",
    "a package that may be missing": "try: import torch\nexcept ImportError: torch = None\ndef double(X): return 2 * X",
    "other parts of NumPy": "def double(X): return np.einsum('ij->ij', 2 * np.fft.ifft(np.fft.fft(X)).real)",
    "a magic": "%matplotlib inline\ndef double(X): return 2 * X",
}


@pytest.mark.parametrize("name", USES)
def test_who_uses_what_is_to_be_written_is_found(name):
    assert objection(USES[name]) == CONVOLVE


@pytest.mark.parametrize("name", FOREIGN)
def test_who_uses_another_package_is_found(name):
    assert objection(FOREIGN[name]) == TORCH


@pytest.mark.parametrize("name", HONEST)
def test_who_is_honest_is_left_alone(name):
    assert objection(HONEST[name]) == ""


@pytest.mark.parametrize(
    "source",
    ["x=" + "-" * 90_000 + "1", "x=" + "a." * 40_000 + "b", "if x: pass\n" + "elif x: pass\n" * 7000, "x=" + "1+" * 40_000 + "1",
     "@f\n" * 20_000 + "def double(X): pass", "x = x", "np = np", "def double(X):\n    X = X\n    return X.convolve", "\0", "x" * 200_000],
    ids=lambda source: source[:12],
)  # fmt: skip
def test_no_code_is_too_odd(source):
    assert objection(source) == ""


@pytest.fixture(scope="module")
def assignment(tmp_path_factory):
    patient = sample(tmp_path_factory.mktemp("sample"), seconds_per_cell=20, seconds_per_test=20)
    return replace(patient, forbidden=tuple(FORBIDDEN))


AT_RUN_TIME = {
    "a name put together": "def double(X): return getattr(np, 'con' + 'volve')(X[0], X[0])",
    "a name of C": "def double(X):\n    import numpy._core.multiarray as m\n    return getattr(m, 'correlat' + 'e2')(X[0], X[0])",
    "the product of polynomials": "def double(X): return (np.poly1d(X[0]) * np.poly1d(X[0])).coeffs",
    "kept in a cell before": "keep = [getattr(np, x) for x in ['convolve']]\ndef double(X): return keep[0](X[0], X[0])",
}


@pytest.mark.parametrize("name", AT_RUN_TIME)
def test_what_reading_does_not_find_refuses_to_run(name, assignment, tmp_path):
    marks = mark(assignment, submit(assignment, tmp_path, double=AT_RUN_TIME[name]))
    assert marks.tasks[0].points == 0 and marks.points == TOTAL - 4
    assert "may not be used: this assignment asks you to write it yourself" in marks.tasks[0].message


@pytest.mark.parametrize("name", HONEST)
def test_an_honest_function_keeps_its_marks(name, assignment, tmp_path):
    marks = mark(assignment, submit(assignment, tmp_path, double=HONEST[name]))
    assert marks.points == TOTAL, marks


@pytest.mark.parametrize("source", [USES["another name"], USES["a helper"], "import scipy\ndef double(X): return 2 * X"])
def test_the_grader_and_the_students_check_say_the_same(source, assignment, tmp_path):
    """In a notebook, where IPython keeps the cells that ran."""
    said = mark(assignment, submit(assignment, tmp_path, double=source)).tasks[0].message
    shell = InteractiveShell()
    rules = f"FIRST.append({assignment.rules!r}.look)"
    texts = [Path(module.__file__).read_text(encoding="utf-8") for module in (check, allowed)]
    with contextlib.redirect_stdout(io.StringIO()):
        for cell in (*texts, rules, source):
            shell.run_cell(cell, store_history=True)
        refused, other = (shell.run_cell(f"check({got})", store_history=True) for got in ("double, 0", "3, 3"))
    assert said == str(refused.error_in_exec) and said.startswith("double: ") and other.success


def test_a_hidden_test_that_ran_in_the_notebook_is_no_offence():
    """As when nbgrader runs them there: they import what students may not."""
    test = "from cnnbp.conv import conv2d\nimage = conv2d(np.ones((2, 2)), np.ones((1, 1)))"
    assert objection("def double(X): return np.array([2 * image for image in X])", test) == ""


def test_a_release_says_when_check_does_not_know_the_rules(tmp_path):
    assignment = replace(sample(tmp_path), forbidden=tuple(FORBIDDEN))
    notebook = SimpleNamespace(cells=[SimpleNamespace(source="check(1, 1)")])
    assert "does not know what is forbidden" in untold_rules(assignment, notebook)[0]
    notebook.cells[0].source = f"x = 1\nFIRST.append({assignment.rules!r}.look)"
    assert untold_rules(assignment, notebook) == []
    cells = [replace(cell, source=USES["an attribute"]) if cell.grade_id == "double" else cell for cell in assignment.cells]
    assert untold_rules(replace(assignment, cells=tuple(cells)), notebook) == [CONVOLVE]
