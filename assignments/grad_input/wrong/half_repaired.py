"""
mark: 24
diagnosis: none

The channels are right now, the stride is still missing.
"""

import numpy as np

# cell: input-repair-answer
def layer_grad_input(dY, F, input_shape, stride):
    dX = np.zeros(input_shape)
    KH, KW = F.shape[2:]
    for n, o, i, j in np.ndindex(*dY.shape):
        for c in range(input_shape[1]):
            dX[n, c, i : i + KH, j : j + KW] += dY[n, o, i, j] * F[o, c]
    return dX
