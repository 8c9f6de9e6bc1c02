"""
mark: 16
diagnosis: operands-swapped

The image slides over dY, so the result is turned by 180 degrees.
"""

# cell: filter-loop-answer
def grad_filter(dY, X, weight_shape, stride=1):
    KH, KW = weight_shape
    dF = np.zeros(weight_shape)
    for a, b in np.ndindex(KH, KW):
        for i, j in np.ndindex(*dY.shape):
            dF[KH - 1 - a, KW - 1 - b] += dY[i, j] * X[i * stride + a, j * stride + b]
    return dF
