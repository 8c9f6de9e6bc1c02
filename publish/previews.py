"""A Sphinx extension: what the links of the book lead to, ready to be shown beside them.

A page read from a disk may not fetch another page, but it may load a script. So each page
that is linked to gets one, `_static/previews/….js`, with a short extract of each of its
places that a link of the book names. `book/_static/previews.js` loads it when it is first needed.
"""

import copy
import json
import posixpath
import re
from pathlib import Path

from bs4 import BeautifulSoup

LINKS = ".bd-article a.reference.internal[href]"
LONGEST = 420  # characters of text in one extract
NO_PART = ".headerlink, .katex-mathml, .fn-bracket, script, details, button, .label, .eqno"

MORE = re.compile(r"\s*\((?:<[^>]*>)*more(?:<[^>]*>)*\)")  # a link that a card does not have


def plain(element):
    """A copy without links, names and what cannot be shown in a card."""
    piece = copy.copy(element)
    for part in piece.select(NO_PART):
        part.decompose()
    for part in [piece, *piece.find_all(True)]:
        part.attrs.pop("id", None)
        if part.name == "a":
            part.name, part.attrs = "span", {}
    return piece


def opening(element):
    """The first paragraphs of an element, as far as they fit; one at least."""
    blocks = [block for block in element.select("p, li, div.math") if not block.find_parent(["li", "details"])]
    kept, length = [], 0
    for block in blocks:
        piece = plain(block)
        length += len(piece.get_text())
        if kept and length > LONGEST:
            break
        kept.append(str(piece))
    return "".join(kept)


def heading(element):
    """A title in bold."""
    return f"<p><strong>{plain(element).decode_contents().strip()}</strong></p>"


def section(element):
    """The title of a section and its first paragraph."""
    first = element.select_one(":scope > p, :scope > blockquote p")
    return heading(element.find(["h1", "h2", "h3", "h4"])) + (str(plain(first)) if first else "")


def figure(element):
    """The picture of a figure; of one that moves, its description."""
    picture = element.find("img") or element.find("p")
    return heading(element.find("figcaption")) + str(plain(picture))


def equation(element):
    """The formula with its number."""
    return f"<p>{element.find(class_='eqno').contents[0]}</p>{plain(element)}"


def place(element):
    """An anchor inside or before a text: the text."""
    if element.parent.name == "section":
        return section(element.parent)
    block = element.find_parent(["p", "li", "td", "dd"]) or element.find_next(["p", "li"])
    return str(plain(block))


def extract(element):
    """What the card of a place shows, as HTML."""
    classes = element.get("class", [])
    if "numbered" in classes:
        return figure(element)
    if "math" in classes:
        return equation(element)
    if "admonition" in classes:
        return heading(element.find(class_="admonition-title")) + opening(element.find("section"))
    if element.name == "dt":
        explanation = plain(element.find_next_sibling("dd")).decode_contents()
        return heading(element) + MORE.sub("", explanation)
    if element.name == "section":
        return section(element)
    return opening(element) or place(element)


def targets(pages):
    """All (page, fragment) that links of the book's pages name; "" is the top of a page."""
    for name, page in pages.items():
        for link in page.select(LINKS):
            path, _, fragment = link["href"].partition("#")
            other = posixpath.normpath(posixpath.join(posixpath.dirname(name), path)) if path else name
            yield other.removesuffix(".html"), fragment


def write_extracts(app, error):
    """Write one script for each page that is linked to."""
    if error or app.builder.name != "html":
        return
    folder = Path(app.outdir)
    names = sorted(app.env.found_docs)
    pages = {name: BeautifulSoup((folder / f"{name}.html").read_text("utf-8"), "html.parser") for name in names}
    wanted = {}
    for name, fragment in sorted(set(targets(pages))):
        article = pages[name].find("article")
        element = article.find(id=fragment) if fragment else article.find("section")
        wanted.setdefault(name, {})[fragment] = extract(element)
    for name, extracts in wanted.items():
        path = folder / "_static" / "previews" / f"{name}.js"
        path.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps(extracts, ensure_ascii=False, indent=0)
        path.write_text(f"bookPreviews[{json.dumps(name)}] = {text};\n", encoding="utf-8")


def setup(app):
    """Register with Sphinx."""
    app.connect("build-finished", write_extracts)
    app.add_js_file("previews.js", loading_method="defer")
    return {"parallel_read_safe": True, "parallel_write_safe": True}
