"""Which module may import which: the arrows of the house run one way."""

import ast
import sys

import pytest

from conftest import ROOT

PACKAGE = ROOT / "cnnbp"
NUMPY_ROOM = {"numpy", "shapes", "connections"}
# Of each module, by the name of its file or folder, what it may import besides the
# standard library and its own folder. Our own modules go by their name in cnnbp.
ALLOWED = {
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
FORBIDDEN_NAMES = {"utils", "helpers", "common", "core"}
LAZY = {"sklearn"}  # imported inside a function, so that the rest works without it
MODULES = sorted(PACKAGE.rglob("*.py"))


def room(path):
    """The row of the table for a file: its own name, or that of its folder."""
    name = path.relative_to(PACKAGE).with_suffix("").as_posix()
    return name if name in ALLOWED else name.split("/")[0]


def imported(node, path):
    """The rooms and packages that one import statement names."""
    if isinstance(node, ast.Import):
        names = [alias.name for alias in node.names]
    elif node.level:  # from .conv import conv2d; from . import shapes
        package = ["cnnbp", *path.relative_to(PACKAGE).parent.parts]
        base = package[: len(package) - node.level + 1] + (node.module or "").split(".")
        base = [part for part in base if part]
        names = [".".join([*base, alias.name]) for alias in node.names]
    else:
        names = [f"{node.module}.{alias.name}" for alias in node.names]
    for name in names:
        first, *rest = name.split(".")
        yield rest[0] if first == "cnnbp" and rest else first


def imports(path):
    """All (name, at the top of the module?) pairs of a file."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    top = set(map(id, tree.body))
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            for name in imported(node, path):
                yield name, id(node) in top


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_module_imports_what_the_table_allows(path):
    """A module imports its row of the table, its own folder and the standard library."""
    mine = room(path)
    assert mine in ALLOWED, f"{path.name} has no row in the table of allowed imports"
    names = set(imports(path))
    extra = {name for name, _ in names} - ALLOWED[mine] - {mine.split("/")[0], "__version__"}
    assert not extra - set(sys.stdlib_module_names)
    assert not {name for name, at_top in names if at_top} & LAZY


def test_no_module_has_a_name_that_says_nothing():
    """No utils, helpers, common or core."""
    assert not {path.stem for path in MODULES} & FORBIDDEN_NAMES


def test_every_row_of_the_table_has_its_module():
    """The table names no module that is gone."""
    rooms = {room(path) for path in MODULES}
    assert set(ALLOWED) <= rooms, set(ALLOWED) - rooms
