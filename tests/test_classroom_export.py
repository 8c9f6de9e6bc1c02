"""Marks as files that spreadsheets, Canvas and Moodle read, and the marks that a teacher enters."""

import csv
import json

import pytest

from classroom.errors import GradingError
from classroom.grading.run import grade_class
from classroom.results.export import export
from classroom.results.journal import Results
from classroom.results.manual import Entry, read_manual, write_manual
from classroom.results.sheet import rows_of
from classroom.submissions.collect import collect
from classroom.table import FORMULA, neutral, number, original, read_table, write_table
from fake_marking import fake_assignment, hand_in, mark
from mark_sheet import ASSIGNMENT, HOSTILE, sheet


@pytest.fixture
def files(tmp_path):
    """The cells of every exported CSV, and the JSON."""
    export(tmp_path, ASSIGNMENT, sheet(), ["stranger.ipynb"])
    tables = {}
    for name in ("marks", "canvas", "moodle"):
        data = (tmp_path / f"{name}.csv").read_bytes()
        assert not data.startswith(b"\xef\xbb\xbf")
        tables[name] = list(csv.reader(data.decode("utf-8").splitlines()))
    return tables | {"json": json.loads((tmp_path / "marks.json").read_text(encoding="utf-8"))}


def test_marks_have_one_row_a_student_and_one_column_a_task(files):
    """Points as people write them; no mark is an empty cell."""
    head, ada, bob, *_ = files["marks"]
    assert head == ["student", "name", "status", "total", "shape", "value", "explain", "notes"]
    assert ada == ["ada", "Ada Lovelace", "graded", "5.5", "2", "2", "1.5", ""]
    assert bob[3:7] == ["3", "2", "1", ""]
    assert [line[2:4] for line in files["marks"][-2:]] == [["nothing handed in", "0"], ["not graded: no sandbox", ""]]
    assert len(files["marks"]) == 1 + len(sheet())


def test_no_text_cell_is_a_formula(files):
    """Names, ids, mails and statuses that a spreadsheet would compute get an apostrophe."""
    cells = [cell for name in ("marks", "canvas", "moodle") for line in files[name] for cell in line]
    assert not [cell for cell in cells if cell.startswith(FORMULA) and cell != "-"]
    assert {"'=1+1", "'@evil", "'-x"} <= set(cells)
    assert not [cell for cell in cells if set(cell) & set("\u202e\x00\x1b\n")]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@a", "\tx", "\rx", "＝1", "'=x", "'x", "x=1", ""])
def test_neutral_text_comes_back(text):
    """And neutralising twice adds nothing."""
    assert original(neutral(text)) == original(text) and neutral(neutral(text)) == neutral(text)


@pytest.mark.parametrize("value, text", [(2.0, "2"), (0.5, "0.5"), (0.1 + 0.2, "0.3"), (0.0, "0"), (100.0, "100"), (None, "")])
def test_numbers_are_short(value, text):
    """No trail of a float."""
    assert number(value) == text


def test_canvas_columns(files):
    """As Canvas's importer checks them: names and order, then the points possible."""
    head, possible, ada, *rest = files["canvas"]
    assert head == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", ASSIGNMENT.title]
    assert possible[0] == "Points Possible" and possible[5] == "6"
    assert ada == ["Ada Lovelace", "101", "ada", "", "", "5.5"]
    assert [line[5] for line in rest[-3:]] == ["0", "", ""]


def test_moodle_columns(files):
    """The three that the grading worksheet must have, and what it shows to the student."""
    head, ada, *rest = files["moodle"]
    assert {"Identifier", "Grade", "Last modified (grade)", "Feedback comments"} <= set(head)
    lines = [dict(zip(head, line, strict=True)) for line in (ada, *rest)]
    assert lines[0]["Identifier"] == "Participant 11" and lines[0]["Grade"] == "5.5" and lines[0]["Maximum Grade"] == "6"
    assert lines[4]["Feedback comments"] == "not readable: invalid JSON" and lines[5]["Grade"] == ""


def test_json_holds_everything(files):
    """The same totals, and each task with its status and diagnosis."""
    students = {one["student"]: one for one in files["json"]["students"]}
    assert files["json"]["points"] == 6 and files["json"]["unmatched"] == ["stranger.ipynb"]
    assert students["ada"]["tasks"]["explain"] == {"points": 1.5, "status": "manual", "message": "", "diagnosis": "",
                                                   "comment": "Good, but say why.", "max_points": 2.0}  # fmt: skip
    assert students["fay"]["total"] is None and students["eve"]["total"] == 0


def test_table_is_read_as_it_was_written(tmp_path):
    """Line breaks, quotes, formulas, umlauts."""
    cells = ["a\nb", 'say "x"', "=1", "Jürgen", "a;b,c"]
    write_table(tmp_path / "t.csv", ["a", "b", "c", "d", "e"], [cells, [None, 1.0, "", "", ""]])
    assert read_table(tmp_path / "t.csv", ("a",)) == [(2, dict(zip("abcde", cells, strict=True))),
                                                      (4, {"a": "", "b": "1", "c": "", "d": "", "e": ""})]  # fmt: skip


