"""The whole way, with the real grader: a class of thirty in, marks and pages out, nothing left behind."""

import csv
import json
import os
import random
from pathlib import Path

import pytest
from classroom_class import FULL, MASTER, SCRIPT, class_of_thirty, hand_in, master, solved

from classroom import cli
from classroom.names import safe_file_name
from classroom.sandbox.process import NoSandbox
from test_classroom_feedback import Page

BOOK = "https://example.org/book/"
MEMORY = 700 + os.getpid() % 100  # tells the workers of this test process from all others


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """The class in a random order: the assignment, what is expected, the folder of results, the exit status."""
    folder = tmp_path_factory.mktemp("class")
    limits = f"\n[limits]\nseconds_per_cell = 2.0\nseconds_per_test = 2.0\nmemory_mb = {MEMORY}\n"
    assignment = master(folder, limits)
    expected = class_of_thirty(assignment, folder / "submitted")
    students = random.Random().sample(sorted(expected), len(expected))
    (folder / "roster.csv").write_text("student\n" + "\n".join(students) + "\n", encoding="utf-8")
    command = ["grade", assignment.path, folder / "submitted", "--out", folder / "results",
               "--roster", folder / "roster.csv", "--book", BOOK + "pooling.html", "--jobs", "2"]  # fmt: skip
    status = cli.main([*map(str, command)])
    return assignment, expected, folder / "results" / MASTER, status


def rows(folder, name="marks.csv"):
    """The rows of a CSV by student."""
    with (folder / name).open(encoding="utf-8-sig", newline="") as file:
        return {row["student"]: row for row in csv.DictReader(file)}


def test_every_row_of_thirty_is_right(graded):
    """The exact mark of each, or a status that says why there is none."""
    assignment, expected, folder, status = graded
    found = rows(folder)
    assert len(expected) == len(found) == 30 and status == 1
    for student, (mark, _) in expected.items():
        row = found[student]
        assert row["status"].startswith("not readable: " if mark is None else "graded"), row
        assert float(row["total"] or 0) == (mark or 0), row


def test_wrong_solutions_are_diagnosed_and_nobody_else_is(graded):
    """As the files of the folder `wrong` say."""
    _, expected, folder, _ = graded
    for student in json.loads((folder / "marks.json").read_text(encoding="utf-8"))["students"]:
        found = {task["diagnosis"] for task in student["tasks"].values() if task["diagnosis"]}
        assert found == expected[student["student"]][1], student["student"]


def test_a_page_is_dead_and_says_nothing_of_hidden_tests(graded):
    """No script, no event attribute; every link leads into the book or into the page."""
    assignment, expected, folder, _ = graded
    secret = set()
    for task in assignment.tasks:
        shown = {line.strip() for line in task.visible.splitlines()}
        secret |= {line.strip() for line in task.source.splitlines()} - shown
    secret = {line for line in secret if len(line) > 12}
    assert len(secret) > 30
    for student in expected:
        path = folder / "feedback" / f"{safe_file_name(student)}.html"
        text = path.read_text(encoding="utf-8")
        page = Page(text)
        assert "script" not in page.tags and not [name for name in page.attributes if name.startswith("on")]
        assert all(link.startswith((BOOK, "#")) for link in page.links) and len(text) < 1_000_000
        words = " ".join(page.words)
        assert not [line for line in secret if line in words] and str(assignment.path) not in text
    assert SCRIPT in " ".join(Page((folder / "feedback" / "script.html").read_text(encoding="utf-8")).words)


def test_nothing_is_left_behind(graded):
    """No worker, no child, no unpacked file, no link of a student's."""
    folder = graded[2]
    token = f'"RLIMIT_AS": {MEMORY << 20}'.encode()
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            assert token not in entry.read_bytes(), entry
        except (FileNotFoundError, ProcessLookupError):
            continue
    assert not [path for path in folder.rglob("*") if path.is_symlink() or path.suffix not in
                (".csv", ".html", ".json", ".jsonl", "") or "unpacked" in path.parts]  # fmt: skip


def test_without_a_sandbox_nobody_is_marked_and_it_is_said_once(tmp_path, monkeypatch, capsys):
    """The remedy in the first place, not in every row."""

    def refuse(*arguments):
        raise NoSandbox("No sandbox: apt install bubblewrap")

    monkeypatch.setattr(cli, "closes_namespaces", refuse)
    assignment = master(tmp_path)
    for student in ("ada", "bob"):
        hand_in(tmp_path / "submitted", student, solved(assignment))
    command = ["grade", assignment.path, tmp_path / "submitted", "--out", tmp_path / "results"]
    assert cli.main([*map(str, command)]) == 2
    assert capsys.readouterr().err.count("apt install bubblewrap") == 1 and not (tmp_path / "results").exists()
    monkeypatch.setenv("CLASSROOM_SEED", "5")
    assert cli.main([*map(str, command), "--no-sandbox"]) == 0
    assert {float(row["total"]) for row in rows(tmp_path / "results" / MASTER).values()} == {FULL}
