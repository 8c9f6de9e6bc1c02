"""The class on one page, for the teacher: marks, tasks, misconceptions, tests that fail."""

from collections import Counter
from statistics import mean, median

from classroom.diagnosis.misconceptions import MISCONCEPTIONS
from classroom.files import write_file
from classroom.results.feedback import WORDS
from classroom.results.page import bar, link, page, table, text
from classroom.table import number

BINS = 10
SHOWN = 200  # characters of a message


def write_report(path, assignment, rows, unmatched=(), book=None):
    """
    Write the report of a class.

    Parameters
    ----------
    path : Path
    assignment : Assignment
    rows : list of Row
    unmatched : iterable of str
        Files that belong to nobody.
    book : str, optional
        Address of the book that the links lead into.
    """
    graded = [row for row in rows if row.graded]
    parts = [
        f"<h1>{text(assignment.title)}: the class</h1>",
        _summary(assignment, rows, graded),
        _distribution(assignment, graded),
        _tasks(assignment, graded),
        _failures(assignment, graded),
        _misconceptions(graded, book),
        _attention(rows, unmatched),
    ]
    write_file(path, page(f"{assignment.title}: the class", "\n".join(filter(None, parts))))


def _summary(assignment, rows, graded):
    """How many, and the mean."""
    said = f"{len(graded)} of {len(rows)} students graded"
    if graded:
        totals = [row.total for row in graded]
        said += (f"; mean {mean(totals):.1f}, median {median(totals):.1f}, lowest {number(min(totals))}, "
                 f"highest {number(max(totals))} of {number(assignment.points)} points")  # fmt: skip
    waiting = sum(row.waiting for row in graded)
    return f"<p>{said}." + (f" {waiting} answers wait to be marked by hand.</p>" if waiting else "</p>")


def _distribution(assignment, graded):
    """How many students earned how much."""
    if not graded or not assignment.points:
        return ""
    width = assignment.points / BINS
    counts = Counter(min(int(row.total / width), BINS - 1) for row in graded)
    most = max(counts.values())
    lines = [
        (f"{number(i * width)} to {number((i + 1) * width)}", str(counts[i]), bar(counts[i] / most)) for i in range(BINS)
    ]
    return "<h2>Marks</h2>\n" + table("Students by points", ("Points", "Students", "Share"), lines, numbers=(1,))


def _tasks(assignment, graded):
    """Of each task, how many passed it or what it earned."""
    if not graded:
        return ""
    lines = []
    for i, task in enumerate(assignment.tasks):
        points = [row.tasks[i].points for row in graded if row.tasks[i].points is not None]
        full = sum(one == task.points for one in points)
        share = sum(points) / (len(points) * task.points) if points and task.points else 0
        earned = f"{100 * share:.0f} %" if points else "–"
        lines.append((text(task.title), f"{full} of {len(points)}", earned, bar(share)))
    head = ("Task", "Full", "Earned", "Share")
    return "<h2>Tasks</h2>\n" + table("Full marks, and points earned, of those that are marked", head, lines, numbers=(1, 2))


def _failures(assignment, graded):
    """The tests that fail most, and how."""
    lines = []
    for i, task in enumerate(assignment.tasks):
        failed = [row.tasks[i] for row in graded if row.tasks[i].status not in ("passed", "manual")]
        if failed:
            kinds = Counter(WORDS.get(one.status, one.status) for one in failed)
            said = Counter(one.message.strip().split("\n")[0] for one in failed if one.message.strip()).most_common(1)
            how = ", ".join(f"{count} × {kind}" for kind, count in kinds.most_common())
            often = f"; most often “{text(said[0][0], SHOWN)}” ({said[0][1]} ×)" if said else ""
            lines.append((len(failed), (text(task.title), str(len(failed)), text(how) + often)))
    if not lines:
        return ""
    lines = [line for _, line in sorted(lines, key=lambda one: -one[0])]
    head = ("Task", "Students", "How")
    return "<h2>Tests that fail most</h2>\n" + table("Worst first", head, lines, numbers=(1,))


def _misconceptions(graded, book):
    """The wrong ideas that were found."""
    found = Counter(code for row in graded for code in {one.diagnosis for one in row.tasks} if code in MISCONCEPTIONS)
    if not found:
        return ""
    lines = []
    for code, count in found.most_common():
        wrong = MISCONCEPTIONS[code]
        title = link(book, wrong.section, wrong.title) if book else text(wrong.title)
        lines.append((title, str(count), bar(count / len(graded))))
    head = ("Misconception", "Students", "Share")
    return "<h2>Misconceptions</h2>\n" + table("By number of students", head, lines, numbers=(1,))


def _attention(rows, unmatched):
    """Whom to look after: no marks, or a note."""
    lines = []
    for row in rows:
        said = [*([] if row.graded else [text(row.status, SHOWN)]), *(text(note, 500) for note in row.notes)]
        if said:
            lines.append(f"<strong>{text(row.student.name or row.student.id)}</strong>: " + "; ".join(said))
    return _list("To look at", lines) + _list("Files that match nobody", [text(name, SHOWN) for name in unmatched])


def _list(title, lines):
    """A list with its title, if there is anything in it."""
    items = "\n".join(f'<li dir="auto">{line}</li>' for line in lines)
    return f"<h2>{title}</h2>\n<ul>\n{items}\n</ul>\n" if lines else ""
