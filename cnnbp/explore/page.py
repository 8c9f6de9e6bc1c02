"""Sphinx extension: give the explorables' script to the pages that hold one, or a check."""

import re
from pathlib import Path

from cnnbp.explore import bundle

SCRIPT, STYLES = "explorables.js", "explorables.css"


def write_assets(app):
    """Write the joined script and the styles into the built site."""
    folder = Path(app.outdir) / "_static"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / SCRIPT).write_text(bundle.page_script(), encoding="utf-8")
    (folder / STYLES).write_text(bundle.styles(*bundle.VIEWS), encoding="utf-8")


def add_to_page(app, pagename, templatename, context, doctree):
    """Name them in the head of a page with an explorable or a check, and of no other."""
    if re.search("<figure data-(explorable|check)", context.get("body", "")):
        app.add_js_file(SCRIPT, loading_method="defer")
        app.add_css_file(STYLES)


def finish(app, error):
    """Write the assets once the site is built."""
    if error is None and app.builder.format == "html":
        write_assets(app)


def setup(app):
    """Register with Sphinx."""
    app.connect("html-page-context", add_to_page)
    app.connect("build-finished", finish)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
