"""
mark: 22
diagnosis: none

Right numbers, made by NumPy's own correlation.
"""

# cell: conv-loop-answer
def convolve(X, F):
    KH, KW = F.shape
    starts = range(X.shape[0] - KH + 1)
    return np.array([sum(np.correlate(X[i + a], F[a], "valid") for a in range(KH)) for i in starts])
