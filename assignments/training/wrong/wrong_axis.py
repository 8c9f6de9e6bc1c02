"""
mark: 24
diagnosis: softmax-over-wrong-axis

The sum runs down the columns; the later functions have a softmax of their own.
"""

import numpy as np

# cell: train-softmax-answer
def softmax(Z):
    powers = np.exp(Z - np.max(Z))
    return powers / np.sum(powers, axis=0)

# cell: train-first-gradient-answer
def cross_entropy_grad(Z, t):
    powers = np.exp(Z - Z.max(axis=1, keepdims=True))
    return (powers / powers.sum(axis=1, keepdims=True) - np.eye(Z.shape[1])[t]) / len(Z)
