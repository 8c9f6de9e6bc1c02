"""One page for each student: what was earned, what was wrong, and where to read on."""

from classroom.diagnosis.misconceptions import MISCONCEPTIONS
from classroom.files import write_file
from classroom.names import safe_file_name
from classroom.results.page import link, page, table, text
from classroom.table import number

WORDS = {
    "passed": "passed",
    "failed": "not right yet",
    "error": "stopped with an error",
    "timeout": "took too long",
    "crashed": "its process ended",
    "missing": "nothing found",
    "manual": "marked by hand",
}
ANSWERS = 100_000  # characters of free text on one page


def write_feedback(folder, assignment, rows, book=None):
    """
    Write the page of every student whose submission was looked at.

    Parameters
    ----------
    folder : Path
    assignment : Assignment
    rows : list of Row
    book : str, optional
        Address of the book that the links lead into.
    """
    for row in rows:
        if row.handed_in and row.total is not None:
            write_file(folder / f"{safe_file_name(row.student.id)}.html", feedback(assignment, row, book))


def feedback(assignment, row, book=None):
    """
    One student's page.

    Parameters
    ----------
    assignment : Assignment
    row : Row
    book : str, optional

    Returns
    -------
    str
    """
    student = row.student.name or row.student.id
    parts = [f"<h1>{text(assignment.title)}</h1>", f'<p dir="auto">{text(student)}</p>', _total(assignment, row)]
    if row.notes:
        parts.append("<ul>" + "".join(f'<li dir="auto">{text(note, 500)}</li>' for note in row.notes[:40]) + "</ul>")
    if row.graded:
        parts.append(_overview(row))
    length = ANSWERS // max(1, sum(bool(scored.answer) for scored in row.tasks))
    parts += [_task(scored, i, book, length) for i, scored in enumerate(row.tasks, 1) if _says_more(row, scored)]
    return page(f"{assignment.title}: {student}", "\n".join(parts))


def _total(assignment, row):
    """The sum, or the reason why there is none."""
    if not row.graded:
        return f'<p class="total">{number(row.total)} of {number(assignment.points)} points: {text(row.status)}</p>'
    waiting = f", {row.waiting} of {len(row.tasks)} tasks still to be marked by hand" if row.waiting else ""
    return f'<p class="total"><strong>{number(row.total)} of {number(assignment.points)} points</strong>{waiting}</p>'


def _points(scored):
    """The points of a task in words."""
    earned = "–" if scored.points is None else number(scored.points)
    return f"{earned} of {number(scored.task.points)}"


def _status(scored):
    """The status of a task in words."""
    if scored.status == "manual" and scored.points is None:
        return "to be marked by hand"
    return WORDS.get(scored.status, scored.status)


def _says_more(row, scored):
    """Whether there is more to say of a task than its line in the table."""
    return bool(scored.comment or scored.answer or (row.graded and scored.status not in ("passed", "manual")))


def _title(row, scored, i):
    """The title of a task; it leads to what there is to say."""
    title = text(scored.task.title)
    return f'<a href="#task-{i}">{title}</a>' if _says_more(row, scored) else title


def _overview(row):
    """The table of all tasks."""
    lines = [
        (_title(row, scored, i), _points(scored), text(_status(scored)))
        for i, scored in enumerate(row.tasks, 1)
    ]
    return table("All tasks", ("Task", "Points", "Result"), lines, numbers=(1,))


def _task(scored, i, book, length):
    """What there is to say of one task."""
    parts = [f"<h2>{text(scored.task.title)}</h2>", f"<p>{_points(scored)} points: {text(_status(scored))}</p>"]
    if scored.message:
        parts.append(f'<pre dir="auto">{text(scored.message)}</pre>')
    wrong = MISCONCEPTIONS.get(scored.diagnosis)
    if wrong:
        parts.append(_misconception(wrong, book))
    elif scored.status not in ("passed", "manual") and scored.task.section:
        parts.append(f"<p>{link(book, scored.task.section, 'Read on in the book')}</p>")
    if scored.answer:
        parts.append(f'<h3>Your answer</h3>\n<pre dir="auto">{text(scored.answer, length)}</pre>')
    if scored.comment:
        parts.append(f'<div class="panel"><h3>Your teacher</h3><p dir="auto">{text(scored.comment, 5000)}</p></div>')
    return f'<section class="task" id="task-{i}">\n' + "\n".join(parts) + "\n</section>"


def _misconception(wrong, book):
    """The wrong idea that explains the wrong result, and what cures it."""
    links = [link(book, wrong.section, "Read the section"), link(book, wrong.explorable, "Try it in the figure")]
    lines = "".join(f"<p>{line}</p>" for line in links if line)
    return f'<div class="panel"><h3>{text(wrong.title)}</h3><p>{text(wrong.explanation)}</p>{lines}</div>'
