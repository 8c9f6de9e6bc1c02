"""
mark: 13
diagnosis: gradient-as-dp

The gradient for the probabilities is handed on.
"""

import numpy as np

# cell: train-first-gradient-answer
def cross_entropy_grad(Z, t):
    p, N = softmax(Z), len(t)
    dp = np.zeros(p.shape)
    dp[np.arange(N), t] = -1 / p[np.arange(N), t] / N
    return dp
