"""
mark: 21
diagnosis: averaged

The mean over the paths of a pixel, not their sum.
"""

import numpy as np

# cell: input-paste-answer
def grad_input(dY, F, input_shape):
    total, count = np.zeros(input_shape), np.zeros(input_shape)
    for i, j in np.ndindex(*dY.shape):
        for a, b in np.ndindex(*F.shape):
            total[i + a, j + b] += dY[i, j] * F[a, b]
            count[i + a, j + b] += 1
    return total / count
