"""
mark: 26
diagnosis: overflow

The formula as it stands, without a shift.
"""

import numpy as np

# cell: train-softmax-answer
def softmax(Z):
    powers = np.exp(Z)
    return powers / powers.sum(axis=1)[:, None]
