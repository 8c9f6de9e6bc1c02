"""Numbers in the prose: each result is tied, is what its expression gives, and a wrong one is found."""

import json
import re
from functools import cache
from unittest import mock

import nbformat
import pytest

from conftest import ROOT, toc_entries
from given_numbers import EXCUSED, data, unexcused
from publish import numbers
from publish.notebooks import load, missing_packages, renew, renewed
from publish.numbers import TieError, expressions, replacements, without_kernel

FORMS = {
    "gets 37<!--= conv2d_grad_input(dY, F, (3, 3))[1, 1] -->, so": 37,
    "$dX_{22} = 37$<!--= conv2d_grad_input(dY, F, (3, 3))[1, 1] -->": 37,
    "**0.0904**<!--= 0.09041 -->": 0.0904,
    "122,304<!--= count((1, 32, 32), (6, 1, 5, 5))[0] --> connections": 122304,
    "$122{,}304$<!--= count((1, 32, 32), (6, 1, 5, 5))[0] -->": 122304,
    "99.2%<!--= 99.2 --> right": 99.2,
    "by −2<!--= dY[0, 1] -->": -2,
    "$3\\cdot-2$<!--= dY[0, 1] -->": -2,
    "$3-2$<!--= -dY[0, 1] -->": 2,
    "about 0.00<!--= -0.001 -->": 0,
    "at $10^{-7}$<!--= 1.3e-7 -->": -7,
    "$3.1\\cdot10^{-5}$<!--= 3.14e-5 -->": -5,
    "`3.1e-05`<!--= 3.14e-5 -->": -5,
    "<b>37</b>.<!--= 37 -->": 37,
    "[37](page.md#x-2)<!--= 37 -->": 37,
}
# One tie for several numbers, or for a text.
LISTS = [
    "Pasting gives [5, 51, 10]<!--= conv2d_grad_input([[1, 10]], [[5, 1]], (1, 3)) -->.",
    "slopes 0.8, 0.1, 0.7 and 0.2<!--= F[::-1, ::-1] / 10 --> for $x_{22}$",
    "$\\begin{bmatrix}2&7\\\\1&8\\end{bmatrix}$<!--= F -->",
    "$y_{11}=54$ and $y_{12}=107$<!--= conv2d(X, F)[0] -->",
    "the half, $1/2$<!--= '1/2' -->",
    "37<!--= 37 --> and <a href='#x?stage=2'>16</a> and 4<!--= 16, 4 -->",
]
WRONG = {
    "x_{22}<!--= 22 -->": "no number stands right before",
    "37 pixels<!--= 37 -->": "no number stands right before",
    "One.\n\nTwo<!--= 37 -->": "no number stands right before",
    "37\n\n<!--= 37 -->": "no number stands right before",
    "5, 51<!--= [5, 51, 10] -->": "it gives 3 numbers, and only 2 stand before",
    "4<!--= 4 --> and 5<!--= 4, 5 -->": "it gives 2 numbers, and only 1 stand before",
    "a third, 1/3<!--= '1/2' -->": "the text '1/2', which does not stand before",
    "37<!--= dX -->": "NameError: name 'dX' is not defined",
    "37<!--= 3 7 -->": "SyntaxError",
    "37<!--= 1 / 0 -->": "ZeroDivisionError",
    "37<!--= 37j -->": "TypeError",
    "37<!--= None -->": "it gives None, which is no number",
    "37<!--= True -->": "it gives True, which is no number",
    "37<!--= np.nan -->": "it gives nan, which is no number",
    "37<!--= [] -->": "it gives None, which is no number",
    "$10^{-7}$<!--= 0 -->": "it gives 0, which is no power of ten",
}


def prose(path):
    """The text of a page that is not code: of its file, or of its markdown cells."""
    if path.suffix == ".md":
        return [path.read_text(encoding="utf-8")]
    return [cell.source for cell in load(path).cells if cell.cell_type == "markdown"]


PAGES = [path for path in sorted((ROOT / "book").glob("*.*")) if path.suffix in (".md", ".ipynb")]
every_page = pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)


@cache
def ran(path):
    """A page after a run, and what is tied in each of its texts: (from, to)."""
    tied = {}

    def seen(text, answers):
        """Note what the ties of a text write."""
        found = replacements(text, answers)
        tied[text] = [(start, end) for start, end, _ in found]
        return found

    with mock.patch.object(numbers, "replacements", seen):
        return renewed(path), tied


@every_page
def test_tied_numbers_are_what_their_expressions_give(path):
    """Running a page changes no number in its prose."""
    if path.suffix == ".ipynb" and (lacking := missing_packages(load(path))):
        pytest.skip(f"{path.name} needs {', '.join(lacking)}; its numbers come from a real run")
    new, _ = ran(path)
    if path.suffix == ".ipynb":
        new = [cell.source for cell in nbformat.reads(new, 4).cells if cell.cell_type == "markdown"]
    for before, after in zip(prose(path), [new] if isinstance(new, str) else new, strict=True):
        assert before == after


def tied_in(path):
    """What is tied in each text of a page; where it cannot run, a tie is taken for one number."""
    if path.suffix == ".md" or not missing_packages(load(path)):
        return ran(path)[1]
    one = {text: dict.fromkeys(expressions(text), "0") for text in prose(path)}
    return {text: [place[:2] for place in replacements(text, one[text])] for text in one}


@every_page
def test_every_result_is_tied(path):
    """A number in the prose is tied or given (`given_numbers`); no excuse is left over."""
    known, tied, untied, used = data(path), tied_in(path), [], set()
    for text in prose(path):
        found, excuses = unexcused(path.stem, text, tied[text], known)
        untied += found
        used |= excuses
    assert not untied, "\n".join(untied)
    assert used == set(EXCUSED.get(path.stem, {}))


