"""
mark: 15
diagnosis: mean-forgotten

p - t, and nobody divides by the batch; the steps of the training are then far too large.
"""

import numpy as np

# cell: train-first-gradient-answer
def cross_entropy_grad(Z, t):
    target = np.zeros(Z.shape)
    for n, label in enumerate(t):
        target[n, label] = 1
    return softmax(Z) - target
