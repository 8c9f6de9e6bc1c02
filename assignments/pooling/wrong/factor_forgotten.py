"""
mark: 22
diagnosis: factor-forgotten

A window of size cells, where it has size times size.
"""

import numpy as np

# cell: pool-avg-grad-answer
def avg_pool_grad(dY, input_shape, size, stride):
    dX = np.zeros(input_shape)
    for i, j in np.ndindex(*dY.shape):
        for a, b in np.ndindex(size, size):
            dX[i * stride + a, j * stride + b] += dY[i, j] / size
    return dX
