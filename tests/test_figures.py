"""Every figure of the book bears its number, and a name leads to it."""

import re

import nbformat
import pytest
from bs4 import BeautifulSoup
from sphinx.application import Sphinx

from conftest import toc_entries
from publish.notebooks import METADATA

PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
MOVES = '<figure data-explorable="softmax"><script type="application/json">{}</script><p>It moves.</p></figure>'


def figures(path):
    """The article of a built page, and its numbered figures."""
    article = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser").find("article")
    return article, article.select("figure.numbered")


@pytest.mark.parametrize("name", toc_entries())
def test_every_figure_of_a_page_is_numbered(name, book):
    """Images of cells and explorables, in order, after the number of the chapter."""
    article, found = figures(book / f"{name}.html")
    shown = article.select(".cell_output img, figure[data-explorable]")
    assert len(shown) == len(found)
    assert all(one.find_parent("figure", class_="numbered") for one in shown)
    labels = [figure.find("figcaption").get_text().strip() for figure in found]
    chapter = re.match(r"(\d+\.)?", article.find("h1").get_text())[0]
    first = int(re.search(r"(\d+)$", labels[0])[1]) if labels else 1
    assert labels == [f"Figure {chapter}{first + k}" for k in range(len(labels))]
    assert first == 1 or not chapter
    for figure in found:
        assert figure.find("figcaption").a["href"] == f"#{figure['id']}"


def test_no_two_figures_have_one_number(book):
    """In the whole book."""
    labels = [f.figcaption.get_text() for name in toc_entries() for f in figures(book / f"{name}.html")[1]]
    assert len(labels) == len(set(labels)) > 60


def cell(data, metadata):
    """A code cell that has shown something."""
    output = nbformat.v4.new_output("display_data", data=data)
    return nbformat.v4.new_code_cell("show()", outputs=[output], execution_count=1, metadata=metadata)


def test_a_name_gives_the_number(tmp_path):
    """An image is named in its cell's metadata, an explorable after its page and view."""
    text = "# A page\nSee [Figure](#fig-pixel), [Figure](#fig-page-softmax) and {numref}`fig-page-softmax-2`."
    named = {"mystnb": {"figure": {"name": "fig-pixel"}, "image": {"alt": "One pixel"}}}
    cells = [
        nbformat.v4.new_markdown_cell(text),
        cell({"text/html": MOVES, "image/png": PIXEL}, {}),
        cell({"image/png": PIXEL}, named),
        cell({"text/html": "<b>no figure</b>"}, {}),
        cell({"text/html": MOVES}, {}),
    ]
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=METADATA), tmp_path / "page.ipynb")
    (tmp_path / "index.md").write_text("# Book\n[Figure](#fig-pixel)\n```{toctree}\n:numbered:\npage\n```\n")
    settings = {"extensions": ["myst_nb", "publish.figures"], "nb_execution_mode": "off", "numfig": True}
    settings |= {"numfig_format.figure": "Figure %s", "nb_mime_priority_overrides": [["html", "text/html", 5]]}
    out = tmp_path / "out"
    Sphinx(tmp_path, None, out, tmp_path / "trees", "html", settings, status=None, warningiserror=True).build()
    page, index = (BeautifulSoup((out / f"{name}.html").read_text("utf-8"), "html.parser") for name in ("page", "index"))
    links = {link.get_text().replace("\N{NO-BREAK SPACE}", " "): link["href"] for link in page.select("section p a.internal")}
    assert links == {"Figure 1.2": "#fig-pixel", "Figure 1.1": "#fig-page-softmax", "Figure 1.3": "#fig-page-softmax-2"}
    assert page.find(id="fig-pixel").img["alt"] == "One pixel"
    assert index.select_one("a[href='page.html#fig-pixel']").get_text() == "Figure\N{NO-BREAK SPACE}1.2"
