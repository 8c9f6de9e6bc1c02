"""
mark: 22
diagnosis: transposed

Rows and columns of the filter change places.
"""

# cell: conv-loop-answer
def convolve(X, F):
    K = F.T
    Y = np.zeros((X.shape[0] - K.shape[0] + 1, X.shape[1] - K.shape[1] + 1))
    for i, j in np.ndindex(*Y.shape):
        Y[i, j] = (X[i : i + K.shape[0], j : j + K.shape[1]] * K).sum()
    return Y
