"""CSV tables that people open in a spreadsheet.

Written as UTF-8 without a byte-order mark. A text that a spreadsheet would
take for a formula gets an apostrophe in front, and loses it when it is read.
Tables that a spreadsheet saved with semicolons or a byte-order mark are read too.
"""

import csv
import io

from classroom.errors import GradingError
from classroom.files import write_file
from classroom.names import printable

FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def neutral(text):
    """The text, with an apostrophe in front if a spreadsheet would compute it."""
    return "'" + text if text.startswith(FORMULA) else text


def original(cell):
    """The opposite of `neutral`."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(FORMULA) else cell


def number(value):
    """A number of points as people write it: 2, 0.5; nothing for None."""
    return "" if value is None else f"{value:.4f}".rstrip("0").rstrip(".")


def write_table(path, columns, rows):
    """
    Write a table in one step: the file is the old one or the new one, never half.

    Parameters
    ----------
    path : Path
    columns : list of str
    rows : iterable of list
        Text is neutralised and shows what hides in it; numbers and None are written by `number`.
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    for row in ([*columns], *rows):
        writer.writerow([neutral(printable(cell, keep="\n\t")) if isinstance(cell, str) else number(cell) for cell in row])
    write_file(path, buffer.getvalue())


def read_table(path, columns):
    """
    Read a table by the names of its columns.

    Parameters
    ----------
    path : Path
    columns : tuple of str
        Columns that it must have; names count in any case.

    Returns
    -------
    list of (int, dict)
        Each row with the number of the line that it begins on; empty rows are left out.

    Raises
    ------
    GradingError
        If the file cannot be read, is not UTF-8, or a column is missing.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise GradingError(f"cannot read {path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise GradingError(f"{path} is not UTF-8; save it in the spreadsheet as “CSV UTF-8”") from None
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        header = [cell.strip().lower() for cell in next(reader, [])]
        lacking = [name for name in columns if name not in header]
        if lacking:
            raise GradingError(f"{path} has no column “{lacking[0]}” in its first line")
        return list(_rows(reader, header))
    except csv.Error as error:
        raise GradingError(f"{path}, line {reader.line_num}: {error}") from None


def _rows(reader, header):
    """Each row that is not empty, with its first line's number."""
    line = reader.line_num + 1
    for cells in reader:
        if any(cell.strip() for cell in cells):
            yield line, {name: original(_plain(cell)) for name, cell in zip(header, cells, strict=False)}
        line = reader.line_num + 1


def _plain(cell):
    """A cell without blanks around it and with plain line breaks."""
    return cell.strip().replace("\r\n", "\n")
