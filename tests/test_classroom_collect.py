"""Submissions in every layout, from hostile zips and with odd names."""

import io
import os
import struct
import unicodedata
import zipfile

import pytest

from classroom import archive
from classroom.collect import NOTHING, collect
from classroom.errors import GradingError
from classroom.names import printable, safe_file_name
from classroom.roster import Student, read_roster
from fake_marking import fake_assignment

ASSIGNMENT = fake_assignment()
ODD = ["Jürgen Groß", "王小明", "🦊 fox", "-rf", "a\nb", "x" * 200, "two  spaces", "a;b", "'quoted\"", "=1+1", "anna", "Anna"]


def put(folder, *names, text="{}"):
    """Write files, the later the younger."""
    for i, name in enumerate(names):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text + " " * i, encoding="utf-8")
        os.utime(path, (1e9 + i, 1e9 + i))
    return folder


def zipped(path, *names, text="{}"):
    """A zip with members of these names."""
    with zipfile.ZipFile(path, "w") as file:
        for i, name in enumerate(names):
            file.writestr(zipfile.ZipInfo(name, (2025, 1, 1, 0, i, 0)), text + " " * i)
    return path


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


@pytest.mark.parametrize("names, students", [
    (["submitted/ada/convolve/convolve.ipynb", "submitted/bob/convolve/convolve.ipynb"], {"ada", "bob"}),
    (["ada/convolve/convolve.ipynb"], {"ada"}), (["class/ada.ipynb", "class/bob.ipynb"], {"ada", "bob"}),
    (["doe_1_2_convolve.ipynb", "__MACOSX/._doe_1_2_convolve.ipynb"], {"doe_1"}),
    (["A B_1_assignsubmission_file_/convolve.ipynb", "A B_1_assignsubmission_file_/x.ipynb"], {"A B_1"}),
    ([f"{name}.ipynb" for name in ODD], set(map(printable, ODD))), (["ada.ipynb", "ADA.ipynb"], {"ada", "ADA"}),
])  # fmt: skip
def test_zip_of_every_layout(tmp_path, names, students):
    """A zip is read as the folder that it holds."""
    collection = gather(tmp_path, zipped(tmp_path / "all.zip", *names))
    assert set(found(collection)) == students
    assert all(one.path.is_file() for one in collection.handed_in)


def test_zip_names_never_leave_the_folder(tmp_path):
    """Absolute paths, .. and drive letters become names, not places."""
    names = ["../../evil.ipynb", "/etc/evil2.ipynb", "..\\..\\evil3.ipynb", "C:\\evil4.ipynb", "ok.ipynb"]
    collection = gather(tmp_path, zipped(tmp_path / "all.zip", *names))
    assert {one.path.parent for one in collection.handed_in} == {tmp_path / "unpacked"}
    assert {path.name for path in tmp_path.rglob("*")} == {"all.zip", "unpacked", *(f"{i:05}.ipynb" for i in range(5))}


def test_zip_with_a_link_holds_no_link(tmp_path):
    """What a zip calls a symbolic link is written as a plain file."""
    info = zipfile.ZipInfo("oscar.ipynb")
    info.external_attr = 0o120777 << 16
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as file:
        file.writestr(info, "/etc/passwd")
    oscar = found(gather(tmp_path, tmp_path / "all.zip"))["oscar"]
    assert not oscar.path.is_symlink() and oscar.path.read_text() == "/etc/passwd"


def test_zip_bomb_takes_no_room(tmp_path):
    """A notebook of 60 MB in 60 kB gets a status, the neighbour is read; a total of terabytes is refused."""
    with zipfile.ZipFile(tmp_path / "all.zip", "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("bomb.ipynb", bytes(60 << 20))
        file.writestr("ada.ipynb", "{}")
    both = found(gather(tmp_path, tmp_path / "all.zip"))
    assert both["bomb"].problem == "not readable: 60 MB, at most 20 MB are read" and not both["ada"].problem
    assert sum(path.stat().st_size for path in (tmp_path / "unpacked").iterdir()) == 2
    data = (tmp_path / "all.zip").read_bytes()
    at = data.index(b"PK\x01\x02") + 24
    (tmp_path / "all.zip").write_bytes(data[:at] + struct.pack("<I", 0xFFFFFFF0) + data[at + 4 :])
    with pytest.raises(GradingError, match="would unpack to 4095 MB"):
        gather(tmp_path, tmp_path / "all.zip")


def test_zip_that_lies_about_a_size_cannot_write_more(tmp_path):
    """A notebook that declares 10 bytes and holds 60 MB is refused as damaged."""
    with zipfile.ZipFile(tmp_path / "all.zip", "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("bomb.ipynb", bytes(60 << 20))
    data = (tmp_path / "all.zip").read_bytes()
    at = data.index(b"PK\x01\x02") + 24
    (tmp_path / "all.zip").write_bytes(data[:at] + struct.pack("<I", 10) + data[at + 4 :])
    assert found(gather(tmp_path, tmp_path / "all.zip"))["bomb"].problem.startswith("not readable: damaged in the zip")


def test_zip_with_a_damaged_member_spoils_no_other(tmp_path):
    """The check sum of one file is wrong: its student gets a status."""
    zipped(tmp_path / "all.zip", "ada.ipynb", "bob.ipynb", text="0123456789")
    data = bytearray((tmp_path / "all.zip").read_bytes())
    data[data.index(b"0123456789")] = ord("x")
    (tmp_path / "all.zip").write_bytes(data)
    both = found(gather(tmp_path, tmp_path / "all.zip"))
    assert both["ada"].problem == "not readable: damaged in the zip (BadZipFile)" and not both["bob"].problem


@pytest.mark.parametrize("spoil, message", [
    (lambda data: data[: len(data) // 2], "not a zip that can be read"), (lambda data: b"", "not a zip that can be read"),
    (lambda data: b"Rar!" + data[4:-22], "not a zip that can be read"),
    (lambda data: data.replace(b"PK\x01\x02\x14\x03\x14\x00\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01\x00"), "is encrypted"),
])  # fmt: skip
def test_zip_that_cannot_be_read_is_one_clear_error(tmp_path, spoil, message):
    """Cut, empty, another format, encrypted."""
    path = zipped(tmp_path / "all.zip", "ada.ipynb")
    path.write_bytes(spoil(path.read_bytes()))
    with pytest.raises(GradingError, match=message):
        gather(tmp_path, path)


def test_zip_with_too_many_files_is_refused(tmp_path, monkeypatch):
    """Before anything is written."""
    monkeypatch.setattr(archive, "MAX_MEMBERS", 3)
    with pytest.raises(GradingError, match="holds 4 files; at most 3"):
        gather(tmp_path, zipped(tmp_path / "all.zip", *"abcd"))


def test_utf8_names_that_a_zip_does_not_declare(tmp_path):
    """As macOS writes them."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        file.writestr("Jxxrgen.ipynb", "{}")
    (tmp_path / "all.zip").write_bytes(buffer.getvalue().replace(b"Jxxrgen", "Jürgen".encode()))
    assert set(found(gather(tmp_path, tmp_path / "all.zip"))) == {"Jürgen"}


def test_nothing_found_is_an_error_that_says_what_is_there(tmp_path):
    """A folder that holds the zip, an empty one, one that is not there."""
    put(tmp_path / "s", "all.zip")
    with pytest.raises(GradingError, match=r"no submission to convolve was found in .*s \(it holds all.zip\)"):
        gather(tmp_path, tmp_path / "s")
    with pytest.raises(GradingError, match="does not exist"):
        gather(tmp_path, tmp_path / "gone")
