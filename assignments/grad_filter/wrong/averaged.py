"""
mark: 18
diagnosis: averaged

A mean over the windows in place of their sum.
"""

# cell: filter-loop-answer
def grad_filter(dY, X, weight_shape, stride=1):
    KH, KW = weight_shape
    dF = np.zeros(weight_shape)
    for i, j in np.ndindex(*dY.shape):
        dF += dY[i, j] * X[i * stride : i * stride + KH, j * stride : j * stride + KW]
    return dF / dY.size
