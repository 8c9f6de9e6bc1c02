"""The command as a teacher types it: what it writes, says and returns."""

import csv
import os
import re
import signal
import subprocess
import sys
import time
import types
import zipfile

import pytest

from classroom import cli
from classroom.errors import GradingError
from classroom.masters.assignment import AssignmentError
from conftest import ROOT
from fake_marking import fake_assignment, hand_in, mark


@pytest.fixture
def run(tmp_path, capsys):
    """Grade tmp_path/s with these arguments; exit status, output, errors."""

    def command(*arguments, submissions=tmp_path / "s", read=lambda path: fake_assignment(), mark=mark):
        options = ["grade", "convolve", str(submissions), "--out", str(tmp_path / "r"), *map(str, arguments)]
        status = cli.main(options, mark=mark, read=read)
        return status, *capsys.readouterr()

    return command


def marks(tmp_path):
    """The rows of marks.csv by student."""
    with (tmp_path / "r" / "convolve" / "marks.csv").open(encoding="utf-8", newline="") as file:
        return {row["student"]: row for row in csv.DictReader(file)}


def test_class_is_graded_and_everything_is_written(tmp_path, run):
    """Status 0, all files, nothing else."""
    for student in ("ada", "bob"):
        hand_in(tmp_path / "s", student, answers={"explain": "since"})
    status, out, err = run()
    assert status == 0 and out.startswith("2 of 2 students graded: ")
    names = {path.name for path in (tmp_path / "r" / "convolve").rglob("*")}
    assert names == {"journal.jsonl", ".lock", "marks.csv", "marks.json", "canvas.csv", "moodle.csv", "manual.csv",
                     "report.html", "feedback", "ada.html", "bob.html"}  # fmt: skip
    assert marks(tmp_path)["ada"]["total"] == "4" and "since" in (tmp_path / "r/convolve/manual.csv").read_text()


def test_who_is_not_graded_makes_the_status_1(tmp_path, run):
    """Every student of the roster has a row with a status in words."""
    hand_in(tmp_path / "s", "ada")
    hand_in(tmp_path / "s", "bob", unreadable="invalid JSON")
    hand_in(tmp_path / "s", "cyd", fail="no sandbox here: install bubblewrap")
    hand_in(tmp_path / "s", "stranger")
    (tmp_path / "roster.csv").write_text("student\nada\nbob\ncyd\neve\n")
    status, out, err = run("--roster", tmp_path / "roster.csv")
    assert status == 1 and out.startswith("1 of 4 students graded")
    for line in ("1 × not readable: invalid JSON", "1 × not graded: no sandbox here: install bubblewrap",
                 "1 × nothing handed in", "matches nobody: stranger/convolve/convolve.ipynb"):  # fmt: skip
        assert line in err
    assert [row["status"].split(":")[0] for row in marks(tmp_path).values()] == [
        "graded", "not readable", "not graded", "nothing handed in"]  # fmt: skip


def test_what_failed_is_tried_again_by_the_next_run(tmp_path, run):
    """An error of the grader is no result."""
    hand_in(tmp_path / "s", "ada", fail="no sandbox")
    assert run()[0] == 1
    hand_in(tmp_path / "s", "ada")
    assert run()[0] == 0


def test_zip_is_graded_and_no_unpacked_file_stays(tmp_path, run):
    """Canvas's export as it comes."""
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as file:
        for name in ("doejane_1_10_convolve.ipynb", "roebob_LATE_2_11_convolve-1.ipynb"):
            file.writestr(name, '{"student": "x"}')
    assert run(submissions=tmp_path / "all.zip")[0] == 0
    assert marks(tmp_path)["roebob_2"]["notes"].startswith("handed in late")
    assert not (tmp_path / "r" / "convolve" / "unpacked").exists()


def test_one_student_and_one_task(tmp_path, run):
    """Only what was asked for is marked; the others keep what they have."""
    for student in ("ada", "bob"):
        hand_in(tmp_path / "s", student, calls=str(tmp_path / "calls"))
    status, _, err = run("--student", "ada")
    assert status == 1 and "1 × not graded yet" in err
    assert run("--student", "bob")[0] == 0
    assert run("--student", "bob", "--task", "value", "--again")[0] == 0
    assert (tmp_path / "calls").read_text().split() == ["ada", "bob", "bob"]
    assert marks(tmp_path)["bob"]["total"] == "4"


@pytest.mark.parametrize("arguments, message", [
    (["--student", "adda"], "--student adda: there is none of this name; there is ada"), (["--task", "valu"], "there is value"),
    (["--roster", "none.csv"], "cannot read none.csv: No such file"), (["--book", "javascript:x"], "not an address of a book"),
    (["--scheduler", "nonsense://"], "the scheduler nonsense:// does not answer"),
    (["--gradebook", "nonsense"], "cannot write the gradebook nonsense"),
])  # fmt: skip
def test_errors_are_one_sentence(tmp_path, run, arguments, message):
    """No traceback; status 2."""
    hand_in(tmp_path / "s", "ada")
    status, _, err = run(*arguments)
    assert status == 2 and message in err and err.startswith("error: ") and err.count("\n") == 1


