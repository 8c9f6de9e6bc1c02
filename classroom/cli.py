"""The command: `python -m classroom release` and `python -m classroom grade`.

Exit status 0: every student was graded. 1: the results are written, and some
students were not graded. 2: an error, told in one sentence. 130: stopped by
Ctrl-C; the same command goes on from there.
"""

import argparse
import difflib
import shutil
import signal
import sys
from collections import Counter
from pathlib import Path

from classroom.errors import GradingError
from classroom.grading.cluster import supervise_on
from classroom.grading.marking import mark
from classroom.grading.run import grade_class
from classroom.masters.assignment import AssignmentError, read_assignment
from classroom.results.export import export
from classroom.results.feedback import write_feedback
from classroom.results.gradebook import write_gradebook
from classroom.results.journal import Results
from classroom.results.manual import read_manual, write_manual
from classroom.results.page import check_book
from classroom.results.report import write_report
from classroom.results.sheet import rows_of
from classroom.sandbox.process import closes_namespaces, package_paths
from classroom.submissions.collect import collect

UNSAFE = """
  !! --no-sandbox: students' code runs as your own program. It can read and change
  !! every file of yours, and use the network. Use it for notebooks you trust alone.
"""


def main(argv=None, *, mark=mark, read=read_assignment):
    """
    Run the command.

    Parameters
    ----------
    argv : list of str, optional
        The arguments; from the command line.
    mark, read : callable
        What marks one submission, and what reads an assignment.

    Returns
    -------
    int
        The exit status.
    """
    arguments = _parser().parse_args(argv)
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        if arguments.command == "release":
            return _release(arguments)
        return _grade(arguments, read(arguments.assignment), mark)
    except (GradingError, AssignmentError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"error: {error.filename or 'the system'}: {error.strerror or error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nstopped; what was marked is kept: give the same command again to go on", file=sys.stderr)
        return 130
    finally:
        signal.signal(signal.SIGTERM, before)


def _parser():
    """The arguments of both commands."""
    parser = argparse.ArgumentParser(prog="python -m classroom", description="Release assignments and grade what comes back.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _grade_arguments(commands.add_parser(
        "grade", help="grade the submissions to an assignment", formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Grade a class. The results go to RESULTS/NAME/: marks.csv, marks.json, canvas.csv, moodle.csv,\n"
                    "manual.csv (fill in points and comments, then give the command again), feedback/, report.html.\n"
                    "A run that was cut goes on where it stopped: give the same command again.",
        epilog="example:\n  python -m classroom grade assignments/grad_input submitted --roster roster.csv",
    ))  # fmt: skip
    release = commands.add_parser("release", help="make the students' versions of assignments")
    release.add_argument("assignments", nargs="+", type=Path, metavar="ASSIGNMENT", help="folder of a master")
    release.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder for the students' versions")
    release.add_argument("--book", metavar="URL", help="address of a page of the book, for the links to its chapters")
    return parser


def _grade_arguments(parser):
    """The arguments of `grade`."""
    add = parser.add_argument
    add("assignment", type=Path, metavar="ASSIGNMENT", help="folder of the master, such as assignments/grad_input")
    add("submissions", type=Path, metavar="SUBMISSIONS", help="folder (nbgrader's layout, or as an LMS exports it) or zip")
    add("--out", type=Path, default=Path("results"), metavar="RESULTS", help="folder of the results (default: results)")
    add("--roster", type=Path, metavar="FILE", help="CSV with the columns student, name, email, canvas_id, moodle_id")
    add("--jobs", type=_positive, metavar="N", help="how many at a time (default: one for each core)")
    add("--scheduler", metavar="ADDRESS", help="grade on a Dask cluster, such as tcp://10.0.0.1:8786")
    add("--student", action="append", metavar="S", help="only this student; may be given more than once")
    add("--task", action="append", metavar="T", help="mark only this task anew where the others have marks; may be repeated")
    add("--again", action="store_true", help="mark also what has marks already")
    add("--no-sandbox", action="store_true", help="run students' code as your own program: only for code that you trust")
    add("--gradebook", metavar="URL", help="write into an nbgrader gradebook, such as sqlite:///gradebook.db")
    add("--book", metavar="URL", help="address of a page of the book, for the links in the feedback")


