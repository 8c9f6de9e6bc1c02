"""A student's page: what it says, and that nothing on it is alive."""

from html.parser import HTMLParser

import pytest

from classroom.diagnosis.misconceptions import MISCONCEPTIONS
from classroom.errors import GradingError
from classroom.results.feedback import WORDS, feedback, write_feedback
from classroom.results.page import check_book
from classroom.submissions.roster import Student
from conftest import ROOT
from mark_sheet import ASSIGNMENT, DIAGNOSIS, HOSTILE, row, sheet
from test_pages import AUDIT, AXE, WCAG, overflow

BOOK = "https://example.org/book/"
TAGS = {"html", "head", "meta", "title", "style", "body", "main", "h1", "h2", "h3", "p", "ul", "li", "strong", "table", "caption",
        "thead", "tbody", "tr", "th", "td", "a", "section", "pre", "div", "span"}  # fmt: skip
ATTRIBUTES = {"lang", "charset", "http-equiv", "content", "name", "dir", "class", "scope", "href", "id", "style"}


class Page(HTMLParser):
    """What a parser finds on a page."""

    def __init__(self, source):
        super().__init__()
        self.tags, self.attributes, self.targets = set(), set(), set()
        self.links, self.styles, self.words, self.open = [], [], [], []
        self.feed(source)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attributes}
        self.links += [value for name, value in attributes if name in ("href", "src")]
        self.styles += [value for name, value in attributes if name == "style"]
        self.targets |= {value for name, value in attributes if name == "id"}
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if "style" not in self.open:
            self.words.append(data)


def parsed(source):
    """The page, checked to be well-formed, dead and without a request."""
    found = Page(source)
    assert not found.open and found.tags <= TAGS and found.attributes <= ATTRIBUTES
    assert all(link.startswith(BOOK) or link[1:] in found.targets for link in found.links)
    assert all(style.startswith("width: ") and style.endswith("%") and len(style) < 16 for style in found.styles)
    assert source.count("<style>") == 1 and "url(" not in source and "@import" not in source
    assert not set(source) & set("\u202a\u202b\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\x00\x1b")
    source.encode("utf-8")
    return " ".join(" ".join(found.words).split())


@pytest.mark.parametrize("i", range(len(sheet())), ids=lambda i: sheet()[i].student.id[:9])
def test_nothing_on_a_page_is_alive(i):
    """Scripts, event attributes, links, closing tags and direction marks in every text."""
    words = parsed(feedback(ASSIGNMENT, sheet()[i], BOOK)) if sheet()[i].total is not None else ""
    if sheet()[i].student.name == HOSTILE:
        assert words.count("<script>alert(1)</script>") >= 5 and "\\u202e" in words


def test_page_says_what_was_earned_and_why():
    """The total, each task, the misconception with its links, the answer with the comment."""
    words = parsed(feedback(ASSIGNMENT, sheet()[0], BOOK))
    assert "5.5 of 6 points" in words and "Task value 2 of 2 passed" in words
    assert "Your answer Since it turns." in words and "Your teacher Good, but say why." in words
    source = feedback(ASSIGNMENT, sheet()[1], BOOK)
    words, wrong = parsed(source), MISCONCEPTIONS[DIAGNOSIS]
    assert wrong.title in words and " ".join(wrong.explanation.split()) in words
    assert BOOK + wrong.section in Page(source).links and (not wrong.explorable or BOOK + wrong.explorable in Page(source).links)
    assert "3 of 6 points , 1 of 3 tasks still to be marked by hand" in words and "expected 4.0, got 1.0" in words


def test_failed_task_without_diagnosis_links_its_section():
    """And without the book's address the place is said, not linked."""
    assert BOOK + "page.html#value" in Page(feedback(ASSIGNMENT, row(), BOOK)).links
    words = parsed(feedback(ASSIGNMENT, row()))
    assert "Read on in the book: page.html#value" in words


@pytest.mark.parametrize("status", WORDS)
def test_every_status_has_words(status):
    """No code of ours on the page."""
    assert WORDS[status] in parsed(feedback(ASSIGNMENT, row(points=(0.0, 0.0, 1.0), outcome=status), BOOK))


def test_largest_page_stays_under_a_megabyte():
    """Thirty tasks, every text as long and as costly as it can be."""
    costly = "\"'<&" * 250_000
    one = row(points=(0.0, 0.0, 0.0), message=costly, answer=costly, comment="x", notes=[costly] * 100)
    tasks = one.tasks[:1] * 20 + one.tasks[2:] * 10
    source = feedback(ASSIGNMENT, type(one)(Student(costly, costly), "graded", tasks, one.notes), BOOK)
    assert len(source.encode()) < 1 << 20


def test_each_student_has_one_file_with_a_safe_name(tmp_path):
    """None for whoever handed in nothing or was not graded."""
    write_feedback(tmp_path, ASSIGNMENT, sheet(), BOOK)
    names = sorted(path.name for path in tmp_path.iterdir())
    assert len(names) == 5 and {"ada.html", "bob.html", "cyd.html"} < set(names)
    assert all(name.isascii() and name[0].isalnum() for name in names)


@pytest.mark.parametrize("address", ["javascript:alert(1)", " javascript:x", "data:text/html,x", "java\nscript:x", "vbscript:x"])
def test_address_of_the_book_is_checked(address):
    """A page never links to a script."""
    with pytest.raises(GradingError, match="is not an address of a book"):
        check_book(address)
    assert check_book("https://example.org/b ") == "https://example.org/b" and check_book("../book") == "../book"
    assert check_book("https://example.org/b/pooling.html?x=1#ties") == "https://example.org/b"


def test_address_cannot_end_its_attribute():
    """A quotation mark in the address stays in the address."""
    address = BOOK + '"onmouseover="alert(1)'
    found = Page(feedback(ASSIGNMENT, row(), address))
    assert found.attributes <= ATTRIBUTES and address + "/page.html#value" in found.links


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("i", [0, 1, 3])
def test_page_is_accessible(tmp_path, browser, theme, i):
    """axe-core finds nothing, nothing is requested, and no sideways scroll on a phone."""
    path = tmp_path / "page.html"
    path.write_text(feedback(ASSIGNMENT, sheet()[i], BOOK), encoding="utf-8")
    assert audit(browser, path, theme) == []


def audit(browser, path, theme):
    """What axe-core and the width find wrong, and every request and script on the way."""
    context = browser.new_context(color_scheme=theme, bypass_csp=True)
    page, problems = context.new_page(), []
    page.on("request", lambda request: problems.append(request.url) if request.url != path.as_uri() else None)
    page.on("dialog", lambda dialog: problems.append(dialog.message))
    page.goto(path.as_uri())
    page.add_script_tag(content=AXE.read_text(encoding="utf-8"))
    for width in (1280, 360, 320):
        page.set_viewport_size({"width": width, "height": 800})
        problems += page.evaluate(AUDIT, WCAG)
        problems += [f"sideways scroll at {width} px"] * (overflow(page) > 0)
    context.close()
    return problems


def test_axe_is_there():
    """The audit uses the copy of the book's tests."""
    assert AXE.is_file() and AXE.is_relative_to(ROOT)
