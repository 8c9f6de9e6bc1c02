"""Whether the functions of an assignment use only what it allows. Nothing is run to see it.

A function is followed into the functions that it calls. What other cells do, a plot for
example, is free. Python's standard library is all it needs, so it runs wherever notebooks do.
"""

import ast
import sys

DRAWING_PACKAGES = {"matplotlib", "mpl_toolkits", "IPython", "ipywidgets"}  # may always be there: they draw
_DEFINED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_LONGEST = 100_000  # characters of a cell that is looked at
_IMPORTING = {"__import__", "importlib.import_module", "importlib.__import__", "builtins.__import__"}


def said_of_package(name, imports):
    """What is said of a package that is not allowed."""
    return f"{name} is not there: this assignment allows {' and '.join(['the standard library', *imports])}"


def said_of_function(name):
    """What is said of a function that is to be written."""
    return f"{name} may not be used: this assignment asks you to write it yourself"


class Allowed:
    """What the functions called `tasks` may use: `imports`, the standard library, and nothing `forbidden`."""

    def __init__(self, imports, forbidden, tasks):
        self.imports, self.forbidden, self.tasks = imports, forbidden, tasks
        self.known = (), {}

    def __repr__(self):
        return f"Allowed(imports={self.imports}, forbidden={self.forbidden}, tasks={self.tasks})"

    def objections(self, cells):
        """A sentence for each function that uses what it may not, by its name."""
        if self.known[0] != tuple(cells):
            try:
                code = _Code(cells)
                said = {name: self.objection(name, code) for name in self.tasks}
            except RecursionError:  # nobody writes such code by hand
                said = {}
            self.known = tuple(cells), {name: sentence for name, sentence in said.items() if sentence}
        return self.known[1]

    def look(self, cells=None):
        """Raise an AssertionError if the last cell, a test, names a function that uses what it may not.

        In a notebook these are the cells that have run, which IPython keeps in `In`.
        """
        cells = globals().get("In", [""]) if cells is None else cells
        said = self.objections(cells)
        for name in sorted(names_in(cells[-1]) & set(said)):
            raise AssertionError(said[name])

    def objection(self, name, code):
        """The sentence for one function, or nothing."""
        for path in sorted(code.uses(name)):
            if what := self.refused(path):
                return f"{name}: {what}"
        return ""

    def refused(self, path):
        """What is said of a thing by its full name, such as numpy.convolve."""
        top, *rest = path.split(".")
        if top not in {*self.imports, *DRAWING_PACKAGES, "__main__"} and top not in sys.stdlib_module_names:
            return said_of_package(top, self.imports)
        for name in self.forbidden:
            package, _, last = name.rpartition(".")
            same = package.split(".")[0] == top and any(part.startswith(last) for part in rest)
            if same or f"{path}.".startswith(f"{name}."):  # also numpy.ma.convolve and scipy.signal.convolve2d
                return said_of_function(name)
        return ""


