"""What fails on the grader's own side costs no student a mark: the submission waits for the next run."""

import pytest
from classroom_sample import sample, submit

from classroom.grading import marking
from classroom.grading.marking import mark
from classroom.sandbox import proxies


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), OSError(11, "Resource temporarily unavailable")])
@pytest.mark.parametrize("starts", [0, 1], ids=["before the first test", "in a test"])
def test_what_fails_on_the_graders_side_is_no_students_fault(error, starts, tmp_path, monkeypatch):
    """No mark, and a status with which the next run tries again."""
    left = [proxies.Process] * starts

    def start(*arguments):
        if left:
            return left.pop()(*arguments)
        raise error

    monkeypatch.setattr(proxies, "Process", start)
    assignment = sample(tmp_path)
    marks = mark(assignment, submit(assignment, tmp_path, double="def double(X): import os; os._exit(0)"))
    assert marks.status.startswith("not graded: Trouble: the sandbox cannot be started: ") and error.strerror in marks.status


def test_a_mistake_of_the_graders_is_no_students_fault(tmp_path, monkeypatch):
    monkeypatch.setattr(marking, "judge", lambda *arguments: 1 / 0)
    assignment = sample(tmp_path)
    assert mark(assignment, submit(assignment, tmp_path)).status == "not graded: ZeroDivisionError: division by zero"
    monkeypatch.setattr(marking, "judge", lambda *arguments: marking.os._exit(1))
    assert mark(assignment, submit(assignment, tmp_path)).status == "not graded: the grader's own process ended before a test"
