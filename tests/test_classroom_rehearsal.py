"""The submissions that a master is tried on: zeros of every shape, and known solutions."""

import numpy as np
import pytest

from classroom.masters.assignment import read_assignment
from classroom.masters.regions import AssignmentError
from classroom.masters.rehearsal import ZEROS, filled, read_known, rehearsals
from small_assignment import known, known_solutions, write_small


def test_the_trials(tmp_path):
    """The master, the stub, three sorts of zeros, six wrong solutions, three unusual ones."""
    found = rehearsals(read_assignment(write_small(tmp_path)))
    assert [trial.name for trial in found[:2]] == ["the master", "the untouched stub"]
    assert [trial.mark for trial in found] == [4, 0, 0, 0, 0] + [0] * 6 + [4] * 3
    assert found[1].cells == {}
    assert all(set(trial.cells) == {"triple-answer"} for trial in found if trial is not found[1])


ANSWERS = """def f(n, x=None):
    return [np.ones((n, n + 1)), 5.0]


a, (b, c) = 3, ("word", {"k": 2})
"""


def zeros(name):
    """What a solution cell defines after its names were made zeros."""
    space = {"np": np}
    exec(filled(ZEROS[name], ANSWERS), space)
    return space


def test_zeros_of_the_right_shape():
    """Whatever a function returns or an answer holds, its numbers are 0."""
    space = zeros("zeros of the right shape")
    plane, number = space["f"](2)
    assert np.array_equal(plane, np.zeros((2, 3))) and number == 0
    assert (space["a"], space["b"], space["c"]) == (0, "", {"k": 0})


def test_zeros_of_another_shape():
    """The first array's, or a single 0."""
    space = zeros("zeros of the first array's shape")
    assert np.array_equal(space["f"](3, np.ones((2, 2))), np.zeros((2, 2)))
    assert space["f"](3) == space["a"] == space["b"] == space["c"] == 0
    space = zeros("the number 0")
    assert space["f"](3, np.ones((2, 2))) == space["a"] == 0


def test_a_known_solution_is_read(tmp_path):
    """Its mark and codes stand in the docstring; cells it does not name are the master's."""
    path = tmp_path / "wrong" / "way.py"
    path.parent.mkdir()
    path.write_text('"""\nmark: 2.5\ndiagnosis: sign, averaged\n\nBoth.\n"""\n\n# cell: b\nx = 1\n\n\n# cell: c\ny = 2\n')
    trial = read_known(path, {"a": "right a", "b": "right b", "c": "right c"})
    assert (trial.name, trial.mark, trial.diagnoses) == ("wrong/way.py", 2.5, {"sign", "averaged"})
    assert {key: text.strip() for key, text in trial.cells.items()} == {"a": "right a", "b": "x = 1", "c": "y = 2"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (known("pass"), "no mark"),
        ('"""\nmark: 3\n"""', "names no cell"),
        (known("pass", "mark: 1\n\n").replace("triple-answer", "tripel"), "replaces tripel"),
    ],
)
def test_a_known_solution_that_cannot_be_read(tmp_path, text, words):
    """Each mistake is named, with the file."""
    files = known_solutions() | {"wrong/odd.py": text}
    with pytest.raises(AssignmentError, match=f"wrong/odd.py .*{words}"):
        rehearsals(read_assignment(write_small(tmp_path, known=files)))
