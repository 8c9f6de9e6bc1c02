"""
mark: 24
diagnosis: none

Written for square filters: the height is used for both sides.
"""

import numpy as np

# cell: input-paste-answer
def grad_input(dY, F, input_shape):
    K = len(F)
    dX = np.zeros(input_shape)
    for i, j in np.ndindex(*dY.shape):
        dX[i : i + K, j : j + K] += dY[i, j] * F
    return dX