# ------------------------------------------------------------ marks by hand


def entered(tmp_path, text, encoding="utf-8"):
    """Read a manual.csv of this text."""
    (tmp_path / "manual.csv").write_text("student,task,points,comment\n" + text, encoding=encoding)
    return read_manual(tmp_path / "manual.csv", ASSIGNMENT)


def test_entered_marks_are_read(tmp_path):
    """A number, a decimal comma, a comment without points; empty rows mean nothing yet."""
    text = 'ada,explain,1.5,"Good,\nbut why?"\nbob,explain,"0,5",\ncyd,explain,,see me\neve,explain,,\n\'-x,explain,2,\'=fine\n'
    assert entered(tmp_path, text) == {
        ("ada", "explain"): Entry(1.5, "Good,\nbut why?"), ("bob", "explain"): Entry(0.5),
        ("cyd", "explain"): Entry(None, "see me"), ("-x", "explain"): Entry(2.0, "=fine")}  # fmt: skip
    assert read_manual(tmp_path / "none.csv", ASSIGNMENT) == {}


@pytest.mark.parametrize("text, message", [
    ("ada,explain,many,\n", "line 2: “many” is not a number"),
    ('a,explain,1,"x\ny"\nada,explain,9,\n', "line 4: 9 points are not between 0 and 2"),
    ("ada,explain,-1,\n", "line 2: -1 points"), ("ada,explain,nan,\n", "line 2: nan points"),
    ("ada,explian,1,\n", "line 2: convolve has no task “explian”"),
    ("ada,explain,1,\nada,explain,2,\n", "line 3: explain of ada stands already in line 2"),
    (",explain,1,\n", "line 2: no student"),
])  # fmt: skip
def test_bad_entry_names_its_line(tmp_path, text, message):
    """One clear sentence."""
    with pytest.raises(GradingError, match=message):
        entered(tmp_path, text)


def test_table_without_its_columns_or_not_utf8_is_refused(tmp_path):
    """As some spreadsheets save it."""
    with pytest.raises(GradingError, match="is not UTF-8"):
        entered(tmp_path, "ada,explain,1,schön\n", "latin-1")
    (tmp_path / "manual.csv").write_text("student;task;comment\n")
    with pytest.raises(GradingError, match="has no column “points”"):
        read_manual(tmp_path / "manual.csv", ASSIGNMENT)


def test_rows_to_fill_in_hold_the_answers(tmp_path):
    """One a student and task marked by hand; entries of others stay."""
    path, entries = tmp_path / "manual.csv", {("gone", "explain"): Entry(1.0, "=kept"), ("ada", "shape"): Entry(0.0, "copied")}
    write_manual(path, ASSIGNMENT, {"ada": {"explain": "line 1\nline 2 \x1b"}, "bob": {}}, entries)
    rows = [row for _, row in read_table(path, ())]
    assert [(row["student"], row["task"]) for row in rows] == [
        ("ada", "explain"), ("bob", "explain"), ("gone", "explain"), ("ada", "shape")]  # fmt: skip
    assert rows[0]["answer"] == "line 1\nline 2 \\x1b" and read_manual(path, ASSIGNMENT) == entries


def graded(tmp_path, **options):
    """Grade tmp_path/s with what stands in manual.csv; the rows."""
    assignment, path = fake_assignment(), tmp_path / "r" / "manual.csv"
    handed = collect(tmp_path / "s", assignment, tmp_path / "u").handed_in
    with Results(tmp_path / "r", assignment) as results:
        failed = grade_class(assignment, handed, results, mark=mark, **options)
        entries = read_manual(path, assignment)
        rows = rows_of(assignment, handed, results, failed, entries)
        write_manual(path, assignment, {row.student.id: {} for row in rows if row.graded}, entries)
        return {row.student.id: row for row in rows}


def test_entered_marks_survive_a_regrade(tmp_path):
    """Also when the student hands in anew; an entry replaces a test's points."""
    hand_in(tmp_path / "s", "ada", points={"shape": 0})
    hand_in(tmp_path / "s", "bob")
    rows = graded(tmp_path)
    assert rows["ada"].total == 2 and rows["ada"].notes == ("1 of 3 tasks wait to be marked by hand",)
    (tmp_path / "r" / "manual.csv").write_text("student;task;points;comment\nada;explain;1,5;good\nada;shape;1;nearly\nbob;explain;0;\n")
    hand_in(tmp_path / "s", "ada", points={"shape": 0}, answers={"explain": "new"})
    for _ in range(2):
        rows = graded(tmp_path, again=True)
        assert rows["ada"].total == 4.5 and rows["ada"].notes == () and rows["bob"].total == 4 and not rows["bob"].waiting
        assert [one.comment for one in rows["ada"].tasks] == ["nearly", "", "good"]
    assert HOSTILE not in (tmp_path / "r" / "manual.csv").read_text()
