"""
mark: 22
diagnosis: transposed

"Rotate" is taken for "transpose".
"""

import numpy as np

# cell: input-rotate-answer
def rotate(F):
    return np.array([[F[a, b] for a in range(F.shape[0])] for b in range(F.shape[1])])
