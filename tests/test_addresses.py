"""Every link of the built book leads somewhere, and those that leave it stand in the bibliography."""

import functools
import re
from urllib.parse import unquote, urlsplit

import pytest
from bs4 import BeautifulSoup

from conftest import ROOT, toc_entries

DOI = re.compile(r"10\.\d{4,9}/[-._;()/:A-Za-z0-9]+")


@functools.cache
def names(path):
    """Every name by which a place of a page can be entered."""
    return set(re.findall(r'\b(?:id|name)="([^"]+)"', path.read_text(encoding="utf-8")))


def addresses(path):
    """All that a page links to or loads."""
    page = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
    return {tag.get(key) for tag in page.select("[href], [src]") for key in ("href", "src")} - {None, ""}


@pytest.mark.parametrize("name", [*toc_entries(), "index", "search", "genindex"])
def test_every_address_exists(name, book):
    """The file, and the place in it; states of figures (#explore-…) are checked in test_links.py."""
    here = book / f"{name}.html"
    for address in addresses(here):
        parts = urlsplit(address)
        if parts.scheme or parts.netloc:
            assert name == "book/bibliography", f"{address} leaves the book"
            continue
        path = (here.parent / unquote(parts.path)).resolve() if parts.path else here
        assert path.exists(), address
        if path.suffix == ".html" and parts.fragment and not parts.fragment.startswith("explore-"):
            assert unquote(parts.fragment) in names(path), address


def test_sources_are_named_by_doi_or_address():
    """Each has a DOI, an address, or neither and a note that it is a post; none has both."""
    entries = re.split(r"^@", (ROOT / "book" / "references.bib").read_text(encoding="utf-8"), flags=re.M)[1:]
    for entry in entries:
        fields = dict(re.findall(r"^ +(\w+) *= *\{(.*)\},?$", entry, re.M))
        assert not {"doi", "url"} <= set(fields)
        assert {"doi", "url"} & set(fields) or fields.get("note") == "Blog post", entry
        assert DOI.fullmatch(fields.get("doi", "10.1000/1"))
        assert re.match(r"https?://[\w.-]+(/\S*)?$", fields.get("url", "https://a"))
