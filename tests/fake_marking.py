"""A marking function for tests of the class side: the notebook says what happens to it.

The JSON of the "notebook" may hold `points` (by task; full marks where absent),
`status`, `message`, `diagnosis`, `answers`, `notes`, `unreadable`, `seconds` to
sleep, `kill` (die: always, or "once"), `fail` (an error of the grader), `spawn`
(leave a process behind), `tell` (note the seed of the hidden tests and the sandbox). Each call is written to the file `calls` beside it.
"""

import json
import os
import signal
import subprocess
import time
from pathlib import Path

from classroom.grading.marking import Marks, TaskResult
from classroom.masters.assignment import Assignment, Limits, Task


def fake_assignment(names=("shape", "value"), manual=("explain",), points=2.0, **changes):
    """An assignment with tasks of 2 points each; the manual ones come last."""
    tasks = [Task(name, f"Task {name}", points, name in manual, f"check({name})", "", "explain" if name in manual else "loop",
                  section=f"page.html#{name}") for name in (*names, *manual)]  # fmt: skip
    known = {"name": "convolve", "title": "The forward pass", "path": Path("convolve"), "chapter": "", "minutes": 30,
             "limits": Limits(), "imports": ("numpy",), "cells": ()}  # fmt: skip
    return Assignment(**{**known, "tasks": tuple(tasks), **changes})


def hand_in(folder, student, name="convolve", **says):
    """Write a submission in nbgrader's layout."""
    path = Path(folder, student, name, f"{name}.ipynb")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"student": student, **says}), encoding="utf-8")
    return path


def mark(assignment, path, *, sandbox=True, tasks=None):
    """Do what the notebook says."""
    says = json.loads(path.read_text(encoding="utf-8"))
    _note(says.get("calls"), says["student"])
    time.sleep(says.get("seconds", 0))
    if says.get("spawn"):
        subprocess.Popen(["sleep", says["spawn"]])
    if says.get("fail"):
        raise RuntimeError(says["fail"])
    if says.get("kill") == "always" or (says.get("kill") and _first_time(path)):
        os.kill(os.getpid(), signal.SIGKILL)
    if says.get("unreadable"):
        return Marks(f"not readable: {says['unreadable']}", [], [], {}, 0.0)
    chosen = [task for task in assignment.tasks if tasks is None or task.name in tasks]
    results = [_result(task, says) for task in chosen]
    told = [f"seed {os.environ.get('CLASSROOM_SEED')}", f"sandbox {sandbox}"]
    notes = told if says.get("tell") else says.get("notes", [])
    return Marks("graded", results, notes, says.get("answers", {}), time.monotonic())


def _result(task, says):
    """The result of one task."""
    if task.manual:
        return TaskResult(task.name, 0.0, task.points, "manual", "", "")
    points = says.get("points", {}).get(task.name, task.points)
    status = "passed" if points == task.points else says.get("status", "failed")
    wrong = status != "passed"
    return TaskResult(task.name, points, task.points, status, says.get("message", "") * wrong, says.get("diagnosis", "") * wrong)


def _note(calls, student):
    """Write down that the student's submission is marked."""
    if calls:
        with open(calls, "a", encoding="utf-8") as file:
            file.write(student + "\n")


def _first_time(path):
    """Whether this has not been asked before for this path."""
    try:
        path.with_suffix(".seen").touch(exist_ok=False)
        return True
    except FileExistsError:
        return False
