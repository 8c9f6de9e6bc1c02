"""Submissions in every layout and with odd names."""

import os
import unicodedata

import pytest

from classroom.errors import GradingError
from classroom.names import printable, safe_file_name
from classroom.submissions.collect import NOTHING, collect
from classroom.submissions.roster import Student, read_roster
from fake_marking import fake_assignment

ASSIGNMENT = fake_assignment()
ODD = ["Jürgen Groß", "王小明", "🦊 fox", "-rf", "a\nb", "x" * 200, "two  spaces", "a;b", "'quoted\"", "=1+1",
       "anna", "Anna"]  # fmt: skip


def put(folder, *names, text="{}"):
    """Write files, the later the younger."""
    for i, name in enumerate(names):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text + " " * i, encoding="utf-8")
        os.utime(path, (1e9 + i, 1e9 + i))
    return folder


def roster(tmp_path, text):
    """A roster file."""
    path = tmp_path / "roster.csv"
    path.write_text(text, encoding="utf-8")
    return path


def gather(tmp_path, source, table=None):
    """Collect, with a roster where there is one."""
    return collect(source, ASSIGNMENT, tmp_path / "unpacked", table and roster(tmp_path, table))


def found(collection):
    """What each student handed in, by id."""
    return {one.student.id: one for one in collection.handed_in}


def test_nbgrader_layout(tmp_path):
    """STUDENT/NAME/NAME.ipynb; other assignments and checkpoints do not count."""
    put(tmp_path / "course/submitted", "ada/convolve/convolve.ipynb", "bob/convolve/my copy.ipynb", "eve/pooling/pooling.ipynb",
        "ada/convolve/timestamp.txt", "ada/convolve/.ipynb_checkpoints/convolve-checkpoint.ipynb")  # fmt: skip
    collection = gather(tmp_path, tmp_path / "course")
    assert [(one.student.id, one.path.name) for one in collection.handed_in] == [
        ("ada", "convolve.ipynb"), ("bob", "my copy.ipynb")]  # fmt: skip
    assert not collection.unmatched


def test_name_of_the_assignment_wins_over_younger_files(tmp_path):
    """A scratch notebook beside the submission is not taken, and a note says so."""
    put(tmp_path / "s", "ada/convolve/convolve.ipynb", "ada/convolve/scratch.ipynb")
    ada = found(gather(tmp_path, tmp_path / "s"))["ada"]
    assert ada.path.name == "convolve.ipynb"
    assert ada.notes == ("2 notebooks were handed in; ada/convolve/convolve.ipynb was marked, not ada/convolve/scratch.ipynb",)


def test_canvas_names(tmp_path):
    """Student by the number, late ones noted, the highest version taken."""
    put(tmp_path / "s", "doejane_101_9003_convolve-10.ipynb", "doejane_101_9001_convolve.ipynb",
        "doejane_101_9002_convolve-2.ipynb", "roebob_LATE_102_9004_convolve.ipynb")  # fmt: skip
    table = "student,name,canvas_id\njd1,Jane Doe,101\nbr2,Bob Roe,\n"
    both = found(gather(tmp_path, tmp_path / "s", table))
    assert both["jd1"].path.name == "doejane_101_9003_convolve-10.ipynb" and "3 notebooks" in both["jd1"].notes[0]
    assert both["br2"].notes == ("handed in late",) and both["br2"].student.canvas_id == "102"
    assert set(found(gather(tmp_path, tmp_path / "s"))) == {"doejane_101", "roebob_102"}


def test_canvas_number_that_differs_rules_a_name_out(tmp_path):
    """Two people of one name are not mixed up."""
    put(tmp_path / "s", "doejane_999_1_convolve.ipynb")
    collection = gather(tmp_path, tmp_path / "s", "student,name,canvas_id\njd1,Jane Doe,101\n")
    assert found(collection)["jd1"].problem == NOTHING
    assert collection.unmatched == ("doejane_999_1_convolve.ipynb",)


@pytest.mark.parametrize("name", ["Jane Müller_77_assignsubmission_file_/convolve.ipynb",
                                  "Jane Müller_77_assignsubmission_file_convolve.ipynb"])  # fmt: skip
def test_moodle_names(tmp_path, name):
    """Folders and flat files; the roster knows the name, with or without the accent."""
    put(tmp_path / "s", name)
    jane = found(gather(tmp_path, tmp_path / "s", "student,name\njm,Jane Muller\n"))["jm"]
    assert jane.path and jane.student.moodle_id == "77"
    assert set(found(gather(tmp_path, tmp_path / "s"))) == {"Jane Müller_77"}


