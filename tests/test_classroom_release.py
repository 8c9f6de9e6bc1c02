"""Releasing: what is written, and every reason for which nothing is."""

import os
from types import SimpleNamespace

import nbformat
import numpy as np
import pytest

from classroom.masters.handout import TEXT_STUB
from classroom.release import SEED, ReleaseRefused, release, seeded
from small_assignment import SOLUTION, cell, known, known_solutions, small_cells, unprotected_mark, with_cells, write_small


def released(home, tmp_path, **keys):
    """The students' notebook of a folder."""
    path = release(home, tmp_path / "out", mark=keys.pop("mark", unprotected_mark), **keys)
    return nbformat.read(path, as_version=4)


def refusal(tmp_path, cells=None, mark=unprotected_mark, files=None):
    """The reasons for which a master is not released; nothing is written."""
    home = write_small(tmp_path, cells, known=files)
    with pytest.raises(ReleaseRefused) as error:
        release(home, tmp_path / "out", mark=mark)
    assert not (tmp_path / "out").exists()
    head, *reasons = str(error.value).split("; ")
    name, _, first = head.partition(" is not released: ")
    assert name == "small"
    return [first, *reasons]


def test_what_students_get(tmp_path):
    """A stub, the visible test, no teacher's cell, no model answer; the rest is the master's."""
    notebook = released(write_small(tmp_path), tmp_path)
    sources = {part.id: part.source for part in notebook.cells}
    assert sources == {
        "head": "# Small\n\nRead *One path*.",
        "tools": "import numpy as np",
        "triple-answer": 'def triple(x):\n    """Three times x."""\n    # YOUR CODE HERE\n    raise NotImplementedError()',
        "triple": "check(triple(np.array([1.0, 2.0])), [3, 6])",
        "words": TEXT_STUB,
    }
    assert (tmp_path / "out" / "small" / "small.ipynb").exists()


def test_the_release_links_to_the_book(tmp_path):
    """The address is passed on, and does not count as a difference."""
    notebook = released(write_small(tmp_path), tmp_path, book="https://b.org")
    assert "[One path](https://b.org/chain_rule.html#One-path)" in notebook.cells[0].source


def test_a_second_release_replaces_the_first(tmp_path):
    """Byte for byte the same file."""
    home = write_small(tmp_path)
    first, second = (release(home, tmp_path / "out", mark=unprotected_mark).read_bytes() for _ in range(2))
    assert first == second


def test_the_seed_is_set_and_put_back(monkeypatch):
    """A seed of the teacher's environment survives."""
    monkeypatch.delenv(SEED, raising=False)
    with seeded(5):
        assert os.environ[SEED] == "5"
    assert SEED not in os.environ
    monkeypatch.setenv(SEED, "9")
    with seeded(5):
        assert os.environ[SEED] == "5"
    with seeded(None):
        assert os.environ[SEED] == "9"
    assert os.environ[SEED] == "9"


def test_a_line_of_the_solution_is_left(tmp_path):
    """In a listing with line numbers, or in a locked cell."""
    reason = "'threefold = x + x + x' of triple-answer is left in"
    shown = with_cells(head="A hint:\n\n    1   threefold = x + x + x")
    assert refusal(tmp_path, shown) == [f"{reason} a free cell"]
    shown = with_cells(tools="import numpy as np\ndef hint(x):\n    threefold = x + x + x")
    assert refusal(tmp_path, shown) == [f"{reason} tools"]


def test_a_line_of_a_hidden_test_is_left(tmp_path):
    """What every program has, such as an import, may be left."""
    shown = with_cells(tools="import numpy as np\nimport os\nsecret = 5\ndef f():\n    check(triple(secret), secret * 3)")
    assert refusal(tmp_path, shown) == ["'check(triple(secret), secret * 3)' of triple is left in tools"]


def test_the_model_answer_is_left(tmp_path):
    """A sentence of the answer that is marked by hand."""
    shown = with_cells(head="Say this:\n\nIt is the sum of three equal parts.")
    assert refusal(tmp_path, shown) == ["'It is the sum of three equal parts.' of words is left in a free cell"]


