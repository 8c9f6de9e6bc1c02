"""
mark: 24
diagnosis: none

The addition was given up, which loses as much.
"""

import numpy as np

# cell: pool-repair-answer
def pool_backward(dY, places, input_shape):
    dX = np.zeros(input_shape)
    for place, gradient in zip(places.ravel(), dY.ravel()):
        dX.flat[place] = gradient
    return dX
