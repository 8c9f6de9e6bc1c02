"""Functions that a student is to write refuse to work while the grader calls a student's function.

Reading the code (see `allowed`) finds who names them; this finds who reaches them otherwise.
A plot in a cell of its own may use them.
"""

import importlib
import sys

try:
    from .allowed import said_of_function
except ImportError:  # in the sandbox, where these files stand alone
    from allowed import said_of_function


class Guard:
    """Stands before the functions that are `forbidden`; they refuse while it is `on`."""

    def __init__(self, forbidden):
        self.on = False
        for name in forbidden:
            self.stand_before(name)

    def stand_before(self, name):
        """Guard a function under all its names in its package: correlate2 of C is numpy.correlate."""
        package, _, last = name.rpartition(".")
        try:
            importlib.import_module(package)
        except ImportError:
            return
        top = package.partition(".")[0]
        for module in [module for key, module in sys.modules.items() if key.partition(".")[0] == top]:
            for key, value in list(vars(module).items()):
                if key.startswith(last) and callable(value) and not isinstance(value, type):
                    setattr(module, key, self.guarded(value, name))

    def guarded(self, function, name):
        def call(*args, **keywords):
            if self.on:
                raise RuntimeError(said_of_function(name))
            return function(*args, **keywords)

        call.__name__, call.__doc__ = getattr(function, "__name__", name), function.__doc__
        return call
