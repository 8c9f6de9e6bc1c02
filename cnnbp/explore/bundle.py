"""Join the explorables' JavaScript: one module for a widget, one script for a page.

The sources are small ES modules that Node tests as they are. anywidget wants a
single module, and a page opened from a disk may not load modules at all, so
the pieces are joined here by dropping their import and export words. A view is
a .mjs file that has a .py file, and perhaps a .css file, of its name.
"""

import re
from functools import cache
from pathlib import Path

from cnnbp import style

HERE = Path(__file__).parent
# In the order of their imports.
SHARED = ("triples", "controls", "grids", "charts", "mistakes", "routes", "turns", "predict", "model", "network", "pixels")
BASE = "explorable"
VIEWS = tuple(sorted(path.stem for path in HERE.glob("*.mjs") if path.stem != BASE and path.with_suffix(".py").exists()))


def source(stem):
    """One module's text without its import and export words."""
    text = (HERE / f"{stem}.mjs").read_text(encoding="utf-8")
    text = re.sub(r"^import .*?;\n", "", text, flags=re.MULTILINE | re.DOTALL)
    return re.sub(r"^export ", "", text, flags=re.MULTILINE)


def shared():
    """What all views use."""
    return "\n".join(map(source, (*SHARED, BASE)))


def scope(stem):
    """The class of an explorable's element; its own styles hold below it alone."""
    return f"cx-of-{stem}"


@cache
def widget_module(stem):
    """The ES module of one explorable, for anywidget."""
    mounted = f"({{ model, el }}) => {{ el.classList.add('{scope(stem)}'); return render({{ model, el }}); }}"
    return "\n".join([shared(), source(stem), f"export default {{ render: {mounted} }};\n"])


@cache
def page_script(stems=VIEWS):
    """One classic script that mounts every explorable of a page, also from file://."""
    views = [f'"{stem}": (() => {{\n{source(stem)}\nreturn render;\n}})()' for stem in stems]
    table = ",\n".join(views)
    text = f"(() => {{\n{shared()}\nmountAll({{\n{table}\n}});\n}})();\n"
    return re.sub(r"^\s*(//.*)?\n|^ +", "", text, flags=re.MULTILINE)  # comments and indents stay at home


@cache
def styles(*stems):
    """The look of explorables, as CSS: what all share, and what these have of their own."""
    text = (HERE / f"{BASE}.css").read_text(encoding="utf-8")
    for stem in stems:
        path = HERE / f"{stem}.css"
        if path.exists():
            text += f".{scope(stem)} {{\n{path.read_text(encoding='utf-8')}}}\n"
    return text


def widget_styles(stem):
    """The colours and the look, for anywidget; a page of the book has the colours already."""
    return style.css() + styles(stem)
