"""A submission is data: its cells are read, and whatever was locked is put back.

Nothing here runs a line of it. Test cells are dropped, locked cells come from the master by
their `grade_id`, so that deleted, copied, moved or edited ones do not matter; the student's
own code cells keep their order.
"""

import json
import os
import stat
from dataclasses import dataclass

CELLS = 2000


class UnreadableSubmission(ValueError):
    """The file is no notebook; the message says in words why."""


@dataclass(frozen=True)
class Submission:
    """What is taken from a student's notebook: code in order, answers by grade_id, notes."""

    cells: tuple[str, ...]
    answers: dict[str, str]
    notes: tuple[str, ...]


def read_submission(path, assignment):
    """Read one notebook as data.

    Parameters
    ----------
    path : Path
    assignment : Assignment
        Its master says which cells are locked, tests or answers; its limits how much is read.

    Returns
    -------
    Submission

    Raises
    ------
    UnreadableSubmission
        If there is no regular file, or it is too large, or it is no notebook of format 4.
    """
    notes = []
    text = decode(read_bytes(path, assignment.limits.notebook_mb << 20), notes)
    cells = notebook_cells(text)
    code = restore(cells, assignment, notes)
    return Submission(tuple(code), answers(cells, assignment, notes), tuple(notes))


def read_bytes(path, most):
    """The file's content, if it is a plain file of a bearable size."""
    try:
        info = os.lstat(path)
        kinds = {stat.S_IFLNK: "a symbolic link", stat.S_IFDIR: "a folder", stat.S_IFREG: ""}
        kind = kinds.get(stat.S_IFMT(info.st_mode), "a special file")
        if kind:
            raise UnreadableSubmission(f"not readable: {kind} in place of a notebook")
        if info.st_size > most:
            size = f"{info.st_size / 2**20:.0f} MB, at most {most >> 20} MB are read"
            raise UnreadableSubmission(f"not readable: too large ({size})")
        with open(path, "rb", opener=lambda name, flags: os.open(name, flags | os.O_NOFOLLOW)) as file:
            return file.read(most)
    except OSError as error:
        raise UnreadableSubmission(f"not readable: {error.strerror}") from None


def decode(data, notes):
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        notes.append("the file is not UTF-8; it was read as Latin-1")
        return data.decode("latin-1")


def notebook_cells(text):
    """The cells as (kind, grade_id, source), whatever else the file says."""
    try:
        notebook = json.loads(text)
    except (ValueError, RecursionError, MemoryError):
        raise UnreadableSubmission("not readable: this is no notebook (not valid JSON)") from None
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    if not isinstance(cells, list) or notebook.get("nbformat") != 4:
        raise UnreadableSubmission("not readable: this is no notebook of format 4")
    if len(cells) > CELLS:
        raise UnreadableSubmission(f"not readable: {len(cells)} cells, at most {CELLS} are read")
    return [plain_cell(cell) for cell in cells if isinstance(cell, dict)]


def plain_cell(cell):
    source = cell.get("source")
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    metadata = cell.get("metadata")
    marks = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    name = marks.get("grade_id") if isinstance(marks, dict) else None
    return cell.get("cell_type"), name if isinstance(name, str) else None, source if isinstance(source, str) else ""


def restore(cells, assignment, notes):
    """The code to run: the student's cells in order, with the master's locked cells in place."""
    master = [cell for cell in assignment.cells if cell.grade_id]
    roles = {cell.grade_id: cell.role for cell in master}
    seen = {}
    for index, (_, name, _) in enumerate(cells):
        if name in roles:
            seen.setdefault(name, index)
    places = locked_places(master, seen, len(cells))
    note_changes(master, cells, seen, notes)
    code = []
    for index in range(len(cells) + 1):
        code += places.get(index, [])
        if index < len(cells):
            kind, name, source = cells[index]
            if kind == "code" and roles.get(name) not in ("locked", "test"):
                code.append(source)
    return code


def locked_places(master, seen, end):
    """Before which of the student's cells each locked cell goes.

    That is its own place, or that of the first cell that follows it in the master, whichever
    comes first; without either it is the end, or the beginning if no mark is left at all.
    """
    places = {}
    for number, cell in enumerate(master):
        if cell.role == "locked" and cell.kind == "code":
            later = [seen[other.grade_id] for other in master[number:] if other.grade_id in seen]
            place = min(later, default=end if seen else 0)
            places.setdefault(place, []).append(cell.source)
    return places


def note_changes(master, cells, seen, notes):
    for cell in master:
        if cell.role not in ("locked", "test") or cell.kind != "code":
            continue
        if cell.grade_id not in seen:
            notes.append(f"the cell {cell.grade_id} was missing and has been put back")
        elif cell.role == "locked" and cells[seen[cell.grade_id]][2].strip() != cell.source.strip():
            notes.append(f"the cell {cell.grade_id} was changed and has been put back")


def answers(cells, assignment, notes):
    """The text of the cells that are marked by hand; of copies the last that says something."""
    most, found = assignment.limits.output_kb << 10, {}
    manual = {task.name for task in assignment.tasks if task.manual}
    for _, name, source in cells:
        if name in manual and (source.strip() or name not in found):
            found[name] = source[:most].encode("utf-8", "replace").decode()
            if len(source) > most:
                notes.append(f"the answer {name} was cut after {most >> 10} kB")
    return found