class _Code:
    """What the names of a notebook stand for: imported things by their full name, and what defines the rest."""

    def __init__(self, cells):
        self.names, self.stars, self.needed = {}, [], {}
        for source in cells:
            tree = _parsed(source)
            bound = [pair for node in _statements(tree) for pair in _bindings(node)]
            self.names.update(bound)
            self.stars += [path for name, path in bound if name == "*"]
            imported = {path.split(".")[0] for node in tree.body for _, path in _bindings(node) if type(path) is str}
            self.needed.update({name: imported for name, _ in bound})  # a cell whose import fails defines nothing

    def uses(self, name, seen=None):
        """The full names of all that a function uses, and that the functions it calls use."""
        whole = set(self.needed.get(name, ())) if seen is None else set()
        seen = {name} if seen is None else seen
        node = self.names.get(name)
        if node is None or type(node) is str:
            return {node} - {None}
        scope, found = self.names, whole
        if isinstance(node, (*_DEFINED, ast.Lambda)):
            scope = {**self.names, **dict(_local(node))}
        for part in _parts(node):
            found.add(self.path(part, scope))
            inner = getattr(part, "id", None)
            if inner in self.names and scope.get(inner) is self.names[inner] and inner not in seen:
                seen.add(inner)
                found |= self.uses(inner, seen)
        return found - {None}

    def path(self, node, scope, depth=0):
        """The full name of what an expression stands for, or None where it is something else."""
        if depth > 20 or type(node) is str:
            return None if depth > 20 else node
        if isinstance(node, ast.Name):
            if node.id in scope:
                return self.path(scope[node.id], scope, depth + 1)
            return f"{self.stars[-1]}.{node.id}" if self.stars else None
        if isinstance(node, ast.Attribute):
            base = self.path(node.value, scope, depth + 1)
            return base and f"{base}.{node.attr}".removesuffix(".__dict__")
        if isinstance(node, ast.Subscript) and _text(node.slice):
            base = self.path(node.value, scope, depth + 1)
            return base and (_text(node.slice) if base == "sys.modules" else f"{base}.{_text(node.slice)}")
        return self.called(node, scope, depth) if isinstance(node, ast.Call) else None

    def called(self, node, scope, depth):
        """The full name of what getattr, vars or an import give."""
        if not node.args:
            return None
        name = getattr(node.func, "id", None) or self.path(node.func, scope, depth + 1)
        name = scope[name] if type(scope.get(name)) is str else name
        if name in _IMPORTING:
            return _text(node.args[0])
        base = self.path(node.args[0], scope, depth + 1) if name in ("getattr", "vars") else None
        return f"{base}.{_text(node.args[1])}" if base and name == "getattr" and len(node.args) > 1 else base


def _parsed(source):
    """A cell as a syntax tree; an empty one if it is no Python."""
    try:
        return ast.parse(source if len(source) < _LONGEST else "")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ast.Module([], [])


def names_in(source):
    """The names that a cell uses."""
    return {node.id for node in ast.walk(_parsed(source)) if isinstance(node, ast.Name)}


def _text(node):
    """The text that a constant is, or None."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _statements(tree):
    """All statements of a cell but those within functions and classes."""
    for child in ast.iter_child_nodes(tree):
        if isinstance(child, ast.stmt):
            yield child
        if not isinstance(child, (*_DEFINED, ast.expr)):
            yield from _statements(child)


def _bindings(node):
    """The names that a statement binds, each with a full name or with the code that defines it."""
    if isinstance(node, ast.Import):
        for alias in node.names:
            yield (alias.asname, alias.name) if alias.asname else (alias.name.partition(".")[0],) * 2
    elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
        for alias in node.names:
            yield alias.asname or alias.name, node.module if alias.name == "*" else f"{node.module}.{alias.name}"
    elif isinstance(node, _DEFINED):
        yield node.name, node
    elif isinstance(node, ast.Assign):
        for target in node.targets:
            yield from _assigned(target, node.value)


def _assigned(target, value):
    """The names of one target, `a, b = c, d` taken apart."""
    if isinstance(target, ast.Name):
        yield target.id, value
    elif isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts):
        for one, other in zip(target.elts, value.elts):
            yield from _assigned(one, other)


def _local(function):
    """The names that a function binds itself; arguments and loops' variables stand for nothing that is known."""
    nodes = [node for node in ast.walk(function) if node is not function]
    for node in nodes:
        if isinstance(node, ast.arg):
            yield node.arg, None
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id, None
    for node in nodes:
        yield from _bindings(node)


def _parts(node):
    """All expressions of a definition; of data only what it holds, not what made it."""
    whole = isinstance(node, (*_DEFINED, ast.Lambda, ast.Module))
    made = {id(call.func) for call in ast.walk(node) if isinstance(call, ast.Call)} if not whole else ()
    for part in ast.walk(node):
        if isinstance(part, ast.expr) and id(part) not in made:
            yield part
        if isinstance(part, (ast.Import, ast.ImportFrom)):
            yield from (path for _, path in _bindings(part))
        if isinstance(part, ast.Call) and getattr(part.func, "id", "") in ("eval", "exec") and part.args:
            yield from _parts(_parsed(_text(part.args[0]) or ""))
