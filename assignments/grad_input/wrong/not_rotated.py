"""
mark: 23
diagnosis: not-rotated

The kernel slides over the padded dY as it lies.
"""

import numpy as np

# cell: input-full-answer
def grad_input_full(dY, F):
    rows, columns = F.shape
    border = np.zeros((dY.shape[0] + 2 * rows - 2, dY.shape[1] + 2 * columns - 2))
    border[rows - 1 : rows - 1 + dY.shape[0], columns - 1 : columns - 1 + dY.shape[1]] = dY
    return slide(border, F)
