"""Our convolution side by side with others: `python -m benchmarks`; never imported by the book."""

import os

# OpenBLAS' threads wait for more work for a tenth of a second, at full speed, into the next rival's time:
# let them wait 2**20 ticks of the clock, half a millisecond. To be set before the library is loaded.
os.environ.setdefault("OPENBLAS_THREAD_TIMEOUT", "20")