def _positive(text):
    """A number of jobs."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a whole number above 0")
    return int(text)


def _release(arguments):
    """Make the students' version of every assignment."""
    from classroom.release import release

    book = check_book(arguments.book) if arguments.book else ""
    for assignment in arguments.assignments:
        print(release(assignment, arguments.out, book=book))
    return 0


def _grade(arguments, assignment, mark):
    """Collect, mark, write everything."""
    book = check_book(arguments.book) if arguments.book else None
    _check_names("task", arguments.task, [task.name for task in assignment.tasks])
    if arguments.no_sandbox:
        print(UNSAFE, file=sys.stderr)
    elif not arguments.scheduler:
        closes_namespaces()  # or say once why there is no sandbox
        package_paths(assignment.imports)
    folder = arguments.out / assignment.name
    with Results(folder, assignment) as results:
        unpacked = folder / "unpacked"
        try:
            found = collect(arguments.submissions, assignment, unpacked, arguments.roster)
            _check_names("student", arguments.student, [one.student.id for one in found.handed_in])
            read_manual(folder / "manual.csv", assignment)
            failed = _mark(arguments, assignment, found.handed_in, results, mark)
        finally:
            shutil.rmtree(unpacked, ignore_errors=True)
        entries = read_manual(folder / "manual.csv", assignment)
        rows = rows_of(assignment, found.handed_in, results, failed, entries)
        write_all(folder, assignment, rows, entries, found.unmatched, book)
        if arguments.gradebook:
            write_gradebook(arguments.gradebook, assignment, rows)
        return _say(folder, rows, found.unmatched, results.damaged)


def _mark(arguments, assignment, handed_in, results, mark):
    """Mark those who were asked for."""
    chosen = [one for one in handed_in if not arguments.student or one.student.id in arguments.student]
    cluster = supervise_on(arguments.scheduler) if arguments.scheduler else None
    return grade_class(
        assignment, chosen, results, mark=mark, jobs=arguments.jobs, sandbox=not arguments.no_sandbox,
        tasks=arguments.task, again=arguments.again, progress=True, supervise=cluster,
    )  # fmt: skip


def write_all(folder, assignment, rows, entries, unmatched=(), book=None):
    """Write every file of a class's results."""
    answers = {row.student.id: {one.task.name: one.answer for one in row.tasks} for row in rows if row.graded}
    write_manual(folder / "manual.csv", assignment, answers, entries)
    export(folder, assignment, rows, unmatched)
    write_feedback(folder / "feedback", assignment, rows, book)
    write_report(folder / "report.html", assignment, rows, unmatched, book)


def _check_names(kind, given, known):
    """Refuse a name that is not there, and say which is near."""
    for name in given or ():
        if name not in known:
            near = difflib.get_close_matches(name, known, 3) or known[:10]
            raise GradingError(f"--{kind} {name}: there is none of this name; there is {', '.join(near)}")


def _say(folder, rows, unmatched, damaged):
    """Tell what was done; the exit status."""
    graded = sum(row.graded for row in rows)
    print(f"{graded} of {len(rows)} students graded: {folder / 'marks.csv'}, {folder / 'report.html'}")
    for status, count in Counter(row.status for row in rows if not row.graded).most_common(20):
        print(f"  {count} × {status}", file=sys.stderr)
    for name in unmatched[:20]:
        print(f"  matches nobody: {name}", file=sys.stderr)
    if len(unmatched) > 20:
        print(f"  and {len(unmatched) - 20} more files that match nobody; all are in the report", file=sys.stderr)
    if damaged:
        print(f"  {damaged} damaged lines of the journal were left out and their submissions marked anew", file=sys.stderr)
    return 0 if graded == len(rows) and not unmatched else 1
