"""
mark: 22
diagnosis: rotated-forward

The filter is turned by 180 degrees first, as mathematicians do.
"""

# cell: conv-loop-answer
def convolve(X, F):
    KH, KW = F.shape
    Y = np.zeros((X.shape[0] - KH + 1, X.shape[1] - KW + 1))
    for i, j in np.ndindex(*Y.shape):
        Y[i, j] = (X[i : i + KH, j : j + KW] * np.rot90(F, 2)).sum()
    return Y
