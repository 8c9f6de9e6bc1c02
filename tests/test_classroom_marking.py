"""Marks of one submission: exact points, a status and a message for each task."""

import os
import signal
import sys
import types
import warnings

import numpy as np
import pytest
from classroom_sample import BEGIN, DOUBLE, END, TESTS, TOTAL, cells, sample, submit, write

from classroom.grading import marking
from classroom.grading.marking import Marks, mark


@pytest.fixture
def assignment(tmp_path):
    return sample(tmp_path, seconds_per_cell=10, seconds_per_test=5)


def results(marks):
    """Status, points and message of each task, by the task's first word."""
    return {task.name.split("-")[0]: (task.status, task.points, task.message) for task in marks.tasks}


def test_an_honest_submission_earns_everything(assignment, tmp_path):
    marks = mark(assignment, submit(assignment, tmp_path))
    assert (marks.status, marks.points, marks.notes, marks.answers) == ("graded", TOTAL, [], {"why": "because"})
    assert [task.status for task in marks.tasks] == ["passed"] * 4 + ["manual"]
    assert [task.max_points for task in marks.tasks] == [4, 1, 2, 3, 2] and 0 < marks.seconds < 60
    assert Marks.from_dict(marks.to_dict()) == marks


# What one changed cell costs: the task, its status, points in all, and the message.
MISTAKES = {
    "not started": (
        "double",
        "def double(X):\n    raise NotImplementedError('write me')",
        ("error", 6, "double raised NotImplementedError: write me"),
    ),
    "deleted": ("double", "", ("missing", 6, "double is not defined")),
    "syntax": ("slope", "def slope(f, x)\n    return 0", ("missing", 8, "slope is not defined")),
    "wrong value": ("double", "def double(X): return X", ("failed", 6, "value: expected [[6, 2], [8, 2]], got")),
    "wrong shape": ("double", "def double(X): return X[0]", ("failed", 6, "shape: expected (2, 2), got (2,)")),
    "not a result": (
        "double",
        "def double(X): return (x for x in X)",
        ("failed", 6, "double returned a generator; it should return"),
    ),
    "wrong number": ("hand", "answer = 41", ("failed", 9, "a hidden test failed: the value is wrong")),
    "wrong type": ("hand", "answer = '42'", ("failed", 9, "this is not so: assert isinstance(answer, int)")),
    "wrong where it is hidden": (
        "double",
        "def double(X): return 2 * np.abs(X)",
        ("failed", 6, "a hidden test failed: the value is wrong"),
    ),
    "raises where it is hidden": (
        "double",
        "def double(X):\n    if X.shape == (2, 2): return 2 * X\n    raise type(repr(X), (ValueError,), {})(repr(X))",
        ("error", 6, "a hidden test failed: double raised ValueError"),
    ),
    "changes its argument": (
        "double",
        "def double(X):\n    X *= 2\n    return X",
        ("failed", 6, "a hidden test failed: the value is wrong"),
    ),
    "one-sided": ("slope", "def slope(f, x): return (f(x + 1) - f(x))", ("failed", 8, "this is not so: assert abs(slope(lambda")),
    "function's error": (
        "slope",
        "def slope(f, x): return f('a', 'b')",
        ("error", 8, "slope raised TypeError: raised by the function"),
    ),
    "no function": ("train", "def train(w): return w", ("failed", 7, "TypeError: 'float' object is not callable")),
    "inner error": (
        "train",
        "def train(w): return lambda x: 1 / 0",
        ("error", 7, "the returned function raised ZeroDivisionError: division by zero"),
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_costs_its_own_task(name, assignment, tmp_path):
    task, source, (status, points, message) = MISTAKES[name]
    marks = mark(assignment, submit(assignment, tmp_path, **{task: source}))
    got = results(marks)
    assert got[task][:2] == (status, 0) and got[task][2].startswith(message), got[task]
    assert marks.points == points
    assert all(status == "passed" for name, (status, *_) in got.items() if name not in (task, "why"))


def test_a_cell_that_fails_is_noted_and_the_rest_goes_on(assignment, tmp_path):
    marks = mark(assignment, submit(assignment, tmp_path, "1 / 0", "x ="))
    assert marks.points == TOTAL
    assert [note.split(":")[:2] for note in marks.notes] == [
        ["code cell 1", " ZeroDivisionError"],
        ["code cell 2", " SyntaxError"],
    ]


def test_zeros_in_the_argument_do_not_fool_a_test_that_computes_from_it(tmp_path):
    """A function that zeroes its argument and returns zeros: the test compares zeros with zeros."""
    tests = {"double-test": (4, "A = np.ones((2, 3))\ncheck(double(A), 2 * A)")}
    assignment = sample(tmp_path, tests=tests)
    zeros = "def double(X):\n    X[...] = 0\n    return X"
    assert results(mark(assignment, submit(assignment, tmp_path, double=zeros)))["double"][0] == "failed"
    assert mark(assignment, submit(assignment, tmp_path)).points == 4


def test_each_test_finds_the_locked_names_as_they_were(tmp_path):
    spoil = "X[...] = 0\nORDER.append(4)\ncheck = None"
    tests = {"double-test": (4, spoil), "hand-test": (1, "check(X, [[3, 1], [4, 1]])\nassert ORDER == [1, 2, 3]")}
    assignment = sample(tmp_path, tests=tests)
    assert mark(assignment, submit(assignment, tmp_path)).points == 5


def test_what_a_student_does_to_numpy_stays_with_the_student(assignment, tmp_path):
    patch = "import numpy as np\nnp.allclose = lambda *a, **k: True"
    marks = mark(assignment, submit(assignment, tmp_path, patch, double="def double(X): return 0 * X"))
    assert marks.points == TOTAL - 4 and not np.allclose(0, 1)


@pytest.mark.parametrize("sandbox", [True, False])
def test_with_and_without_the_sandbox_the_marks_are_the_same(sandbox, assignment, tmp_path):
    path = submit(assignment, tmp_path, "import scipy", slope="def slope(f, x): return 0")
    marks = mark(assignment, path, sandbox=sandbox)
    assert marks.points == TOTAL - 2 and "this assignment allows" in marks.notes[0]
    again = mark(assignment, submit(assignment, tmp_path, double="import os; os._exit(1)"), sandbox=sandbox)
    assert again.points == TOTAL - 4


def test_chosen_tasks_alone_are_marked(assignment, tmp_path):
    marks = mark(assignment, submit(assignment, tmp_path), tasks=["slope-test", "why"])
    assert [(task.name, task.points) for task in marks.tasks] == [("slope-test", 2), ("why", 0)]


def test_what_is_not_readable_gets_a_status_in_words(assignment, tmp_path):
    path = tmp_path / "submission.ipynb"
    path.write_text("{")
    marks = mark(assignment, path)
    assert marks.status == "not readable: this is no notebook (not valid JSON)"
    assert marks.points == 0 and {task.status for task in marks.tasks} == {"missing", "manual"}


def test_an_assignment_without_numpy(tmp_path):
    tests = {"hand-test": (1, "assert answer == 42"), "slope-test": (2, "assert slope(lambda x: 3 * x, 1.0) < 3.1")}
    assignment = sample(tmp_path, imports=(), tests=tests)
    marks = mark(assignment, submit(assignment, tmp_path, double="import numpy"))
    assert marks.points == 3 and "allows the standard library" in " ".join(marks.notes)


def with_task(assignment, **changes):
    """The assignment with its first task changed."""
    first = type(assignment.tasks[0])(**{**vars(assignment.tasks[0]), **changes})
    return type(assignment)(**{**vars(assignment), "tasks": (first, *assignment.tasks[1:])})


def test_a_wrong_function_is_diagnosed(assignment, tmp_path, monkeypatch):
    def diagnose(kind, function):
        return f"{kind}-plus-one" if function(np.ones(2))[0] == 3 else None

    monkeypatch.setitem(sys.modules, "classroom.diagnosis.comparison", types.SimpleNamespace(diagnose=diagnose))
    known = with_task(assignment, diagnose="double", function="double")
    codes = {"def double(X): return 2 * X + 1": "double-plus-one", "def double(X): return X": "", "while": "", DOUBLE: ""}
    for source, code in codes.items():
        assert mark(known, submit(known, tmp_path, double=source)).tasks[0].diagnosis == code


@pytest.mark.parametrize("fault", ["raise ValueError", "while True: pass"])
def test_a_diagnosis_that_fails_costs_nothing(fault, tmp_path, monkeypatch):
    module = types.ModuleType("diagnosis")
    exec(f"def diagnose(kind, function):\n    {fault}", vars(module))
    monkeypatch.setitem(sys.modules, "classroom.diagnosis.comparison", module)
    known = with_task(sample(tmp_path), diagnose="double", function="double")
    marks = mark(known, submit(known, tmp_path, double="def double(X): return X"))
    assert marks.points == TOTAL - 4 and marks.tasks[0].diagnosis == ""


@pytest.mark.parametrize("end", ["os._exit(3)", "os.kill(os.getpid(), 9)"])
def test_the_end_of_the_trusted_process_costs_one_task(end, tmp_path):
    tests = {**TESTS, "slope-test": (2, f"import os; {end}")}
    assignment = sample(tmp_path, tests=tests)
    marks = mark(assignment, submit(assignment, tmp_path))
    assert results(marks)["slope"][0] == "crashed" and marks.points == TOTAL - 2


def test_a_trusted_process_that_hangs_is_ended(tmp_path, monkeypatch):
    monkeypatch.setattr(marking, "PATIENCE", 1)
    hang = "import signal; signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 32))\nwhile True: pass"
    assignment = sample(tmp_path, tests={**TESTS, "slope-test": (2, hang)}, seconds_per_test=1)
    marks = mark(assignment, submit(assignment, tmp_path))
    assert results(marks)["slope"][0] == "crashed" and marks.points == TOTAL - 2


def test_a_test_that_hangs_by_itself_times_out(tmp_path):
    assignment = sample(tmp_path, tests={**TESTS, "slope-test": (2, "while True: pass")}, seconds_per_test=1)
    marks = mark(assignment, submit(assignment, tmp_path))
    assert results(marks)["slope"] == ("timeout", 0, "the test did not finish in 1 seconds")
    assert marks.points == TOTAL - 2


def test_no_word_of_a_hidden_test_is_told(tmp_path):
    source = f"check(double(X), 2 * X)\n{BEGIN}\nsentinel = 987654\nassert double(sentinel) == 5, 'sentinel 987654'\n{END}"
    for fault in ("return 2 * X", "raise KeyError(X)", "return None", "return 2 * X if type(X) is not int else [[1], 2]"):
        assignment = sample(tmp_path, tests={"double-test": (4, source)})
        told = mark(assignment, submit(assignment, tmp_path, double=f"def double(X):\n    {fault}")).to_dict()
        assert told["tasks"][0]["status"] != "passed" and "987654" not in str(told) and "sentinel" not in str(told)


TELLTALES = {
    "a message": "def slope(f, x): raise ValueError(str(seen))",
    "a value": "def slope(f, x): return str(seen)",
    "a class": "def slope(f, x): return type(str(seen), (), {})()",
    "a name": "def train(w):\n    def f(x): raise ValueError\n    f.__name__ = str(seen)\n    return f",
}


@pytest.mark.parametrize("name", TELLTALES)
def test_a_later_test_does_not_tell_what_an_earlier_one_hides(name, tmp_path):
    """A function keeps its arguments, and another one lets them out."""
    hides = f"double(1)\n{BEGIN}\ndouble(987654)\n{END}"
    names = f"{BEGIN}\ntrain(987654)(1)\n{END}"
    assignment = sample(tmp_path, tests={**TESTS, "double-test": (4, hides), "train-test": (3, names)})
    keep = "seen = []\ndef double(X):\n    seen.append(X)\n    return X"
    task = TELLTALES[name].split("(")[0].split()[1]
    marks = mark(assignment, submit(assignment, tmp_path, double=keep, **{task: TELLTALES[name]}))
    assert "987654" not in str(marks.to_dict()) and results(marks)[task][0] in ("failed", "error")


def test_a_test_that_takes_much_memory_with_a_students_result_fails(tmp_path):
    """The trusted process is bounded too."""
    tests = {**TESTS, "double-test": (4, "Y = double(X)\nZ = Y[:, None] + Y[None, :]")}
    assignment = sample(tmp_path, tests=tests, memory_mb=512)
    marks = mark(assignment, submit(assignment, tmp_path, double="def double(X): return np.ones(20_000)"))
    assert results(marks)["double"][:2] == ("failed", 0) and "Unable to allocate" in results(marks)["double"][2]
    assert marks.points == TOTAL - 4


def test_the_grader_keeps_its_signals_and_warnings(assignment, tmp_path):
    before = signal.getsignal(signal.SIGALRM), list(warnings.filters), os.getcwd()
    mark(assignment, submit(assignment, tmp_path))
    assert before == (signal.getsignal(signal.SIGALRM), list(warnings.filters), os.getcwd())


def test_a_copied_cell_with_a_better_answer_counts(assignment, tmp_path):
    content = cells(assignment, double="def double(X): return X")
    content.append({**content[2], "source": DOUBLE})
    assert mark(assignment, write(tmp_path / "copy.ipynb", content)).points == TOTAL
