"""
mark: 25
diagnosis: starts-at-zero

The search for the maximum starts with 0.
"""

import numpy as np

# cell: pool-max-answer
def max_pool(X, size, stride):
    OH, OW = (X.shape[0] - size) // stride + 1, (X.shape[1] - size) // stride + 1
    Y = np.zeros((OH, OW))
    for i, j in np.ndindex(OH, OW):
        for a, b in np.ndindex(size, size):
            if X[i * stride + a, j * stride + b] > Y[i, j]:
                Y[i, j] = X[i * stride + a, j * stride + b]
    return Y
