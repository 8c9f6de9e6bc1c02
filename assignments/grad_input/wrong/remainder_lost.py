"""
mark: 21
diagnosis: remainder-lost

The shape is worked out from dY, so rows that no window reads are missing.
"""

import numpy as np

# cell: input-general-answer
def grad_input_general(dY, F, input_shape, stride=1, padding=0):
    spread = np.zeros([(n - 1) * stride + 1 for n in dY.shape])
    spread[::stride, ::stride] = dY
    whole = slide(np.pad(spread, [(k - 1, k - 1) for k in F.shape]), F[::-1, ::-1])
    return whole[padding : len(whole) - padding, padding : len(whole[0]) - padding]
