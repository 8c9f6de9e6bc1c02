"""What every submission's trusted process needs, loaded and found out once, before it is forked.

The server that forks these processes imports this module (see `child`). Nothing of a
student's is in it.
"""

import contextlib
import importlib

from classroom.sandbox.process import NoSandbox, closes_namespaces, confined

for module in ("classroom.diagnosis.comparison", "cnnbp.conv", "numpy.random"):  # what hidden tests ask
    importlib.import_module(module)
with contextlib.suppress(NoSandbox):  # then each submission says so
    closes_namespaces()
    confined(("numpy",), 16, closes_namespaces())
