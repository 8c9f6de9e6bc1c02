"""
mark: 16
diagnosis: sign

The gradient points the other way.
"""

# cell: filter-loop-answer
def grad_filter(dY, X, weight_shape, stride=1):
    KH, KW = weight_shape
    dF = np.zeros(weight_shape)
    for i, j in np.ndindex(*dY.shape):
        dF -= dY[i, j] * X[i * stride : i * stride + KH, j * stride : j * stride + KW]
    return dF
