"""
mark: 22
diagnosis: flipped-one-way

The filter is turned upside down only.
"""

# cell: conv-loop-answer
def convolve(X, F):
    KH, KW = F.shape
    Y = np.zeros((X.shape[0] - KH + 1, X.shape[1] - KW + 1))
    for i, j in np.ndindex(*Y.shape):
        for a, b in np.ndindex(KH, KW):
            Y[i, j] += X[i + a, j + b] * F[KH - 1 - a, b]
    return Y
