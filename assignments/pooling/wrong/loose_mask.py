"""
mark: 23
diagnosis: loose-mask

Close to the maximum counts as the maximum.
"""

import numpy as np

# cell: pool-max-grad-answer
def max_pool_grad(dY, X, size, stride):
    dX = np.zeros(X.shape)
    for i in range(dY.shape[0]):
        for j in range(dY.shape[1]):
            at = np.s_[i * stride : i * stride + size, j * stride : j * stride + size]
            dX[at] += np.isclose(X[at], X[at].max()) * dY[i, j]
    return dX
