"""
mark: 21
diagnosis: return-in-loop

The return stands one level too deep.
"""

import numpy as np

# cell: input-paste-answer
def grad_input(dY, F, input_shape):
    dX = np.zeros(input_shape)
    for i in range(dY.shape[0]):
        for j in range(dY.shape[1]):
            dX[i : i + F.shape[0], j : j + F.shape[1]] += dY[i, j] * F
        return dX
