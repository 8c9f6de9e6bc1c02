"""
mark: 23
diagnosis: wrong-border

A border of 1, which is right for kernels of 2 rows and 2 columns only.
"""

import numpy as np

# cell: input-full-answer
def grad_input_full(dY, F):
    return slide(np.pad(dY, 1), rotate(F))
