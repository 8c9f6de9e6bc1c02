"""All labelled equations of the book, each with the worlds in which it must hold.

A new equation needs an entry in the MEANINGS of its chapter: its label, and a function that returns
a `Meaning`, in which the left side is computed by another way than the print computes it.
"""

from functools import cache

from printed import meanings_convolution, meanings_learning, meanings_networks, meanings_pooling

CHAPTERS = [meanings_convolution, meanings_networks, meanings_pooling, meanings_learning]
LABELS = [label for chapter in CHAPTERS for label in chapter.MEANINGS]


def worlds(label):
    """The worlds of an equation, one or more."""
    (made_by,) = (chapter.MEANINGS[label] for chapter in CHAPTERS if label in chapter.MEANINGS)
    return made(made_by)


@cache
def made(made_by):
    """Equations of one page share their worlds."""
    found = made_by()
    return found if isinstance(found, list) else [found]
