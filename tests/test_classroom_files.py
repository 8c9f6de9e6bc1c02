"""A file is known by its bytes, and replaced whole or not at all."""

import errno

import pytest

from classroom import files
from classroom.errors import GradingError
from classroom.files import digest_of, write_file


def test_digest_of_a_file_is_its_bytes(tmp_path):
    """Not its name or time; a link and a folder are known by what they are."""
    (tmp_path / "a").write_text("x")
    (tmp_path / "b").write_text("x")
    (tmp_path / "c").symlink_to("a")
    assert digest_of(tmp_path / "a") == digest_of(tmp_path / "b") != digest_of(tmp_path / "c")
    assert digest_of(tmp_path) == "not a file"


def test_file_is_replaced_whole_or_not_at_all(tmp_path, monkeypatch):
    """A full disk leaves the old file and no half one."""
    path = tmp_path / "sub" / "marks.csv"
    write_file(path, "old \ud800")
    assert path.read_text() == "old \\ud800"

    def full(handle):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", full)
    with pytest.raises(GradingError, match="marks.csv: No space left on device; what was marked is kept"):
        write_file(path, "new")
    assert [one.name for one in path.parent.iterdir()] == ["marks.csv"] and path.read_text().startswith("old")
