"""Zips of submissions: every layout, and what a hostile zip cannot do."""

import io
import struct
import zipfile

import pytest

from classroom.errors import GradingError
from classroom.names import printable
from classroom.submissions import archive
from test_classroom_collect import ODD, found, gather


def zipped(path, *names, text="{}"):
    """A zip with members of these names."""
    with zipfile.ZipFile(path, "w") as file:
        for i, name in enumerate(names):
            file.writestr(zipfile.ZipInfo(name, (2025, 1, 1, 0, i, 0)), text + " " * i)
    return path


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
