"""
mark: 18
diagnosis: not-rotated, padding-forgotten

No rotation while sliding, and the padding is never cropped.
"""

import numpy as np

# cell: input-full-answer
def grad_input_full(dY, F):
    return slide(np.pad(dY, [(k - 1, k - 1) for k in F.shape]), F)

# cell: input-general-answer
def grad_input_general(dY, F, input_shape, stride=1, padding=0):
    dX = np.zeros([n + 2 * padding for n in input_shape])
    for i, j in np.ndindex(*dY.shape):
        dX[i * stride :, j * stride :][: F.shape[0], : F.shape[1]] += dY[i, j] * F
    return dX
