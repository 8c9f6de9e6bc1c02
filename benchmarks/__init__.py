"""Our convolution side by side with others: `python -m benchmarks`; never imported by the book."""

import os

# Threads that wait for work would spin while the next rival runs: let them sleep.
# Both must be set before the libraries are loaded.
os.environ.setdefault("OPENBLAS_THREAD_TIMEOUT", "4")
os.environ.setdefault("OMP_WAIT_POLICY", "passive")
