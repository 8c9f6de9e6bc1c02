"""The journal keeps what was finished, whatever stops the grader."""

import errno
import json
import os
import signal
import subprocess
import sys
from dataclasses import replace

import pytest

from classroom.errors import GradingError
from classroom.grading.marking import Marks, TaskResult
from classroom.results import journal
from classroom.results.journal import Results, digest_of_assignment
from fake_marking import fake_assignment

ASSIGNMENT = fake_assignment()


def marks(points=1.0, message="a\nb \u2028 \ud800 é"):
    """Marks with a message that a line must survive."""
    return Marks("graded", [TaskResult("value", points, 2.0, "failed", message, "")], ["note"], {"explain": "text"}, 0.5)


def test_marks_come_back_after_reopening(tmp_path):
    """Same student, file and assignment: the same marks; anything else: none."""
    with Results(tmp_path / "r", ASSIGNMENT) as results:
        results.add("ada", "d1", marks())
    with Results(tmp_path / "r", ASSIGNMENT) as results:
        assert results.find("ada", "d1") == marks()
        assert results.find("ada", "d2") is None and results.find("bob", "d1") is None
    with Results(tmp_path / "r", fake_assignment(points=3.0)) as results:
        assert results.find("ada", "d1") is None and results.latest("ada", "d1") == marks()


def test_last_line_of_a_submission_wins(tmp_path):
    """A regrade replaces the marks; both lines stay in the journal."""
    with Results(tmp_path, ASSIGNMENT) as results:
        results.add("ada", "d", marks(1.0))
        results.add("ada", "d", marks(2.0))
    with Results(tmp_path, ASSIGNMENT) as results:
        assert results.find("ada", "d").points == 2.0
    assert len((tmp_path / "journal.jsonl").read_text().splitlines()) == 2


def test_journal_cut_anywhere_keeps_the_whole_lines(tmp_path):
    """A half-written last line is ignored, and the next one starts afresh."""
    with Results(tmp_path, ASSIGNMENT) as results:
        for student in "abc":
            results.add(student, "d", marks())
    whole = (tmp_path / "journal.jsonl").read_bytes()
    ends = [i for i, byte in enumerate(whole, 1) if byte == 10]
    near = {end + i for end in ends for i in (-2, -1, 0, 1)} - {len(whole) + 1}
    for k in sorted(near | set(range(0, len(whole), 17))):
        (tmp_path / "journal.jsonl").write_bytes(whole[:k])
        with Results(tmp_path, ASSIGNMENT) as results:
            kept = [student for student in "abc" if results.find(student, "d")]
            assert len(kept) == sum(end <= k for end in ends) and not results.damaged
            results.add("z", "d", marks())
        with Results(tmp_path, ASSIGNMENT) as results:
            assert results.find("z", "d") and not results.damaged


def test_damaged_line_is_counted_and_costs_itself_alone(tmp_path):
    """As after a power cut that left zeros in the middle."""
    with Results(tmp_path, ASSIGNMENT) as results:
        results.add("ada", "d", marks())
    with (tmp_path / "journal.jsonl").open("ab") as file:
        file.write(b'\0\0\0\n{"student": 1}\n[]\n')
    with Results(tmp_path, ASSIGNMENT) as results:
        assert results.find("ada", "d") and results.damaged == 3


def test_full_disk_at_every_byte_leaves_a_valid_journal(tmp_path, monkeypatch):
    """ENOSPC after k bytes of a line: a clear error, and the journal is as before."""
    real, left = os.write, [0]

    def write(handle, data):
        if not left[0]:
            raise OSError(errno.ENOSPC, "No space left on device")
        count = real(handle, data[: left[0]])
        left[0] -= count
        return count

    with Results(tmp_path, ASSIGNMENT) as results:
        results.add("ada", "d", marks())
        before = results.path.read_bytes()
        monkeypatch.setattr(journal.os, "write", write)
        for k in range(len(before)):
            left[0] = k
            with pytest.raises(GradingError, match="No space left on device; the 1 entries before are kept"):
                results.add("bob", "d", marks())
            assert results.path.read_bytes() == before and not results.find("bob", "d")
        left[0] = 10**9
        results.add("bob", "d", marks())
    assert results.path.read_bytes() == before + before.replace(b'"ada"', b'"bob"')


FULL = """
import resource, sys
from classroom.results.journal import Results
from test_classroom_journal import ASSIGNMENT, marks
from pathlib import Path
resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))
with Results(Path(sys.argv[1]), ASSIGNMENT) as results:
    for i in range(100):
        results.add(f"s{i}", "d", marks())
"""


def test_real_limit_of_the_file_size_keeps_what_fitted(tmp_path):
    """The system itself refuses the write: whole lines stay, the sentence says why."""
    done = subprocess.run([sys.executable, "-c", FULL, tmp_path], capture_output=True, text=True, env=dict(
        os.environ, PYTHONPATH=os.pathsep.join(sys.path)))  # fmt: skip
    assert "GradingError" in done.stderr and "File too large" in done.stderr
    lines = (tmp_path / "journal.jsonl").read_bytes().splitlines(keepends=True)
    assert len(lines) > 2 and all(json.loads(line)["student"] == f"s{i}" for i, line in enumerate(lines))


def test_interrupt_while_writing_leaves_a_valid_journal(tmp_path, monkeypatch):
    """Ctrl-C between the bytes and the disk: the line is taken back."""
    def stop(handle):
        signal.raise_signal(signal.SIGINT)

    with Results(tmp_path, ASSIGNMENT) as results:
        monkeypatch.setattr(journal.os, "fsync", stop)
        with pytest.raises(KeyboardInterrupt):
            results.add("ada", "d", marks())
        assert results.path.read_bytes() == b"" and not results.find("ada", "d")


def test_two_graders_do_not_write_one_folder(tmp_path):
    """The second one is told which process holds it; when the first ends, it may."""
    with Results(tmp_path, ASSIGNMENT), pytest.raises(GradingError, match=f"another grader \\(process {os.getpid()}\\)"):
        Results(tmp_path, ASSIGNMENT)
    with Results(tmp_path, ASSIGNMENT) as results:
        results.add("ada", "d", marks())


def test_folder_that_cannot_be_written_is_a_clear_error(tmp_path):
    """A file stands in the way."""
    (tmp_path / "r").write_text("")
    with pytest.raises(GradingError, match="cannot write .*r: "):
        Results(tmp_path / "r", ASSIGNMENT)


def test_digest_of_an_assignment_follows_what_decides_about_marks(monkeypatch):
    """Tests, points, limits and the seed count; titles and the place on the disk do not."""
    first = digest_of_assignment(ASSIGNMENT)
    same = replace(ASSIGNMENT, title="x", path=None, minutes=1)
    assert first == digest_of_assignment(same)
    tasks = (replace(ASSIGNMENT.tasks[0], source="check(1)"), *ASSIGNMENT.tasks[1:])
    changed = [replace(ASSIGNMENT, tasks=tasks), replace(ASSIGNMENT, imports=()), fake_assignment(points=3.0),
               replace(ASSIGNMENT, limits=replace(ASSIGNMENT.limits, seconds_per_test=1.0))]  # fmt: skip
    digests = {first, *map(digest_of_assignment, changed)}
    monkeypatch.setenv("CLASSROOM_SEED", "7")
    assert len(digests | {digest_of_assignment(ASSIGNMENT)}) == 6