def test_no_page_of_the_book_holds_a_tie(book):
    """No comment is left in a page, and none became visible as code, formula or text."""
    for name in toc_entries():
        page = (book / f"{name}.html").read_text(encoding="utf-8")
        assert not re.search(r"(<|&lt;)!\s*--=", page), name


@pytest.mark.parametrize("text", [*FORMS, *LISTS])
def test_a_right_number_stays_as_it_is(text):
    """Each form of a number that is right is left alone, to the last character."""
    assert without_kernel(text) == text


@pytest.mark.parametrize("text", [*FORMS, *LISTS[:4]])
def test_a_wrong_number_is_put_right(text):
    """Any digit of a tied number that is changed is found, and written as it was."""
    comment = text.index("<!--=")
    last = [m for m in re.finditer(r"[0-9]", text[:comment]) if "page" not in text[: m.start()]][-1]
    wrong = text[: last.start()] + str((int(last[0]) + 1) % 10) + text[last.end() :]
    assert without_kernel(wrong) == text


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("9<!--= 12345 -->", "12345"),
        ("9,999<!--= 12345 -->", "12,345"),
        ("12,345<!--= 9 -->", "9"),
        ("9<!--= -3 -->", "−3"),
        ("$9$<!--= -3 -->", "$-3$"),
        ("-9<!--= -3 -->", "-3"),
        ("0.5<!--= 2/3 -->", "0.7"),
        ("1.5e-05<!--= 2.54e-12 -->", "2.5e-12"),
        ("$1.5\\cdot10^5$<!--= 2.54e-12 -->", "$2.5\\cdot10^{-12}$"),
        ("10^{-3}<!--= 2.54e-12 -->", "10^{-12}"),
        ("1/3 or 0.3<!--= 1/2 -->", "1/3 or 0.5"),
    ],
)
def test_a_new_number_keeps_the_printed_form(text, after):
    """Decimals, separators, powers and the kind of minus stay; length may change."""
    assert re.sub("<!--.*?-->", "", without_kernel(text)) == after


@pytest.mark.parametrize("text", WRONG)
def test_a_tie_that_cannot_work_says_why(text):
    """The error shows the tie and the reason, for each of the text's ties."""
    with pytest.raises(TieError, match=re.escape(WRONG[text])) as caught:
        without_kernel(text)
    assert f"<!--= {expressions(text)[-1]} -->" in str(caught.value)


def write_notebook(path, *cells):
    """A notebook; cells that begin with # are markdown."""
    new = {True: nbformat.v4.new_markdown_cell, False: nbformat.v4.new_code_cell}
    made = [new[text.startswith("#")](text, id=f"cell-{n}") for n, text in enumerate(cells)]
    nbformat.write(nbformat.v4.new_notebook(cells=made), path)
    return path


def test_a_notebook_is_computed_where_the_number_stands(tmp_path):
    """The namespace is that of the cells above; where a name is missing, that of the page's end."""
    path = write_notebook(
        tmp_path / "page.ipynb",
        "# a is 0<!--= a -->", "a = 1\na", "# 0<!--= a --> b 0<!--= b -->", "a, b = 2, 3", "# 0<!--= a -->", "_",
    )  # fmt: skip
    assert renew(path) == "changed"
    cells = load(path).cells
    numbers = [re.findall(r"([0-9])<", cell.source) for cell in cells if cell.cell_type == "markdown"]
    assert numbers == [["2"], ["1", "3"], ["2"]]
    assert [cell.execution_count for cell in cells if cell.cell_type == "code"] == [1, 2, 3]
    assert cells[5].outputs[0].data["text/plain"] == "1"  # no tie came between
    assert renew(path) == "unchanged"


def test_ties_leave_ids_counts_and_outputs_alone(tmp_path):
    """With ties or without, a notebook's code cells come out the same."""
    code = "%config InlineBackend.figure_formats = []\nx = 6", "x * 7", "print(len(In), len(Out))"
    cells = ["# 0<!--= x -->", code[0], "# 0<!--= x -->", code[1], "# 0<!--= x * 7 -->", code[2]]
    for name, ties in (("tied", True), ("plain", False)):
        renew(write_notebook(tmp_path / f"{name}.ipynb",
                             *[text if ties else text.split("<")[0] for text in cells]))  # fmt: skip
    tied, plain = (json.loads((tmp_path / f"{name}.ipynb").read_text())["cells"] for name in ("tied", "plain"))
    assert tied[1::2] == plain[1::2]


def test_a_page_with_a_wrong_tie_is_left_as_it_is(tmp_path):
    """The error names page, ties and reasons; no number is written, no output stored."""
    path = write_notebook(tmp_path / "page.ipynb", "# 0<!--= a -->", "a = 1\na", "# <!--= a --> 0<!--= b -->")
    before = path.read_text()
    with pytest.raises(TieError) as caught:
        renew(path)
    assert str(caught.value).splitlines() == [
        "page.ipynb is left as it is",
        "<!--= a -->: no number stands right before it",
        "<!--= b -->: NameError: name 'b' is not defined",
    ]
    assert path.read_text() == before


def test_a_page_without_code_is_computed(tmp_path):
    """A page in Markdown has the running example and the package's functions."""
    path = tmp_path / "page.md"
    path.write_text("The filter gets 0<!--= conv2d_grad_weight(dY, X, (2, 2))[0, 0] -->.\n")
    assert renew(path) == "changed"
    assert path.read_text().startswith("The filter gets 29<")
    assert renew(path) == "unchanged"
