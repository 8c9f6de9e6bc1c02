"""`python -m benchmarks.classroom`: a class graded by `python -m classroom grade`, and by nbgrader.

Thirty honest submissions of one master go to both, and both must give the same
marks; then a class of thirty with eight that attack or are broken, with a limit of
10 s, in which every row must be right; then three hundred honest ones. Wall time,
processor time (without that of the sandboxes, which the kernel does not pass on),
and the most memory held at once (pages that are shared are counted for each).
"""

import argparse
import csv
import ctypes
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from classroom_class import MASTER, class_of_thirty, hand_in, honest, master  # noqa: E402

PATH = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"  # nbgrader starts alembic
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1", "PATH": PATH}
LIMITS = "\n[limits]\nseconds_per_cell = 10.0\nseconds_per_test = 10.0\n"
GOALS = {"ratio": 10, "hostile": 20, "many": 60, "memory": 1024}  # times, seconds, seconds, MB


def measured(command, folder):
    """Run a command: its output, and wall seconds, processor seconds and MB of it and all its descendants."""
    ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER: orphans become ours, and so are counted
    begin, before = time.perf_counter(), processor()
    process = subprocess.Popen(command, cwd=folder, env=ENVIRONMENT, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    most = [0]
    threading.Thread(target=watch, args=(process, most), daemon=True).start()
    output = process.communicate()[0]
    wall = time.perf_counter() - begin
    try:
        while True:
            os.wait()
    except ChildProcessError:
        return output, (wall, processor() - before, most[0])


def processor():
    """Processor seconds of all children that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def watch(process, most):
    """Look at the memory of a process and its descendants, as long as it lives."""
    while process.returncode is None:
        most[0] = max(most[0], memory(os.getpid()))
        time.sleep(0.1)


def memory(ancestor):
    """MB of the resident pages of all descendants."""
    parents, pages = {}, {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            pages[int(entry.name)] = int((entry / "statm").read_text().split()[1])
        except OSError:
            continue
    found, front = set(), {ancestor}
    while front:
        front = {child for child, parent in parents.items() if parent in front}
        found |= front
    return sum(pages.get(pid, 0) for pid in found) * resource.getpagesize() / 2**20


def grade(assignment, submitted, out):
    """Our command on a folder: the totals by student, and the measurements."""
    command = [sys.executable, "-m", "classroom", "grade", assignment.path, submitted, "--out", out]
    output, numbers = measured([*map(str, command)], ROOT)
    path = Path(out) / MASTER / "marks.csv"
    assert path.exists(), output
    with path.open(encoding="utf-8-sig", newline="") as file:
        return {row["student"]: float(row["total"] or 0) for row in csv.DictReader(file)}, numbers


def nbgrader(assignment, course):
    """The same by nbgrader's command, on the folder `submitted` of a course."""
    from nbgrader.api import Gradebook

    source = course / "source" / MASTER / f"{MASTER}.ipynb"
    source.parent.mkdir(parents=True)
    source.write_bytes((assignment.path / source.name).read_bytes())  # without the known solutions beside it
    command = [sys.executable, "-m", "nbgrader"]
    subprocess.run([*command, "generate_assignment", MASTER], cwd=course, env=ENVIRONMENT, check=True, capture_output=True)
    output, numbers = measured([*command, "autograde", MASTER], course)
    with Gradebook(f"sqlite:///{course}/gradebook.db") as book:
        found = {one.student.id: one.score for one in book.assignment_submissions(MASTER)}
    assert found, output[-2000:]
    return found, numbers


def write_honest(assignment, folder, count):
    """So many honest submissions: right, wrong, unusual, untouched."""
    known = [notebook for notebook, _, _ in honest(assignment).values()]
    for number in range(count):
        hand_in(folder, f"s{number:03}", known[number % len(known)])


def show(name, numbers, said=""):
    """One line of the table."""
    wall, cpu, peak = numbers
    load = os.getloadavg()[0]
    print(f"{name:36}{wall:8.1f}{cpu:8.1f}{peak:8.0f}{load:7.1f}  {said}", flush=True)


def main():
    parser = argparse.ArgumentParser(prog="python -m benchmarks.classroom", description=__doc__)
    parser.add_argument("--many", type=int, default=300, help="submissions of the last class")
    many = parser.parse_args().many
    print(f"{'':36}{'wall s':>8}{'cpu s':>8}{'MB':>8}{'load':>7}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        assignment = master(folder / "masters", LIMITS)
        write_honest(assignment, folder / "course" / "submitted", 30)
        ours, first = grade(assignment, folder / "course" / "submitted", folder / "first")
        show("30 honest", first)
        theirs, slow = nbgrader(assignment, folder / "course")
        assert ours == theirs, {student: (ours[student], theirs.get(student)) for student in ours}
        show("30 honest, nbgrader autograde", slow, f"{slow[0] / first[0]:.1f} times as long, the same marks")
        expected = class_of_thirty(assignment, folder / "class")
        found, hostile = grade(assignment, folder / "class", folder / "second")
        right = sum(found[student] == (mark or 0) for student, (mark, _) in expected.items())
        show("30, eight hostile or broken", hostile, f"{right} of {len(expected)} rows right")
        write_honest(assignment, folder / "many", many)
        _, last = grade(assignment, folder / "many", folder / "third")
        show(f"{many} honest", last)
    peak = max(first[2], hostile[2], last[2])
    reached = (slow[0] / first[0] >= GOALS["ratio"], hostile[0] <= GOALS["hostile"], last[0] <= GOALS["many"], peak <= GOALS["memory"])
    print(f"goals: {sum(reached)} of {len(reached)} reached")
    assert right == len(expected)


if __name__ == "__main__":
    main()