def test_a_package_that_students_do_not_have(tmp_path):
    """The package of the book is one."""
    shown = with_cells(tools="import numpy as np\nfrom cnnbp.conv import conv2d\nimport os.path, json")
    assert refusal(tmp_path, shown) == ["cell 'tools' imports cnnbp"]


def test_a_master_that_loses_marks(tmp_path):
    """With the teacher's seed and with three others."""
    wrong = SOLUTION.replace("return threefold", "return threefold * (len(x) < 3)")
    reasons = refusal(tmp_path, with_cells(triple_answer=wrong))
    assert reasons.count("the master earned 0, not 4 (not passed: triple)") == 4


def test_a_master_that_is_right_by_luck(tmp_path):
    """With the hidden numbers of seed 2 alone it loses marks."""
    unlucky = np.random.default_rng(2).normal(size=3)[0]
    wrong = SOLUTION.replace("return threefold", f"return threefold + (x[0] == {unlucky!r})")
    files = known_solutions()
    assert refusal(tmp_path, with_cells(triple_answer=wrong), files=files) == ["the master earned 0, not 4 (not passed: triple)"]
    assert release(tmp_path / "small", tmp_path / "out", seeds=(1, 3), mark=unprotected_mark).exists()


def test_a_test_that_zeros_pass(tmp_path):
    """A test of the shape alone is paid to functions that do nothing."""
    lazy = with_cells(triple="assert np.shape(triple(np.ones(3))) == (3,)")
    reasons = refusal(tmp_path, lazy)
    assert "zeros of the right shape earned 4, not 0 (not passed: )" in reasons
    assert "zeros of the first array's shape earned 4, not 0 (not passed: )" in reasons
    assert "wrong/times_2.py earned 4, not 0 (not passed: )" in reasons


def test_a_test_that_the_stub_passes(tmp_path):
    """A test that asks for nothing."""
    reasons = refusal(tmp_path, with_cells(triple="assert np.pi > 3"))
    assert "the untouched stub earned 4, not 0 (not passed: )" in reasons


def test_a_wrong_solution_with_another_mark(tmp_path):
    """Exactly its mark: not less, not more."""
    files = known_solutions() | {"wrong/times_7.py": known("return 7 * x", "mark: 1\n\n")}
    assert refusal(tmp_path, files=files) == ["wrong/times_7.py earned 0, not 1 (not passed: triple)"]


def test_an_unusual_solution_that_loses_marks(tmp_path):
    """A test that asks for more than the task does."""
    files = known_solutions() | {"unusual/list.py": known("return 3.1 * x")}
    assert refusal(tmp_path, files=files) == ["unusual/list.py earned 0, not 4 (not passed: triple)"]


def test_too_few_known_solutions(tmp_path):
    """Six wrong ones and three unusual ones are the least."""
    files = {name: text for name, text in known_solutions().items() if not name.endswith(("_0.py", "_6.py"))}
    assert refusal(tmp_path, files=files) == [
        "the folder wrong holds 4 solutions, and 6 are the least",
        "the folder unusual holds 2 solutions, and 3 are the least",
    ]


def test_a_diagnosis_that_is_not_the_known_one(tmp_path):
    """A name that was not expected, and one that was expected and not found."""

    def mark(assignment, path):
        marks = unprotected_mark(assignment, path)
        if "return 4 * x" in path.read_text():
            marks.tasks[0].diagnosis = "sign"
        return marks

    files = known_solutions() | {"wrong/times_5.py": known("return 5 * x", "mark: 0\ndiagnosis: averaged\n\n")}
    assert refusal(tmp_path, mark=mark, files=files) == [
        "wrong/times_4.py was diagnosed as sign, not none",
        "wrong/times_5.py was diagnosed as none, not averaged",
    ]


def test_a_grader_that_cannot_grade(tmp_path):
    """Its words are the reason."""
    broken = lambda assignment, path: SimpleNamespace(status="no sandbox", tasks=[], points=0)  # noqa: E731
    assert "the master: no sandbox" in refusal(tmp_path, mark=broken)


def test_a_cell_for_teachers_may_stand_anywhere(tmp_path):
    """And is not read as a leak of the model answer."""
    cells = [*small_cells(), cell("teacher", "more", "It is the sum of three equal parts.", "markdown")]
    assert len(released(write_small(tmp_path, cells), tmp_path).cells) == 5
