"""
mark: 18
diagnosis: stride-forgotten

The windows of the backward pass tile the image, whatever the stride.
"""

import numpy as np

# cell: pool-max-grad-answer
def max_pool_grad(dY, X, size, stride):
    dX = np.zeros(X.shape)
    for i, j in np.ndindex(*dY.shape):
        part = X[i * size : (i + 1) * size, j * size : (j + 1) * size]
        if part.size:
            a, b = np.unravel_index(part.argmax(), part.shape)
            dX[i * size + a, j * size + b] += dY[i, j]
    return dX
