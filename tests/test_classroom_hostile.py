"""Submissions that attack: none gets a mark it did not earn, and none leaves anything behind.

The attacks stand in `classroom_attacks`, bounded so that a hole harms nothing.
"""

import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import psutil
import pytest
from classroom_attacks import ANSWERS, CLOSED, FORKS, FRONT
from classroom_sample import TOTAL, sample, submit
from conftest import ROOT

from classroom.grading.marking import mark
from classroom.sandbox import process

STATUSES = {"passed", "failed", "error", "timeout", "crashed", "missing", "manual"}
WITHOUT_DOUBLE = TOTAL - 4
MEMORY = 400 + os.getpid() % 100  # tells the workers of this test process from all others


@pytest.fixture(scope="module")
def assignment(tmp_path_factory):
    return sample(tmp_path_factory.mktemp("sample"), memory_mb=MEMORY, seconds_per_cell=3)


@pytest.fixture(autouse=True)
def nothing_left():
    """After every test: no worker of this test process is alive, and no new child is there, alive or unburied."""
    before = {child.pid for child in psutil.Process().children()}  # a browser's driver, say
    yield
    token = f'"RLIMIT_AS": {MEMORY << 20}'.encode()
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            assert token not in entry.read_bytes(), f"left behind: {entry}"
        except (FileNotFoundError, ProcessLookupError):
            continue
    assert {child.pid for child in psutil.Process().children()} <= before, "a child is left behind"


def statuses(marks):
    """Every status is one of the words of the contract, and every text is plain and short."""
    assert {task.status for task in marks.tasks} <= STATUSES
    for text in [task.message for task in marks.tasks] + marks.notes:
        assert len(text) < 700 and text.replace("\n", "").isprintable()
    json.dumps(marks.to_dict()).encode()
    return marks


@pytest.mark.parametrize("name", FRONT)
def test_a_hostile_cell_costs_only_itself(name, assignment, tmp_path):
    cell, note = FRONT[name]
    marks = statuses(mark(assignment, submit(assignment, tmp_path, cell)))
    assert marks.points == TOTAL, marks
    if note:
        assert len(marks.notes) == 1 and note in marks.notes[0]
    elif note == "" and name != "deep source":
        assert not marks.notes


@pytest.mark.parametrize("name", CLOSED)
def test_a_cell_can_reach_nothing(name, assignment, tmp_path):
    marks = mark(assignment, submit(assignment, tmp_path, CLOSED[name]))
    assert marks.points == TOTAL and not marks.notes, marks


@pytest.mark.parametrize("name", ANSWERS)
def test_a_hostile_function_earns_nothing(name, assignment, tmp_path):
    double = f"def double(X):\n    {ANSWERS[name]}"
    marks = statuses(mark(assignment, submit(assignment, tmp_path, double=double)))
    task = marks.tasks[0]
    assert task.points == 0 and task.status in STATUSES - {"passed", "manual"} and task.message
    if name not in ("writes answers", "patched builtins"):
        assert marks.points == WITHOUT_DOUBLE, marks


@pytest.mark.parametrize("filtered", [True, False], ids=["filter", "limits alone"])
@pytest.mark.parametrize("name", FORKS)
def test_no_process_outlives_its_submission(name, filtered, assignment, tmp_path, monkeypatch):
    if not filtered:
        monkeypatch.setattr(process, "filter_program", lambda: None)
    marks = statuses(mark(assignment, submit(assignment, tmp_path, FORKS[name])))
    assert marks.points == TOTAL, marks
    assert filtered is False or "PermissionError" in marks.notes[0]


LEAVES = """
import os
if not os.fork():
    os.setsid()
    if not os.fork():
        os.execv({python!r}, ["python", "-c", "import time; time.sleep(60)  # {mark}"])
    os._exit(0)"""


@pytest.mark.parametrize("filtered", [True, False], ids=["filter", "adopted"])
def test_without_a_sandbox_too_no_process_outlives_its_submission(filtered, assignment, tmp_path, monkeypatch):
    if not filtered:
        monkeypatch.setattr(process, "filter_program", lambda: None)
    cell = LEAVES.format(python=sys.executable, mark=tmp_path)
    marks = statuses(mark(assignment, submit(assignment, tmp_path, cell), sandbox=False))
    assert marks.points == TOTAL and bool(marks.notes) == filtered, marks
    assert not [process for process in psutil.process_iter(["cmdline"]) if str(tmp_path) in str(process.info["cmdline"])]


