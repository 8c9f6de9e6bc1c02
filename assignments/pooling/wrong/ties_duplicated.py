"""
mark: 23
diagnosis: ties-duplicated

A mask of all cells that equal the maximum.
"""

import numpy as np

# cell: pool-max-grad-answer
def max_pool_grad(dY, X, size, stride):
    dX = np.zeros(X.shape)
    for i in range(dY.shape[0]):
        for j in range(dY.shape[1]):
            at = np.s_[i * stride : i * stride + size, j * stride : j * stride + size]
            dX[at] += (X[at] == X[at].max()) * dY[i, j]
    return dX
