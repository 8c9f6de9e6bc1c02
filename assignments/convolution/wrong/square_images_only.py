"""
mark: 25
diagnosis: none

The height stands for the width too.
"""

# cell: conv-loop-answer
def convolve(X, F):
    K, n = len(F), len(X)
    Y = np.zeros((n - K + 1, n - K + 1))
    for i, j in np.ndindex(*Y.shape):
        Y[i, j] = (X[i : i + K, j : j + K] * F).sum()
    return Y