def test_error_in_manual_marks_stops_before_marking(tmp_path, run):
    """The teacher's file is never overwritten with less than it held."""
    hand_in(tmp_path / "s", "ada", calls=str(tmp_path / "calls"))
    path = tmp_path / "r" / "convolve" / "manual.csv"
    path.parent.mkdir(parents=True)
    path.write_text("student,task,points,comment\nada,explain,two,\n")
    status, _, err = run()
    assert status == 2 and "line 2: “two” is not a number" in err
    assert not (tmp_path / "calls").exists() and path.read_text().endswith("two,\n")


def test_assignment_that_cannot_be_read_is_one_sentence(run):
    """Of the reader's own words."""

    def read(path):
        raise AssignmentError(f"{path} is not an assignment")

    status, _, err = run(read=read)
    assert (status, err) == (2, "error: convolve is not an assignment\n")


def test_bug_of_ours_is_not_hidden(tmp_path, run):
    """Only errors that a teacher can put right become sentences."""
    with pytest.raises(ZeroDivisionError):
        run(read=lambda path: 1 / 0)


def test_no_sandbox_is_loud_and_never_the_default(tmp_path, run):
    """Three lines of warning, each time."""
    hand_in(tmp_path / "s", "ada", tell=True)
    _, _, err = run()
    assert "--no-sandbox" not in err and "sandbox True" in marks(tmp_path)["ada"]["notes"]
    _, _, err = run("--no-sandbox", "--again")
    assert err.count("!!") == 2 and "sandbox False" in marks(tmp_path)["ada"]["notes"]


def test_gradebook_and_book(tmp_path, run, monkeypatch):
    """The rows go to the gradebook, the address into the links."""
    hand_in(tmp_path / "s", "ada", points={"shape": 1})
    written = []
    monkeypatch.setattr(cli, "write_gradebook", lambda url, assignment, rows: written.append((url, rows[0].total)))
    assert run("--gradebook", "sqlite:///g.db", "--book", "https://example.org/b/")[0] == 0
    assert written == [("sqlite:///g.db", 3)]
    assert 'href="https://example.org/b/page.html#shape"' in (tmp_path / "r/convolve/feedback/ada.html").read_text()


def test_second_grader_is_refused(tmp_path, run):
    """While the first one writes."""
    from classroom.results.journal import Results

    hand_in(tmp_path / "s", "ada")
    with Results(tmp_path / "r" / "convolve", fake_assignment()):
        status, _, err = run()
    assert status == 2 and f"another grader (process {os.getpid()})" in err


STOPPED = """
import sys
from fake_marking import fake_assignment, mark
from classroom.cli import main
if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], mark=mark, read=lambda path: fake_assignment()))
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_stopped_run_says_how_to_go_on(tmp_path, run, number):
    """Ctrl-C and a polite kill: status 130, one sentence, the rest by the same command."""
    hand_in(tmp_path / "s", "ada", calls=str(tmp_path / "calls"))
    hand_in(tmp_path / "s", "bob", calls=str(tmp_path / "calls"), seconds=30)
    environment = dict(os.environ, PYTHONPATH=os.pathsep.join(sys.path))
    options = ["grade", "x", tmp_path / "s", "--out", tmp_path / "r"]
    process = subprocess.Popen([sys.executable, "-c", STOPPED, *options], env=environment, stderr=subprocess.PIPE, text=True)
    while not (tmp_path / "calls").exists() or "bob" not in (tmp_path / "calls").read_text():
        time.sleep(0.02)
    time.sleep(0.3)
    process.send_signal(number)
    _, err = process.communicate(timeout=20)
    assert process.returncode == 130 and "give the same command again" in err and "Traceback" not in err
    hand_in(tmp_path / "s", "bob")
    assert run()[0] == 0 and (tmp_path / "calls").read_text().split().count("ada") == 1


def test_release_makes_each_assignment(tmp_path, monkeypatch, capsys):
    """Called with the master's path and the folder; a refusal is one sentence."""

    def release(path, out, book):
        if "bad" in str(path):
            raise GradingError("bad is not released: a line of a solution is left")
        return out / path.name / book

    monkeypatch.setitem(sys.modules, "classroom.release", types.SimpleNamespace(release=release))
    assert cli.main(["release", "a/one", "a/two", "--out", "out", "--book", "book/pooling.html#ties"]) == 0
    assert capsys.readouterr().out.split() == ["out/one/book", "out/two/book"]
    assert cli.main(["release", "a/bad", "--out", "out"]) == 2
    assert capsys.readouterr().err == "error: bad is not released: a line of a solution is left\n"


def test_help_names_every_option_and_is_fast(tmp_path):
    """`python -m classroom grade --help`, without loading Dask or nbgrader."""
    done = subprocess.run([sys.executable, "-X", "importtime", "-m", "classroom", "grade", "--help"], cwd=ROOT, check=True,
                          capture_output=True, text=True)  # fmt: skip
    for option in "out roster jobs scheduler student task again no-sandbox gradebook book".split():
        assert f"--{option}" in done.stdout
    assert not re.search(r"\| +(distributed|nbgrader|matplotlib)$", done.stderr, re.M)
    for arguments in (["grade"], [], ["grade", "a", "b", "--jobs", "0"]):
        with pytest.raises(SystemExit, match="2"):
            cli.main(arguments)