@pytest.mark.parametrize("name", ODD)
def test_plain_files_with_odd_names(tmp_path, name):
    """Every name is one student, and the file is found again."""
    put(tmp_path / "s", f"{name}.ipynb", "someone.ipynb")
    both = gather(tmp_path, tmp_path / "s").handed_in
    assert {one.student.id for one in both} == {printable(name), "someone"}
    assert all(one.path.is_file() for one in both)


def test_name_that_is_not_utf8(tmp_path):
    """Half a character in a name is shown as its escape."""
    os.makedirs(tmp_path / "s")
    with open(os.fsencode(tmp_path / "s") + b"/J\xfcrgen.ipynb", "w") as file:
        file.write("{}")
    assert set(found(gather(tmp_path, tmp_path / "s"))) == {"J\\udcfcrgen"}


def test_names_that_differ_in_case_keep_their_own_files(tmp_path):
    """Also on a file system that does not know case."""
    names = [safe_file_name(name) for name in [*ODD, "con", "CON", "nul.x", ".", "..", "", "a/b", "a\\b", "a.", "a"]]
    assert len({name.lower() for name in names}) == len(names)
    assert all(name.isascii() and len(name) < 80 and name[0].isalnum() and not set(name) & set("/\\: ") for name in names)
    assert safe_file_name("ada.l-2") == "ada.l-2" and safe_file_name("con") != "con"


def test_printable_shows_what_hides():
    """Direction marks, line breaks and zero bytes appear; composed emoji and accents stay."""
    assert printable("a\u202eb\x00\n") == "a\\u202eb\\x00\\n"
    assert printable("👩‍🔬 é\n", keep="\n") == "👩‍🔬 é\n"
    assert printable(unicodedata.normalize("NFD", "Jürgen")) == "Jürgen"


def test_roster_gives_everyone_a_row(tmp_path):
    """Who handed in nothing has a row; a stranger's file is listed."""
    put(tmp_path / "s", "ada.ipynb", "stranger.ipynb", "bob.pdf")
    collection = gather(tmp_path, tmp_path / "s", "student,email\nADA,\neve,eve@x.org\n")
    assert {name: one.problem for name, one in found(collection).items()} == {"ADA": "", "eve": NOTHING}
    assert collection.unmatched == ("bob.pdf", "stranger.ipynb")


def test_something_else_than_a_notebook_is_named(tmp_path):
    """A pdf in a student's folder is a status, not nothing."""
    put(tmp_path / "s", "Jane Doe_7_assignsubmission_file_/work.pdf", "Bob_8_assignsubmission_file_/convolve.ipynb")
    assert found(gather(tmp_path, tmp_path / "s"))["Jane Doe_7"].problem == (
        "not readable: no notebook, but Jane Doe_7_assignsubmission_file_/work.pdf")  # fmt: skip


@pytest.mark.parametrize("text, message", [
    ("", "has no student|holds no student"), ("name\nada\n", "line 2: no student id"),
    ("student\nada\n\nada\n", "line 4: id “ada” stands already in line 2"),
    ("student,canvas_id\nada,1\nbob,1\n", "line 3: canvas_id “1”"),
])  # fmt: skip
def test_roster_with_an_error_names_the_line(tmp_path, text, message):
    """One clear sentence."""
    with pytest.raises(GradingError, match=message):
        read_roster(roster(tmp_path, text))


def test_roster_as_spreadsheets_and_nbgrader_write_it(tmp_path):
    """Semicolons, a byte-order mark, an apostrophe before a formula, nbgrader's columns."""
    text = "\ufeffid;first_name;last_name;lms_user_id\r\n'-7;Jürgen;Groß;12\r\n"
    assert read_roster(roster(tmp_path, text)) == (Student("-7", "Jürgen Groß", "", "12"),)


def test_links_are_not_followed(tmp_path):
    """A linked folder brings no file in; a linked notebook stays a link for the reader to refuse."""
    put(tmp_path / "elsewhere", "secret.ipynb")
    put(tmp_path / "s", "ada.ipynb")
    (tmp_path / "s/mallory").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "s/oscar.ipynb").symlink_to(tmp_path / "elsewhere/secret.ipynb")
    (tmp_path / "s/dir.ipynb").mkdir()
    collection = gather(tmp_path, tmp_path / "s")
    assert set(found(collection)) == {"ada", "oscar", "dir"} and collection.unmatched == ("mallory",)
    assert found(collection)["oscar"].digest.startswith("link:")


def test_nothing_found_is_an_error_that_says_what_is_there(tmp_path):
    """A folder that holds the zip, an empty one, one that is not there."""
    put(tmp_path / "s", "all.zip")
    with pytest.raises(GradingError, match=r"no submission to convolve was found in .*s \(it holds all.zip\)"):
        gather(tmp_path, tmp_path / "s")
    with pytest.raises(GradingError, match="does not exist"):
        gather(tmp_path, tmp_path / "gone")
