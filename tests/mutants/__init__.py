"""Mutants: our own package with one mistake in it, which the tests must notice.

Each table lists, by module of `cnnbp`, what a mistake is, the text that is
replaced, and the text that replaces it; a mistake in two places has two pairs.
`make mutants` applies them one at a time to a copy and runs the room's tests.
"""

from typing import NamedTuple

from .convolution import CONVOLUTION
from .learning import LEARNING
from .lists_and_graphs import LISTS_AND_GRAPHS
from .memory import MEMORY
from .network import NETWORK
from .pooling import POOLING
from .real_bugs import REAL_BUGS

# Of each module, the test files that must notice; `test_` and the module's own name go without saying.
ROOMS = {
    "conv": ["conv_memory", "traps", "threads"],
    "lowering": ["conv", "conv_memory"],
    "workspace": ["conv_memory", "threads"],
    "threads": ["conv_memory"],
    "connections": ["traps"],
    "history": ["training", "checkpoint"],
    "training": ["checkpoint"],
    "layers": ["sequential"],
}
# A mutant that computes the same as the original, by what it is, with the reason.
EQUIVALENT = {
    "loop: window reaches over the border": "a slice that ends beyond the border ends at the border",
    "checksums not looked at": "NumPy meets a wrong checksum too when it reads, and is reported in the same words",
}


class Mutant(NamedTuple):
    """One mistake: the module of `cnnbp`, what it is, and its edits as pairs of old and new text."""

    module: str
    what: str
    edits: list

    @property
    def file(self):
        """The mutated file, from the root of the project."""
        return f"cnnbp/{self.module}.py"

    def applied(self, source):
        """The source with the mistake in it; ValueError unless each old text stands there exactly once."""
        for old, new in self.edits:
            if source.count(old) != 1:
                raise ValueError(f"{self.file} has {source.count(old)} times, not once: {old}")
            source = source.replace(old, new)
        return source

    def tests(self):
        """The test files of the room, its own first."""
        own = [] if self.module == "history" else [self.module]
        return [f"tests/test_{name}.py" for name in own + ROOMS.get(self.module, [])]


TABLES = (REAL_BUGS, CONVOLUTION, MEMORY, POOLING, NETWORK, LEARNING, LISTS_AND_GRAPHS)
MUTANTS = [
    Mutant(module, what, list(zip(texts[::2], texts[1::2], strict=True)))
    for table in TABLES
    for module, rows in table.items()
    for what, *texts in rows
]
