"""The class on one page."""

import pytest

from classroom.diagnosis.misconceptions import MISCONCEPTIONS
from classroom.results.report import write_report
from mark_sheet import ASSIGNMENT, DIAGNOSIS, HOSTILE, empty, row, sheet
from test_classroom_feedback import BOOK, audit, parsed


def report(tmp_path, rows, unmatched=()):
    """The report's source."""
    write_report(tmp_path / "report.html", ASSIGNMENT, rows, unmatched, BOOK)
    return (tmp_path / "report.html").read_text(encoding="utf-8")


def test_report_counts_the_class(tmp_path):
    """Marks, tasks, misconceptions, failures and whom to look at, against counts by hand."""
    words = parsed(report(tmp_path, sheet(), ["stranger <b>.ipynb"]))
    assert "4 of 7 students graded; mean 2.9, median 3.0, lowest 0, highest 5.5 of 6 points. 3 answers wait" in words
    assert "3 to 3.6 2" in words and "0 to 0.6 1" in words and "5.4 to 6 1" in words
    assert "Task shape 3 of 4 75 %" in words and "Task value 1 of 4 50 %" in words and "Task explain 0 of 1 75 %" in words
    assert f"{MISCONCEPTIONS[DIAGNOSIS].title} 1" in words
    assert words.index("Task value 3 ") < words.index("Task shape 1 ")
    assert "1 × not right yet; most often “a hidden test failed: shape is wrong” (1 ×)" in words
    assert "eve : nothing handed in" in words and "stranger <b>.ipynb" in words


def test_student_cannot_write_into_the_report(tmp_path):
    """Names, messages, notes and file names are escaped."""
    assert "<script>alert(1)</script>" in parsed(report(tmp_path, sheet(), [HOSTILE]))


@pytest.mark.parametrize("rows", [[], [empty("eve")], [row(points=(0.0, 0.0, 0.0))], [row(points=(2.0, 2.0, 2.0))] * 3])
def test_report_of_a_class_without_spread(tmp_path, rows):
    """Nobody, nothing handed in, nothing earned, everything earned."""
    assert f"of {len(rows)} students graded" in parsed(report(tmp_path, rows))


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_report_is_accessible(tmp_path, browser, theme):
    """As the feedback pages."""
    report(tmp_path, sheet(), ["stranger.ipynb"])
    assert audit(browser, tmp_path / "report.html", theme) == []
