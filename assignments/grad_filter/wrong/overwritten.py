"""
mark: 18
diagnosis: overwritten

Each window replaces what the one before it left.
"""

# cell: filter-loop-answer
def grad_filter(dY, X, weight_shape, stride=1):
    dF = np.zeros(weight_shape)
    for i, j in np.ndindex(*dY.shape):
        for a, b in np.ndindex(*weight_shape):
            dF[a, b] = dY[i, j] * X[i * stride + a, j * stride + b]
    return dF