def test_no_connection_comes_through(assignment, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.05)
        call = f"import socket; socket.create_connection(('127.0.0.1', {server.getsockname()[1]}), 1)"
        marks = mark(assignment, submit(assignment, tmp_path, call))
        with pytest.raises(TimeoutError):
            server.accept()
    assert marks.points == TOTAL and "Error" in marks.notes[0]


def test_a_forged_conversation_gets_values_only(assignment, tmp_path):
    forged = """
import os, struct
for text in (b'["result", {"note": ""}]', b'["result", {}]') * 8:
    for fd in range(3, 20):
        try: os.write(fd, struct.pack('>II', len(text), 0) + text)
        except OSError: pass"""
    marks = statuses(mark(assignment, submit(assignment, tmp_path, forged)))
    assert marks.status == "graded" and marks.points <= TOTAL


def test_a_function_that_hangs_is_not_waited_for_again_and_again(tmp_path):
    tests = {f"{n}-test": (1, "double(X)") for n in ("double", "hand", "slope", "train", "other")}
    assignment = sample(tmp_path, tests=tests, memory_mb=MEMORY)
    marks = mark(assignment, submit(assignment, tmp_path, double="def double(X):\n    while True: pass"))
    assert marks.points == 0 and {task.status for task in marks.tasks[:-1]} == {"timeout"}
    assert "not called again" in marks.tasks[4].message


def test_threads_of_the_grader_are_no_harm(assignment, tmp_path):
    """Graded in a thread beside another one, as a cluster's worker does."""
    found = []
    path = submit(assignment, tmp_path)
    threads = [threading.Thread(target=lambda: found.append(mark(assignment, path).points)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [TOTAL, TOTAL]


ORDINARY = """
import json, sys
from pathlib import Path
from classroom_sample import sample, submit
from classroom.grading.marking import mark
from classroom_attacks import ANSWERS, CLOSED, FORKS, FRONT
folder = Path(sys.argv[1])
assignment, found = sample(folder), {}
for name, cell in {"honest": "", **CLOSED, **FORKS, "kill": FRONT["kill of the parent"][0]}.items():
    found[name] = mark(assignment, submit(assignment, folder, cell)).points
for name in ("exits", "sleeps", "equal to everything"):
    double = "def double(X):\\n    " + ANSWERS[name]
    found[name] = mark(assignment, submit(assignment, folder, double=double)).points
print(json.dumps(found))
"""


def as_ordinary_user():
    """A command that becomes an unused uid, for whom this Python and these files can be read."""
    if os.geteuid() != 0:
        return []
    kept = [Path(p).resolve() for p in (sys.base_prefix, sys.prefix, ROOT)]
    view, opened = ["bwrap", "--dev-bind", "/", "/"], set()
    for path in kept:
        parents = path.parents[::-1]
        closed = [index for index, parent in enumerate(parents) if not parent.stat().st_mode & 1]
        for parent in parents[closed[0] :] if closed else ():
            make = "--tmpfs" if parent == parents[closed[0]] else "--dir"
            view += ["--perms", "0755", make, parent] if parent not in opened else []
            opened.add(parent)
        view += ["--ro-bind", path, path] if closed else []
    return [*map(str, view), "setpriv", "--reuid", "54321", "--regid", "54321", "--clear-groups"]


def test_an_ordinary_user_is_as_safe():
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o777)
        line = [*as_ordinary_user(), sys.executable, "-c", ORDINARY, folder]
        paths = os.pathsep.join([str(ROOT), str(ROOT / "tests")])
        environment = {**os.environ, "PYTHONPATH": paths, "HOME": folder, "PYTHONDONTWRITEBYTECODE": "1"}
        ran = subprocess.run(line, capture_output=True, text=True, env=environment, timeout=100)
    assert ran.returncode == 0, ran.stderr
    expected = {"exits": WITHOUT_DOUBLE, "sleeps": WITHOUT_DOUBLE, "equal to everything": WITHOUT_DOUBLE}
    found = json.loads(ran.stdout)
    assert found == {name: expected.get(name, TOTAL) for name in found} and len(found) == 12
