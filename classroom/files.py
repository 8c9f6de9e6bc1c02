"""Files: what one is, the digest by which it is known, and writing one in one step."""

import hashlib
import os
import stat
import tempfile

from classroom.errors import GradingError


def is_file(path):
    """Whether a path is a plain file: no folder, no link, no device."""
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except (OSError, ValueError):
        return False


def digest_of(path):
    """The SHA-256 of a file; a folder, a link or a device is known by what it is."""
    if path.is_symlink():
        return f"link:{hashlib.sha256(os.fsencode(os.readlink(path))).hexdigest()}"
    if not path.is_file():
        return "not a file"
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        return f"not readable: {error.strerror}"


def write_file(path, text):
    """
    Replace a file in one step: it is the old one or the new one, never half.

    Parameters
    ----------
    path : Path
    text : str
        Written as UTF-8; halves of broken characters become escapes.

    Raises
    ------
    GradingError
        If the disk is full or the folder cannot be written; the old file stays.
    """
    data = text.encode("utf-8", "backslashreplace")
    try:
        if path.exists() and path.read_bytes() == data:
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, new = tempfile.mkstemp(dir=path.parent, prefix=".new-")
        try:
            with open(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
                os.fchmod(file.fileno(), 0o644)
            os.replace(new, path)
        except BaseException:
            os.unlink(new)
            raise
    except OSError as error:
        raise GradingError(f"cannot write {path}: {error.strerror}; what was marked is kept in the journal") from None
