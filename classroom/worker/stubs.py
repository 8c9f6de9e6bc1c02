"""Stand-ins for what a notebook shows and a grader does not need: plots, widgets, magics.

A stub has every attribute, takes every call and gives another stub, so a cell that draws runs
to its end without Matplotlib. It can be told from a result: it is never carried on the wire.
"""

import ast
import importlib.abc
import importlib.machinery
import re
import sys
import types

try:
    from .allowed import DRAWING_PACKAGES, said_of_package
except ImportError:  # in the sandbox, where these files stand alone
    from allowed import DRAWING_PACKAGES, said_of_package

MAGIC = re.compile(r"^(\s*)[%!].*$|^(\s*)[\w.]+\?{1,2}\s*$", re.MULTILINE)
ASSIGNED_MAGIC = re.compile(r"^(\s*[\w, ]+=)\s*[%!].*$", re.MULTILINE)
RUNS_THE_REST = ("%%time", "%%timeit", "%%capture", "%%prun")


class Stub(types.ModuleType):
    """An object on which everything can be done, to no effect."""

    not_carried = True
    __path__ = ()

    def __init__(self, name="stub", children=()):
        super().__init__(name)
        self.__dict__["children"] = children

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return Stub(name, self.children)

    def __setattr__(self, name, value):
        if name.startswith("__"):  # the import system writes these
            super().__setattr__(name, value)

    def __call__(self, *args, **kwargs):
        if self.__name__ == "subplots":
            return Stub("figure"), axes(*args[:2], **kwargs)
        return Stub("result", [Stub()] * 3 if self.__name__ == "hist" else self.children)

    def __getitem__(self, key):
        return Stub("item")

    def __setitem__(self, key, value):
        pass

    def __len__(self):
        return len(self.children)

    def __iter__(self):
        return iter(self.children)

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        return False


def axes(nrows=1, ncols=1, **kwargs):
    """What `subplots` gives beside the figure: one stub, or as many as can be unpacked."""
    if nrows > 1 and ncols > 1:
        return Stub("axes", [Stub("row", [Stub()] * ncols) for _ in range(nrows)])
    return Stub("axes", [Stub()] * (nrows * ncols) if nrows * ncols > 1 else ())


class Gate(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Stands before all other finders: stubs what is stubbed, refuses what is not allowed."""

    def __init__(self, allowed, refuse=True):
        self.allowed, self.refuse = tuple(allowed), refuse

    def find_spec(self, name, path=None, target=None):
        top = name.partition(".")[0]
        if top in self.allowed or top in sys.stdlib_module_names:
            return None
        if top in DRAWING_PACKAGES:
            return importlib.machinery.ModuleSpec(name, self, is_package=True)
        if not self.refuse:
            return None
        raise ModuleNotFoundError(said_of_package(top, self.allowed), name=name)

    def create_module(self, spec):
        return Stub(spec.name)

    def exec_module(self, module):
        pass


def without_magics(source):
    """The cell with its magic lines as `pass`, and a note if there were any."""
    first = source.lstrip().split("\n", 1)
    if first[0].startswith("%%"):
        kept = first[1] if len(first) > 1 and first[0].startswith(RUNS_THE_REST) else ""
        rest, _ = without_magics(kept)
        return rest, f"{first[0][:60]} was left out"
    found = MAGIC.search(source) or ASSIGNED_MAGIC.search(source)
    if not found:
        return source, ""
    source = ASSIGNED_MAGIC.sub(r"\1 None", source)
    source = MAGIC.sub(lambda match: (match[1] or match[2] or "") + "pass", source)
    return source, f"{found[0].strip()[:60]} was left out"


def runnable(source):
    """The cell as Python: unchanged if it is, else without its magics; and a note."""
    try:
        ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return without_magics(source)
    return source, ""
