"""
mark: 25
diagnosis: none

Both signs were changed, so that now the weights go uphill.
"""

import numpy as np

# cell: train-repair-answer
def step(W, b, X, t, lr):
    missing = np.eye(len(W))[t] - softmax(X @ W.T + b)
    W = W - lr * missing.T @ X / len(X)
    b = b + lr * missing.sum(axis=0) / len(X)
    return W, b
