"""A class is graded whole: whatever dies, hangs or is stopped, and in whatever order."""

import os
import random
import subprocess
import time
from collections import Counter
from dataclasses import replace

from classroom.grading.marking import Marks, TaskResult
from classroom.grading.run import Job, cores, grade_class, patience, supervise_here
from classroom.results.journal import Results
from classroom.submissions.collect import collect
from fake_marking import fake_assignment, hand_in, mark

ASSIGNMENT = fake_assignment()


def grade(tmp_path, assignment=ASSIGNMENT, order=None, out="r", **options):
    """Grade what is in tmp_path/s; the marks by student and those who could not be graded."""
    handed = list(collect(tmp_path / "s", assignment, tmp_path / "unpacked").handed_in)
    if order:
        random.Random(order).shuffle(handed)
    with Results(tmp_path / out, assignment) as results:
        failed = grade_class(assignment, handed, results, mark=mark, **{"jobs": 2, **options})
        return {one.student.id: results.find(one.student.id, one.digest) for one in handed}, failed


def compared(marks):
    """Marks without the time that they took."""
    return {student: one and replace(one, seconds=0) for student, one in marks.items()}


def calls(tmp_path):
    """How often each student's submission was marked."""
    path = tmp_path / "calls"
    return Counter(path.read_text().split()) if path.exists() else Counter()


def classroom(tmp_path, count, **says):
    """Submissions that earn different marks."""
    for i in range(count):
        hand_in(tmp_path / "s", f"s{i:02}", calls=str(tmp_path / "calls"), points={"shape": i % 3}, **says)


def test_every_student_gets_his_marks_and_is_marked_once(tmp_path):
    """And a second run marks nobody."""
    classroom(tmp_path, 5)
    marks, failed = grade(tmp_path)
    assert [one.points for one in marks.values()] == [2, 3, 4, 2, 3] and not failed
    assert grade(tmp_path)[0] == marks
    assert set(calls(tmp_path).values()) == {1} and len(calls(tmp_path)) == 5


def test_any_order_and_any_number_of_jobs_give_the_same_marks(tmp_path):
    """The class shuffled, on one, two and four processes."""
    classroom(tmp_path, 8)
    first = compared(grade(tmp_path)[0])
    for order in (1, 2, 4):
        assert compared(grade(tmp_path, order=order, out=f"r{order}", jobs=order)[0]) == first


def test_every_child_has_the_graders_seed(tmp_path, monkeypatch):
    """Also one of a server that was started before the seed was set."""
    hand_in(tmp_path / "s", "ada", tell=True)
    for seed in ("3", "4"):
        monkeypatch.setenv("CLASSROOM_SEED", seed)
        marks, _ = grade(tmp_path, out=seed)
        assert marks["ada"].notes == [f"seed {seed}", "sandbox True"]


def test_what_dies_takes_nothing_with_it(tmp_path):
    """A killed child is tried once more; an error of the grader is a status; the others are graded."""
    classroom(tmp_path, 3)
    hand_in(tmp_path / "s", "always", kill="always")
    hand_in(tmp_path / "s", "once", kill="once")
    hand_in(tmp_path / "s", "error", fail="no sandbox")
    hand_in(tmp_path / "s", "broken", unreadable="not JSON")
    marks, failed = grade(tmp_path)
    assert {name: one.status for name, one in failed.items()} == {
        "always": "not graded: the process that marks it was killed twice (exit code -9)",
        "error": "not graded: no sandbox"}  # fmt: skip
    assert marks["once"].points == 6 - 2 and marks["broken"].status == "not readable: not JSON"
    assert all(marks[f"s{i:02}"] for i in range(3)) and marks["always"] is None


def test_one_that_hangs_is_given_up(tmp_path):
    """After its time, and what it started is gone too."""
    classroom(tmp_path, 2)
    hand_in(tmp_path / "s", "hang", seconds=100, spawn="4271")
    hand_in(tmp_path / "s", "daemon", spawn="4271")
    start = time.monotonic()
    _, failed = grade(tmp_path, seconds=5)
    assert {name: one.status for name, one in failed.items()} == {"hang": "not graded: it was not marked within 5 seconds"}
    assert time.monotonic() - start < 40
    assert not [one for one in command_lines() if one.startswith("sleep 4271")]


