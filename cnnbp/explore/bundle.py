"""Join the explorables' JavaScript: one module for a widget, one script for a page.

The sources are small ES modules that Node tests as they are. anywidget wants a
single module, and a page opened from a disk may not load modules at all, so
the pieces are joined here by dropping their import and export words.
"""

import re
from functools import cache
from pathlib import Path

from cnnbp import style

HERE = Path(__file__).parent
SHARED = ("triples", "drawing", "model")  # in the order of their imports
VIEWS = ("convolution",)


def source(stem):
    """One module's text without its import and export words."""
    text = (HERE / f"{stem}.mjs").read_text(encoding="utf-8")
    text = re.sub(r"^import .*?;\n", "", text, flags=re.MULTILINE | re.DOTALL)
    return re.sub(r"^export ", "", text, flags=re.MULTILINE)


@cache
def widget_module(stem):
    """The ES module of one explorable, for anywidget."""
    return "\n".join([*map(source, SHARED), source(stem), "export default { render };\n"])


@cache
def page_script(stems=VIEWS):
    """One classic script that mounts every explorable of a page, also from file://."""
    views = [f'"{stem}": (() => {{\n{source(stem)}\nreturn render;\n}})()' for stem in stems]
    shared, table = "\n".join(map(source, SHARED)), ",\n".join(views)
    return f"(() => {{\n{shared}\nmountAll({{\n{table}\n}});\n}})();\n"


@cache
def styles():
    """The look of all explorables, as CSS; a page of the book has the colours already."""
    return (HERE / "explorable.css").read_text(encoding="utf-8")


def widget_styles():
    """The colours and the look, for anywidget."""
    return style.css() + styles()
