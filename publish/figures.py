"""A Sphinx extension: every figure of a page bears a number and can be referred to by name.

A figure is an output of a cell that holds an image, or an explorable. It is numbered as
Sphinx numbers figures, after its chapter. An author names an image in the metadata of its
cell, at `mystnb.figure.name`; an explorable is named after its page and its view:
`fig-grad_input-orientations`. The link `[Figure](#fig-name)` reads "Figure 4.2" on the page
and "Figure" in JupyterLab, which knows no numbers.
"""

import re
from collections import Counter

from docutils import nodes
from sphinx.transforms import SphinxTransform
from sphinx.transforms.post_transforms import SphinxPostTransform

EXPLORABLE = re.compile(r'<figure data-explorable="(\w+)"')


class numbered_figure(nodes.General, nodes.Element):
    """A figure that has no caption but its number."""


def view_of(output):
    """The name of the explorable that an output shows; "" for an image, None for anything else."""
    for node in output.findall(nodes.raw):
        if node["format"] == "html":
            found = EXPLORABLE.search(node.astext())
            return found and found[1]
    return "" if next(output.findall(nodes.image), None) else None


class NumberFigures(SphinxTransform):
    """Put every image and every explorable that a cell shows into a numbered figure."""

    default_priority = 500  # before the domains look for names

    def apply(self):
        """Wrap them in the order in which they stand."""
        outputs = [node for node in self.document.findall(nodes.container) if node.get("nb_element") == "mime_bundle"]
        shown = [(output, view) for output in outputs if (view := view_of(output)) is not None]
        views = Counter()
        for k, (output, view) in enumerate(shown, start=1):
            views[view] += 1
            self.wrap(output, self.name(view, views[view]), f"figure-{k}")

    def name(self, view, count):
        """What an explorable is called: after its page, and counted from the second on."""
        page = self.env.docname.rpartition("/")[2]
        return view and f"fig-{page}-{view}{f'-{count}' if count > 1 else ''}"

    def wrap(self, output, name, place):
        """Replace one output by the figure that holds it; a name that it was given stays its name."""
        figure = numbered_figure()
        outer = output.parent if isinstance(output.parent, nodes.figure) else output
        if outer is not output:  # the author has named it
            figure["names"], figure["ids"] = outer["names"], outer["ids"]
            self.document.ids |= {name: figure for name in outer["ids"]}
        outer.replace_self(figure)
        figure += output
        if name:
            figure["names"].append(name)
            self.document.note_explicit_target(figure, figure)
        figure["ids"] = figure["ids"] or [place]


class NumberLinks(SphinxPostTransform):
    """Give a link that says "Figure" the number of the figure that it leads to."""

    default_priority = 20  # once it is known where the links lead

    def run(self, **kwargs):
        """Compare all links of the page with the addresses of all figures."""
        here, numbers = self.env.docname, {}
        for page, kinds in self.env.toc_fignumbers.items():
            path = "" if page == here else self.app.builder.get_relative_uri(here, page)
            numbers |= {f"{path}#{name}": number for name, number in kinds.get("figure", {}).items()}
        for link in self.document.findall(nodes.reference):
            address = f"#{link['refid']}" if "refid" in link else link.get("refuri")
            if link.astext() == "Figure" and address in numbers:
                link += nodes.Text("\N{NO-BREAK SPACE}" + ".".join(map(str, numbers[address])))


def open_figure(self, node):
    """Begin the HTML of a figure."""
    self.body.append(self.starttag(node, "figure", CLASS="numbered"))


def close_figure(self, node):
    """End it with its number, which is a link to the figure itself."""
    self.body.append(f'<figcaption><a href="#{node["ids"][0]}">')
    self.add_fignumber(node)
    self.body.append("</a></figcaption></figure>\n")


def setup(app):
    """Register with Sphinx."""
    app.add_enumerable_node(numbered_figure, "figure", lambda node: "Figure", html=(open_figure, close_figure))
    app.add_transform(NumberFigures)
    app.add_post_transform(NumberLinks)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