def command_lines():
    """The command line of every process."""
    lines = []
    for pid in filter(str.isdecimal, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as file:
                lines.append(file.read().replace(b"\0", b" ").decode("utf-8", "replace"))
        except OSError:
            continue
    return lines


def test_new_file_and_new_assignment_are_marked_anew(tmp_path):
    """The key is the student, the bytes of the file and what decides about marks."""
    classroom(tmp_path, 3)
    grade(tmp_path)
    hand_in(tmp_path / "s", "s01", calls=str(tmp_path / "calls"), points={"shape": 0, "value": 0})
    assert grade(tmp_path)[0]["s01"].points == 0
    assert calls(tmp_path) == {"s00": 1, "s01": 2, "s02": 1}
    grade(tmp_path, fake_assignment(points=5.0))
    assert calls(tmp_path) == {"s00": 2, "s01": 3, "s02": 2}


def test_again_marks_again(tmp_path):
    """Only where it is asked for."""
    classroom(tmp_path, 2)
    grade(tmp_path)
    grade(tmp_path, again=True)
    assert calls(tmp_path) == {"s00": 2, "s01": 2}


def test_one_task_is_marked_anew_and_the_others_stay(tmp_path):
    """After a test was corrected; a student without earlier marks is marked whole."""
    classroom(tmp_path, 3)
    before, _ = grade(tmp_path)
    tasks = (*ASSIGNMENT.tasks[:1], replace(ASSIGNMENT.tasks[1], source="corrected"), ASSIGNMENT.tasks[2])
    corrected = replace(ASSIGNMENT, tasks=tasks)
    path = tmp_path / "r" / "journal.jsonl"  # make the kept marks tell themselves from new ones
    path.write_text(path.read_text().replace('"name": "shape", "points": 0', '"name": "shape", "points": 1.5'))
    hand_in(tmp_path / "s", "new", calls=str(tmp_path / "calls"))
    marks, _ = grade(tmp_path, corrected, tasks=["value"])
    assert [one.name for one in marks["s00"].tasks] == ["shape", "value", "explain"]
    assert marks["s00"].points == 3.5 and marks["s01"].points == before["s01"].points and marks["new"].points == 4
    assert grade(tmp_path, corrected)[0] == marks
    assert calls(tmp_path) == {"s00": 2, "s01": 2, "s02": 2, "new": 1}


def test_task_whose_neighbours_changed_their_points_is_marked_whole(tmp_path):
    """Old marks out of 2 do not stand beside new ones out of 5."""
    classroom(tmp_path, 1)
    grade(tmp_path)
    marks, _ = grade(tmp_path, fake_assignment(points=5.0), tasks=["value"])
    assert [one.max_points for one in marks["s00"].tasks] == [5, 5, 5]


def test_long_texts_are_cut_before_they_are_kept(tmp_path):
    """A student's long texts do not fill the journal."""
    big = "é" * 30_000
    hand_in(tmp_path / "s", "big", answers={"explain": big}, message=big, points={"shape": 0}, notes=[big] * 100)
    one = grade(tmp_path)[0]["big"]
    assert one.answers["explain"].endswith("[…10000 characters more]") and len(one.notes) == 20
    assert (tmp_path / "r" / "journal.jsonl").stat().st_size < 300_000


def test_generator_that_is_closed_kills_its_children(tmp_path):
    """As when the disk is full in the middle of a run."""
    classroom(tmp_path, 1)
    hand_in(tmp_path / "s", "slow", seconds=60, spawn="4272")
    jobs = [Job(one, ASSIGNMENT, True) for one in collect(tmp_path / "s", ASSIGNMENT, tmp_path).handed_in]
    running = supervise_here(jobs, mark, 100, 2)
    assert next(running)[0].handed.student.id == "s00"
    running.close()
    assert not [one for one in command_lines() if one.startswith("sleep 4272")]


def test_merged_marks_of_an_unreadable_regrade_are_the_new_ones():
    """Marks without tasks replace everything."""
    base = Marks("graded", [TaskResult("shape", 2.0, 2.0, "passed", "")], [], {}, 0.0)
    new = Marks("not readable: no JSON", [], [], {}, 0.0)
    assert Job(None, ASSIGNMENT, True, ("value",), base).merged(new) == new


def test_patience_is_longer_than_every_limit_together():
    """Two tests of 10 s and no cell; one core at least."""
    assert patience(ASSIGNMENT) == 60 + 2 * (10 + 20) and cores() >= 1


def leave(assignment, path, *, sandbox, tasks):
    """Leave a process behind in a session of its own, and do not end."""
    subprocess.Popen(["sleep", "4273"], start_new_session=True)
    time.sleep(60)


def test_without_a_sandbox_what_a_late_child_has_left_ends_with_it(tmp_path):
    """It is in nobody's process group."""
    classroom(tmp_path, 1)
    (handed,) = collect(tmp_path / "s", ASSIGNMENT, tmp_path).handed_in
    ((_, marks),) = supervise_here([Job(handed, ASSIGNMENT, False)], leave, 3, 1)
    assert "not marked within 3 seconds" in marks.status
    assert not [one for one in command_lines() if "4273" in one]
