"""
mark: 13
diagnosis: sign

Target minus probability.
"""

import numpy as np

# cell: train-first-gradient-answer
def cross_entropy_grad(Z, t):
    return (np.eye(Z.shape[1])[t] - softmax(Z)) / len(t)
