"""A mark sheet for the tests of what is written from it: honest, hostile and missing rows."""

from classroom.diagnosis.misconceptions import MISCONCEPTIONS
from classroom.results.manual import Entry
from classroom.results.sheet import Row, Scored
from classroom.submissions.collect import NOTHING
from classroom.submissions.roster import Student
from fake_marking import fake_assignment

ASSIGNMENT = fake_assignment()
DIAGNOSIS = next(iter(MISCONCEPTIONS))
HOSTILE = (
    "<script>alert(1)</script><img src=x onerror=alert(2)>"
    "<a href='javascript:alert(3)'>x</a></style></pre>"
    "<style>*{display:none}</style>\u202egnp.exe\u2066\x00\x1b[31m"
    "<svg/onload=alert(4)>\"' onclick=\"x\" &lt; ]]> --> ${7*7} \ud800"
)


def scored(points=(2.0, 1.0, None), message="", diagnosis="", answer="", comment="", outcome="failed"):
    """The three tasks of the assignment."""
    statuses = [*("passed" if one == 2.0 else outcome for one in points[:2]), "manual"]
    wrong = [one not in ("passed", "manual") for one in statuses]
    return tuple(
        Scored(task, points[i], statuses[i], message * wrong[i], diagnosis * wrong[i],
               comment * task.manual, answer * task.manual)
        for i, task in enumerate(ASSIGNMENT.tasks)
    )  # fmt: skip


def row(student="ada", status="graded", notes=(), handed_in=True, **says):
    """One student's row."""
    who = student if isinstance(student, Student) else Student(student)
    return Row(who, status, scored(**says), tuple(notes), handed_in)


def empty(student, status=NOTHING, handed_in=False):
    """A row without any mark."""
    return row(student, status, handed_in=handed_in, points=(None, None, None))


def sheet():
    """A small class."""
    hostile = Student(HOSTILE.replace("\ud800", ""), HOSTILE, "m@x.org", "7", "8")
    return [
        row(Student("ada", "Ada Lovelace", "ada@x.org", "101", "11"), points=(2.0, 2.0, 1.5), answer="Since it turns.",
            comment="Good, but say why."),
        row(Student("bob", "Bob Roe"), diagnosis=DIAGNOSIS, message="value: first at (0, 2): expected 4.0, got 1.0"),
        row(Student("cyd", "Cyd Ng"), points=(0.0, 0.0, None), status="graded", message="a hidden test failed: shape is wrong"),
        row(hostile, message=HOSTILE, answer=HOSTILE, comment=HOSTILE, notes=[HOSTILE], diagnosis=HOSTILE, status="graded"),
        empty(Student("=1+1", "@evil", "-x", "102"), "not readable: invalid JSON", handed_in=True),
        empty("eve"),
        empty("fay", "not graded: no sandbox", handed_in=True),
    ]  # fmt: skip


ENTRIES = {("ada", "explain"): Entry(1.5, "Good, but say why.")}
