"""
mark: 24
diagnosis: overwritten

Shares of overlapping windows replace each other.
"""

import numpy as np

# cell: pool-avg-grad-answer
def avg_pool_grad(dY, input_shape, size, stride):
    dX = np.zeros(input_shape)
    for i, j in np.ndindex(*dY.shape):
        dX[i * stride : i * stride + size, j * stride : j * stride + size] = dY[i, j] / size**2
    return dX
