"""
mark: 14
diagnosis: bias-not-summed

db keeps one row for each image.
"""

import numpy as np

# cell: train-linear-answer
def linear_grad(dY, X, W):
    return np.dot(dY, W), np.dot(dY.T, X), dY
