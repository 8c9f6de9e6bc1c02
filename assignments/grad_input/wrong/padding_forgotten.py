"""
mark: 21
diagnosis: padding-forgotten

What is pasted starts at the image's corner, not at the border's.
"""

import numpy as np

# cell: input-general-answer
def grad_input_general(dY, F, input_shape, stride=1, padding=0):
    dX = np.zeros(input_shape)
    for i, j in np.ndindex(*dY.shape):
        for a, b in np.ndindex(*F.shape):
            h, w = i * stride + a, j * stride + b
            if h < input_shape[0] and w < input_shape[1]:
                dX[h, w] += dY[i, j] * F[a, b]
    return dX
