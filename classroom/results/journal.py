"""The results of a class: a journal that survives whatever stops the grader.

`journal.jsonl` has one line for each finished submission. A line counts once it
ends with a line break and is on the disk; a half-written last line is cut off
when the journal is opened again. A submission is known by the student, the
digest of the file and the digest of the assignment, so that the same work is
never marked twice and new work always is. The last line of a submission wins.
"""

import fcntl
import hashlib
import json
import os
from dataclasses import asdict
from pathlib import Path

from classroom.errors import GradingError
from classroom.grading.marking import Marks
from classroom.masters.assignment import SEED

WORDS_ONLY = {"path", "title", "chapter", "minutes", "section", "rung"}  # no mark depends on them


def digest_of_assignment(assignment):
    """The SHA-256 of all that decides about marks; its place and its titles do not."""
    deciding = [_deciding(asdict(assignment)), os.environ.get(SEED)]
    text = json.dumps(deciding, sort_keys=True, default=sorted)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _deciding(value):
    """The value without the entries that are words only."""
    if isinstance(value, dict):
        return {key: _deciding(item) for key, item in value.items() if key not in WORDS_ONLY}
    return [_deciding(item) for item in value] if isinstance(value, list | tuple) else value


class Results:
    """
    The results of one assignment, open for one grader.

    Parameters
    ----------
    folder : Path
        Made if it is not there.
    assignment : Assignment

    Raises
    ------
    GradingError
        If another grader has the folder open, or it cannot be written.

    Notes
    -----
    A context manager; the lock goes with the process, however that ends.
    """

    def __init__(self, folder, assignment):
        self.folder = Path(folder)
        self.assignment = digest_of_assignment(assignment)
        self.path = self.folder / "journal.jsonl"
        self.damaged = 0
        self._entries, self._latest = {}, {}
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._lock = _lock(self.folder / ".lock")
            self._handle = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
            self._load()
        except OSError as error:
            raise GradingError(f"cannot write {self.folder}: {error.strerror}") from None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.close(self._handle)
        os.close(self._lock)

    def _load(self):
        """Read the journal; cut off a last line that was not finished."""
        data = self.path.read_bytes()
        whole = data.rfind(b"\n") + 1
        if whole < len(data):
            os.ftruncate(self._handle, whole)
        for line in data[:whole].splitlines():
            try:
                self._remember(json.loads(line))
            except (ValueError, KeyError, TypeError):
                self.damaged += 1

    def _remember(self, entry):
        """Keep an entry of the journal in memory."""
        marks = Marks.from_dict(entry["marks"])
        self._entries[entry["student"], entry["file"], entry["assignment"]] = marks
        self._latest[entry["student"], entry["file"]] = marks

    def find(self, student, digest):
        """The marks of a student's file by this assignment, or None."""
        return self._entries.get((student, digest, self.assignment))

    def latest(self, student, digest):
        """The last marks of a student's file, by whatever version of the assignment, or None."""
        return self._latest.get((student, digest))

    def add(self, student, digest, marks):
        """
        Write one finished submission to the disk.

        Parameters
        ----------
        student, digest : str
        marks : Marks

        Raises
        ------
        GradingError
            If it cannot be written; the journal is then as it was before.
        """
        entry = {"student": student, "file": digest, "assignment": self.assignment, "marks": marks.to_dict()}
        line = json.dumps(entry).encode("ascii") + b"\n"
        before = os.fstat(self._handle).st_size
        try:
            written = 0
            while written < len(line):
                written += os.write(self._handle, line[written:])
            os.fsync(self._handle)
        except BaseException as error:
            os.ftruncate(self._handle, before)
            if isinstance(error, OSError):
                raise GradingError(
                    f"cannot write {self.path}: {error.strerror}; the {len(self._entries)} entries before are kept: "
                    "make room and give the same command again") from None  # fmt: skip
            raise
        self._remember(json.loads(line))


def _lock(path):
    """Hold the folder for this process; the system lets go when the process ends."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        owner = os.read(handle, 20).decode("ascii", "replace")
        os.close(handle)
        raise GradingError(f"another grader (process {owner}) is writing {path.parent}; wait for it or stop it") from None
    os.ftruncate(handle, 0)
    os.write(handle, str(os.getpid()).encode("ascii"))
    return handle
