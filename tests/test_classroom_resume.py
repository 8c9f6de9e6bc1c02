"""A run that is killed or stopped goes on where it was; a large class stays small."""

import json
import os
import random
import signal
import subprocess
import sys
import time

import pytest

from fake_marking import hand_in
from test_classroom_run import calls, classroom, compared, grade

RUN = """
import sys
from pathlib import Path
from test_classroom_run import grade
if __name__ == "__main__":
    grade(Path(sys.argv[1]), out="cut")
"""


def start(tmp_path):
    """The class graded by another process, in a session of its own."""
    environment = dict(os.environ, PYTHONPATH=os.pathsep.join(sys.path), MARK=str(tmp_path))
    return subprocess.Popen([sys.executable, "-c", RUN, tmp_path], env=environment, start_new_session=True)


def test_kill_at_ten_random_moments_loses_nothing(tmp_path):
    """kill -9, restart, ten times: marks as of an undisturbed run, and no line of the journal twice."""
    classroom(tmp_path, 40, seconds=0.05)
    moments, path = random.Random(7), tmp_path / "cut" / "journal.jsonl"
    path.parent.mkdir()
    for _ in range(10):
        before = path.stat().st_size if path.exists() else 0
        process = start(tmp_path)
        while process.poll() is None and (not path.exists() or path.stat().st_size == before):
            time.sleep(0.005)
        time.sleep(moments.uniform(0, 0.1))
        process.kill()
        process.wait()
        leftovers_gone(tmp_path)
    cut = path.read_bytes().count(b"\n")
    assert 10 <= cut < 40
    marks, failed = grade(tmp_path, out="cut")
    lines = [json.loads(line)["student"] for line in path.read_bytes().splitlines()]
    assert sorted(lines) == [f"s{i:02}" for i in range(40)] and not failed
    assert compared(marks) == compared(grade(tmp_path)[0])


def leftovers_gone(tmp_path):
    """Wait until no process of the killed run is left."""
    wanted = f"MARK={tmp_path}".encode()
    for _ in range(200):
        if not any(wanted in environment for environment in environments()):
            return
        time.sleep(0.05)
    raise AssertionError("a process outlived its grader by 10 seconds")


def environments():
    """The environment of every process."""
    for pid in filter(str.isdecimal, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/environ", "rb") as file:
                yield file.read()
        except OSError:
            continue


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_stopped_grader_leaves_no_process_and_keeps_the_marks(tmp_path, number):
    """Ctrl-C and kill -9: nothing is left running, what was finished is there."""
    classroom(tmp_path, 3)
    hand_in(tmp_path / "s", "slow", seconds=60, calls=str(tmp_path / "calls"))
    process = start(tmp_path)
    path = tmp_path / "cut" / "journal.jsonl"
    while calls(tmp_path).total() < 4 or path.read_text().count("\n") < 3:
        time.sleep(0.02)
    process.send_signal(number)
    assert process.wait(20) != 0
    leftovers_gone(tmp_path)
    assert path.read_text().count("\n") in (2, 3)  # the third is taken back if it was not on the disk yet


LARGE = """
import sys
import pytest

from fake_marking import fake_assignment, mark
from classroom.cli import main
if __name__ == "__main__":
    options = ["grade", "x", sys.argv[1] + "/s", "--out", sys.argv[1] + "/r"]
    status = main(options, mark=mark, read=lambda path: fake_assignment())
    peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
    print(status, peak.split()[1])
"""


def test_large_class_stays_small(tmp_path):
    """300 submissions with texts: the grader itself stays under 150 MB."""
    for i in range(300):
        hand_in(tmp_path / "s", f"s{i}", answers={"explain": "because " * 500}, message="x" * 900, points={"shape": 0})
    environment = dict(os.environ, PYTHONPATH=os.pathsep.join(sys.path))
    done = subprocess.run([sys.executable, "-c", LARGE, tmp_path], env=environment, capture_output=True, text=True, check=True)
    status, memory = done.stdout.split("\n")[-2].split()
    assert status == "0" and int(memory) < 150 * 1024, done.stdout + done.stderr
