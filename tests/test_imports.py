"""Which module may import which: the arrows of the house run one way."""

import ast
import sys

import pytest

from conftest import ROOT

NUMPY_ROOM = {"numpy", "shapes", "connections"}
# Of each module, by the name of its file or folder, what it may import besides the standard
# library and its own folder. Modules of its package go by their name there, and stand above it.
CNNBP = {
    "__init__": set(),
    "style": set(),
    "shapes": {"numpy"},
    "connections": {"numpy", "shapes"},
    "workspace": {"numpy"},
    "lowering": {"numpy", "workspace"},
    "threads": {"threadpoolctl", "workspace"},
    "conv": NUMPY_ROOM | {"lowering", "threads", "workspace"},
    "pool": NUMPY_ROOM,
    "activations": NUMPY_ROOM,
    "dense": NUMPY_ROOM,
    "graph": NUMPY_ROOM,
    "formula": {"numpy", "connections", "graph"},
    "gradcheck": {"numpy"},
    "sequential": {"numpy"},
    "layers": {"numpy", "shapes", "lowering", "conv", "pool", "activations", "dense", "sequential"},
    "optim": {"numpy"},
    "checkpoint": {"numpy"},
    "history": {"numpy", "checkpoint"},
    "training": {"numpy", "tqdm", "layers", "optim", "dense", "activations", "checkpoint",
                 "history"},
    "data": {"numpy", "sklearn"},
    "plots": {"numpy", "matplotlib", "style", "connections", "graph"},
    "explore": {
        "numpy", "traitlets", "anywidget", "ipywidgets", "matplotlib", "IPython",
        "style", "plots", "connections", "shapes", "conv", "pool", "gradcheck", "graph", "dense", "checkpoint", "layers", "activations",
    },
    "explore/recording": {"numpy", "checkpoint", "data", "optim", "training"},
    "explore/page": {"sphinx", "docutils", "style"},
}  # fmt: skip
CLASSROOM = {
    "__init__": set(),
    "errors": set(),
    "names": set(),
    "files": {"errors"},
    "table": {"errors", "names", "files"},
    "worker": {"numpy", "allowed", "guard", "stubs", "values", "wire"},  # these files stand alone in the sandbox
    "sandbox": {"numpy", "psutil", "errors", "worker"},
    "masters": {"numpy", "nbformat", "worker"},
    "submissions": {"errors", "names", "files", "table"},
    "diagnosis": {"numpy", "cnnbp"},
    "grading": {"tqdm", "distributed", "errors", "files", "worker", "sandbox", "masters", "submissions", "diagnosis"},
    "results": {"nbgrader", "sqlalchemy", "errors", "names", "files", "table", "masters", "submissions", "diagnosis", "grading"},
    "release": {"nbformat", "tqdm", "errors", "sandbox", "masters", "submissions", "grading"},
    "cli": {"errors", "sandbox", "masters", "submissions", "grading", "results", "release"},
    "__main__": {"cli"},
}
TABLES = {"cnnbp": CNNBP, "classroom": CLASSROOM}
FORBIDDEN_NAMES = {"utils", "helpers", "common", "core"}
LAZY = {"sklearn", "distributed", "nbgrader", "sqlalchemy"}  # imported inside a function, so that the rest works without it
MODULES = sorted(path for package in TABLES for path in (ROOT / package).rglob("*.py"))


def row(path):
    """The package of a file and its row in the table: its own name, or that of its folder."""
    package, _, name = path.relative_to(ROOT).with_suffix("").as_posix().partition("/")
    return package, name if name in TABLES[package] else name.split("/")[0]


def imported(node, path):
    """The rooms and packages that one import statement names."""
    folder = path.relative_to(ROOT).parent.parts
    if isinstance(node, ast.Import):
        names = [alias.name for alias in node.names]
    elif node.level:  # from .conv import conv2d; from . import shapes
        base = [*folder[: len(folder) - node.level + 1], *(node.module or "").split(".")]
        base = [part for part in base if part]
        names = [".".join([*base, alias.name]) for alias in node.names]
    else:
        names = [f"{node.module}.{alias.name}" for alias in node.names]
    for name in names:
        first, *rest = name.split(".")
        yield rest[0] if first == folder[0] and rest else first


def imports(path):
    """All (name, at the top of the module?) pairs of a file."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    top = set(map(id, tree.body))
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            for name in imported(node, path):
                yield name, id(node) in top


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_module_imports_what_the_table_allows(path):
    """A module imports its row of the table, its own folder and the standard library."""
    package, mine = row(path)
    assert mine in TABLES[package], f"{path.name} has no row in the table of allowed imports"
    names = set(imports(path))
    extra = {name for name, _ in names} - TABLES[package][mine] - {mine.split("/")[0], "__version__"}
    assert not extra - set(sys.stdlib_module_names)
    assert not {name for name, at_top in names if at_top} & LAZY


def test_no_module_has_a_name_that_says_nothing():
    """No utils, helpers, common or core."""
    assert not {path.stem for path in MODULES} & FORBIDDEN_NAMES


def test_every_row_of_a_table_has_its_module():
    """The tables name no module that is gone."""
    rows = {row(path) for path in MODULES}
    assert {(package, mine) for package, table in TABLES.items() for mine in table} <= rows


@pytest.mark.parametrize("package", TABLES)
def test_the_arrows_run_one_way(package):
    """A row names only what stands above it in its table."""
    rows = list(TABLES[package])
    for place, mine in enumerate(rows):
        assert not TABLES[package][mine] & set(rows[place:]), mine
