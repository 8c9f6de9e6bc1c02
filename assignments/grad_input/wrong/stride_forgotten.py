"""
mark: 21
diagnosis: stride-forgotten

The windows stand side by side, as many solutions of a well-known course had it.
"""

import numpy as np

# cell: input-general-answer
def grad_input_general(dY, F, input_shape, stride=1, padding=0):
    H, W = input_shape
    dX = np.zeros((H + 2 * padding, W + 2 * padding))
    for h in range(dY.shape[0]):
        for w in range(dY.shape[1]):
            dX[h : h + F.shape[0], w : w + F.shape[1]] += F * dY[h, w]
    return dX[padding : H + padding, padding : W + padding]
