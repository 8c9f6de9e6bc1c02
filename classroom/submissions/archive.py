"""A zip of submissions, read as data.

No name in the archive becomes a name on the disk: each notebook is written
under a number, so that no path can leave the folder and no two names can meet.
Sizes are counted while reading.
"""

import datetime
import shutil
import zipfile
import zlib

from classroom.errors import GradingError
from classroom.submissions.found import Found, ignored

MAX_MEMBERS = 20_000
MAX_TOTAL = 2 << 30  # bytes of all notebooks together
BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, OverflowError)


def unpack(archive, folder, max_bytes):
    """
    Write the notebooks of a zip into a folder.

    Parameters
    ----------
    archive : Path
    folder : Path
        Emptied first.
    max_bytes : int
        A larger notebook is not written; its student gets a status instead.

    Returns
    -------
    list of Found

    Raises
    ------
    GradingError
        If the zip is damaged or encrypted, or holds too much.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        with zipfile.ZipFile(archive) as opened:
            members = [info for info in opened.infolist() if not info.is_dir()]
            _check(archive, members)
            return [_extract(opened, info, folder / f"{i:05}.ipynb", max_bytes)
                    for i, info in enumerate(members) if not ignored(_parts(info))]  # fmt: skip
    except BROKEN as error:
        if isinstance(error, GradingError):
            raise
        raise GradingError(f"{archive} is not a zip that can be read: {error}") from None


def _check(archive, members):
    """Refuse what cannot be read or is too much, before anything is written."""
    if len(members) > MAX_MEMBERS:
        raise GradingError(f"{archive} holds {len(members)} files; at most {MAX_MEMBERS} are read")
    if any(info.flag_bits & 1 for info in members):
        raise GradingError(f"{archive} is encrypted; unpack it and name the folder instead")
    total = sum(info.file_size for info in members if info.filename.lower().endswith(".ipynb"))
    if total > MAX_TOTAL:
        raise GradingError(f"{archive} would unpack to {total >> 20} MB of notebooks; at most {MAX_TOTAL >> 20} MB are read")


def _extract(opened, info, path, max_bytes):
    """Write one notebook; what is too large or damaged gets a status in its place."""
    found = Found(_parts(info), path, _time(info))
    if not found.is_notebook:
        return found
    if info.file_size > max_bytes:
        return found.with_problem(f"not readable: {info.file_size >> 20} MB, at most {max_bytes >> 20} MB are read")
    try:
        with opened.open(info) as source:
            data = source.read(max_bytes + 1)
    except BROKEN as error:
        return found.with_problem(f"not readable: damaged in the zip ({error.__class__.__name__})")
    try:
        path.write_bytes(data)
    except OSError as error:
        raise GradingError(f"cannot unpack {opened.filename} into {path.parent}: {error.strerror}") from None
    return found


def _parts(info):
    """The parts of a member's name; UTF-8 that the zip does not declare is recognised."""
    name = info.filename
    if not info.flag_bits & 0x800:
        try:
            name = name.encode("cp437").decode("utf-8")
        except UnicodeError:
            pass
    return tuple(part for part in name.replace("\\", "/").split("/") if part not in ("", ".", ".."))


def _time(info):
    """When the member was last changed, in seconds."""
    try:
        return datetime.datetime(*info.date_time).timestamp()
    except (ValueError, OverflowError, OSError):
        return 0.0
