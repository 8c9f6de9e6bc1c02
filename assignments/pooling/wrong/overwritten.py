"""
mark: 20
diagnosis: overwritten

The gradient is put at the winner's place, where it should be added.
"""

import numpy as np

# cell: pool-max-grad-answer
def max_pool_grad(dY, X, size, stride):
    dX = np.zeros(X.shape)
    for i, j in np.ndindex(*dY.shape):
        window = X[i * stride : i * stride + size, j * stride : j * stride + size]
        a, b = divmod(int(window.argmax()), size)
        dX[i * stride + a, j * stride + b] = dY[i, j]
    return dX
