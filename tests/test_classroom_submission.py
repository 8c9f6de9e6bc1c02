"""A submission is read as data: whatever the file is, it gives cells or a status in words."""

import json
import os

import pytest
from classroom_sample import CHECK, DOUBLE, SETUP, SOLUTIONS, cells, code, sample, submit, write

from classroom.submissions.submission import UnreadableSubmission, read_submission


@pytest.fixture
def assignment(tmp_path):
    return sample(tmp_path)


def test_an_untouched_copy_of_the_master(assignment, tmp_path):
    read = read_submission(submit(assignment, tmp_path), assignment)
    assert read.cells == (SETUP, CHECK, *SOLUTIONS.values())
    assert read.answers == {"why": "because"} and read.notes == ()


def test_own_cells_keep_their_place(assignment, tmp_path):
    content = cells(assignment)
    content.insert(3, code("mine = 1"))
    read = read_submission(write(tmp_path / "any name.ipynb", content), assignment)
    assert read.cells[:4] == (SETUP, CHECK, DOUBLE, "mine = 1")


DAMAGES = {
    "locked deleted": lambda c: c[2:],
    "locked moved to the end": lambda c: c[2:] + c[:2],
    "locked doubled": lambda c: [c[0], *c, c[1]],
    "locked made markdown": lambda c: [{**c[0], "cell_type": "markdown"}, *c[1:]],
    "locked edited": lambda c: [{**c[0], "source": "import os; os._exit(0)"}, *c[1:]],
    "tests deleted": lambda c: [x for x in c if "-test" not in x["metadata"]["nbgrader"]["grade_id"]],
    "tests edited": lambda c: [
        {**x, "source": "assert True"} if "-test" in x["metadata"]["nbgrader"]["grade_id"] else x for x in c
    ],
    "tests moved and doubled": lambda c: [c[3], *c, c[3]],
    "source as lines": lambda c: [{**x, "source": x["source"].splitlines(True)} for x in c],
}


@pytest.mark.parametrize("name", DAMAGES)
def test_what_was_locked_is_put_back(name, assignment, tmp_path):
    read = read_submission(write(tmp_path / "x.ipynb", DAMAGES[name](cells(assignment))), assignment)
    assert read.cells == (SETUP, CHECK, *SOLUTIONS.values())


def test_a_note_says_what_was_put_back(assignment, tmp_path):
    content = DAMAGES["locked edited"](cells(assignment))[:-2]
    notes = read_submission(write(tmp_path / "x.ipynb", content), assignment).notes
    assert notes == (
        "the cell setup was changed and has been put back",
        "the cell train-test was missing and has been put back",
    )


def test_without_any_mark_the_locked_cells_come_first(assignment, tmp_path):
    read = read_submission(write(tmp_path / "x.ipynb", [code("a = 1")]), assignment)
    assert read.cells == (SETUP, CHECK, "a = 1")


def test_a_locked_cell_lost_at_the_end_goes_to_the_end(assignment, tmp_path):
    last = assignment.cells[1]
    moved = type(assignment)(**{**vars(assignment), "cells": (*assignment.cells, type(last)("code", "end", "locked", "z = 1"))})
    read = read_submission(write(tmp_path / "x.ipynb", cells(assignment)), moved)
    assert read.cells[-1] == "z = 1"


def test_latin_1_is_read_with_a_note(assignment, tmp_path):
    path = submit(assignment, tmp_path)
    path.write_bytes(path.read_text(encoding="utf-8").replace("because", "Größe").encode("latin-1"))
    read = read_submission(path, assignment)
    assert read.answers == {"why": "Größe"} and "Latin-1" in read.notes[0]


def test_a_byte_order_mark_is_no_harm(assignment, tmp_path):
    path = submit(assignment, tmp_path)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert read_submission(path, assignment).notes == ()


def test_of_two_copies_of_an_answer_the_last_with_text_counts(assignment, tmp_path):
    answer = cells(assignment)[-1]
    content = [{**answer, "source": "first"}, {**answer, "source": "\ud800 second"}, {**answer, "source": ""}]
    assert read_submission(write(tmp_path / "x.ipynb", content), assignment).answers == {"why": "? second"}


def test_a_long_answer_is_cut(tmp_path):
    assignment = sample(tmp_path, output_kb=1)
    content = [{**cells(assignment)[-1], "source": "x" * 2000}]
    read = read_submission(write(tmp_path / "x.ipynb", content), assignment)
    assert len(read.answers["why"]) == 1024 and "cut" in read.notes[-1]


UNREADABLE = {
    "empty": (b"", "not valid JSON"),
    "no JSON": (b"{", "not valid JSON"),
    "deep": (b"[" * 200_000, "not valid JSON"),
    "binary": (bytes(range(256)), "not valid JSON"),
    "a list": (b"[]", "no notebook of format 4"),
    "format 3": (b'{"nbformat": 3, "worksheets": []}', "no notebook of format 4"),
    "cells are no list": (b'{"nbformat": 4, "cells": {}}', "no notebook of format 4"),
    "many cells": (json.dumps({"nbformat": 4, "cells": [0] * 3000}).encode(), "3000 cells"),
    "long number": (b'{"nbformat": ' + b"4" * 9000 + b"}", "not valid JSON"),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_is_no_notebook(name, assignment, tmp_path):
    content, words = UNREADABLE[name]
    path = tmp_path / "x.ipynb"
    path.write_bytes(content)
    with pytest.raises(UnreadableSubmission, match=words):
        read_submission(path, assignment)


def test_odd_pieces_inside_a_notebook_are_passed_over(assignment, tmp_path):
    odd = [1, None, {}, {"cell_type": "code", "source": 5}, {"cell_type": "code", "source": ["a = 1", 2], "metadata": []}]
    odd += [{"cell_type": "code", "source": "b = 1", "metadata": {"nbgrader": {"grade_id": ["x"]}}}]
    read = read_submission(write(tmp_path / "x.ipynb", odd), assignment)
    assert [cell for cell in read.cells if cell] == [SETUP, CHECK, "a = 1", "b = 1"]


def test_60_megabytes_are_not_read(assignment, tmp_path):
    path = tmp_path / "x.ipynb"
    with path.open("wb") as file:
        file.truncate(60 << 20)
    with pytest.raises(UnreadableSubmission, match=r"too large \(60 MB, at most 2 MB are read\)"):
        read_submission(path, assignment)


def test_links_folders_and_pipes_are_not_followed(assignment, tmp_path):
    (tmp_path / "link.ipynb").symlink_to(submit(assignment, tmp_path))
    (tmp_path / "folder.ipynb").mkdir()
    os.mkfifo(tmp_path / "pipe.ipynb")
    words = {"link": "a symbolic link", "folder": "a folder", "pipe": "a special file", "none": "No such file"}
    for name, word in words.items():
        with pytest.raises(UnreadableSubmission, match=word):
            read_submission(tmp_path / f"{name}.ipynb", assignment)
