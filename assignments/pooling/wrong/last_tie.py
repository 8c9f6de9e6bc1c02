"""
mark: 23
diagnosis: last-tie

With >= the last maximum wins.
"""

import numpy as np

# cell: pool-max-grad-answer
def max_pool_grad(dY, X, size, stride):
    dX = np.zeros(X.shape)
    for i, j in np.ndindex(*dY.shape):
        best = -np.inf
        for h in range(i * stride, i * stride + size):
            for w in range(j * stride, j * stride + size):
                if X[h, w] >= best:
                    best, place = X[h, w], (h, w)
        dX[place] += dY[i, j]
    return dX
