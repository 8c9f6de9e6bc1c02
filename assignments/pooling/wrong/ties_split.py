"""
mark: 23
diagnosis: ties-split

Equal maxima share the gradient.
"""

import numpy as np

# cell: pool-max-grad-answer
def max_pool_grad(dY, X, size, stride):
    dX = np.zeros(X.shape)
    for i in range(dY.shape[0]):
        for j in range(dY.shape[1]):
            at = np.s_[i * stride : i * stride + size, j * stride : j * stride + size]
            wins = X[at] == X[at].max()
            dX[at] += wins * dY[i, j] / wins.sum()
    return dX
