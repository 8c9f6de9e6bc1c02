"""
mark: 22
diagnosis: window-off-by-one

One window too few in each direction.
"""

# cell: conv-loop-answer
def convolve(X, F):
    KH, KW = F.shape
    Y = np.zeros((X.shape[0] - KH, X.shape[1] - KW))
    for i, j in np.ndindex(*Y.shape):
        Y[i, j] = (X[i : i + KH, j : j + KW] * F).sum()
    return Y
