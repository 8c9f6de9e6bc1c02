"""A Sphinx extension: the first use of a word of the glossary on a page links to its entry.

Authors type nothing: the words are found when the pages are written. `glossary_forms`
in _config.yml names what else a word is called ("kernel" for "filter"), and
`glossary_everyday` the words that are too common to be linked.
"""

import re

from docutils import nodes
from sphinx import addnodes
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.nodes import make_refnode

# Where no word is linked: names of things, code, formulas, and what is a link already.
CLOSED = (
    nodes.title, nodes.rubric, nodes.caption, nodes.term, nodes.strong, nodes.table, nodes.raw, nodes.literal,
    nodes.literal_block, nodes.math, nodes.math_block, nodes.reference, nodes.citation, addnodes.pending_xref,
)  # fmt: skip
FOLDED = {"dropdown", "toggle"}  # a first use that is not seen is none


def plural(word):
    """The plural of a word: kernels, batches, matrices."""
    if word.endswith("ix"):
        return word[:-1] + "ces"
    return word + ("es" if word.endswith(("ch", "sh", "s", "x")) else "s")


def surface_forms(words, others, everyday):
    """From every form that a page may use to the word of the glossary that it stands for."""
    forms = {}
    for word in sorted(set(words) - set(everyday)):
        for form in [word, *others.get(word, [])]:
            for text in (form, plural(form)):
                forms[text] = forms[text[0].upper() + text[1:]] = word
    return forms


def pattern_of(forms):
    """One pattern for all forms, of which the longest wins; a line may end inside one."""
    longest_first = sorted(forms, key=len, reverse=True)
    choices = "|".join(re.escape(form).replace(r"\ ", r"\s+") for form in longest_first)
    return re.compile(rf"(?<![\w-])(?:{choices})(?![\w-])")


def is_prose(node):
    """Whether the words of a text node may become links."""
    while node := node.parent:
        if isinstance(node, CLOSED) or node.get("nb_element") == "cell_code":
            return False
        if isinstance(node, nodes.Element) and FOLDED & set(node["classes"]):
            return False
    return True


class LinkFirstUses(SphinxPostTransform):
    """Link the first use of each word on a page that is not the glossary itself."""

    default_priority = 20  # after the references that authors typed

    def run(self, **kwargs):
        """Go through the text in reading order."""
        std = self.env.domains["std"]
        self.places = {name: place for (kind, name), place in std.objects.items() if kind == "term"}
        if any(docname == self.env.docname for docname, _ in self.places.values()):
            return
        self.forms = surface_forms(self.places, self.config.glossary_forms, self.config.glossary_everyday)
        self.pattern, self.seen = pattern_of(self.forms), set()
        for text in list(self.document.findall(nodes.Text)):
            if self.forms and is_prose(text):
                text.parent.replace(text, list(self.linked(str(text))))

    def linked(self, text):
        """The pieces of a text, its first uses as links."""
        end = 0
        for found in self.pattern.finditer(text):
            word = self.forms[" ".join(found[0].split())]
            if word not in self.seen:
                self.seen.add(word)
                yield nodes.Text(text[end : found.start()])
                yield self.link(word, found[0])
                end = found.end()
        yield nodes.Text(text[end:])

    def link(self, word, shown):
        """A quiet link to the entry of a word."""
        docname, label = self.places[word]
        link = make_refnode(self.app.builder, self.env.docname, docname, label, nodes.inline("", shown))
        link["classes"].append("first-use")
        return link


def setup(app):
    """Register with Sphinx."""
    app.add_config_value("glossary_forms", {}, "env", [dict])
    app.add_config_value("glossary_everyday", [], "env", [list])
    app.add_post_transform(LinkFirstUses)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
