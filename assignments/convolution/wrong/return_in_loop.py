"""
mark: 22
diagnosis: return-in-loop

The return stands inside the loop over the windows.
"""

# cell: conv-loop-answer
def convolve(X, F):
    KH, KW = F.shape
    Y = np.zeros((X.shape[0] - KH + 1, X.shape[1] - KW + 1))
    for i, j in np.ndindex(*Y.shape):
        Y[i, j] = (X[i : i + KH, j : j + KW] * F).sum()
        return Y
