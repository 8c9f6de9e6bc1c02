"""
mark: 23
diagnosis: stride-forgotten

The windows lie one cell apart, whatever the stride.
"""

# cell: filter-loop-answer
def grad_filter(dY, X, weight_shape, stride=1):
    KH, KW = weight_shape
    dF = np.zeros(weight_shape)
    for i, j in np.ndindex(*dY.shape):
        dF += dY[i, j] * X[i : i + KH, j : j + KW]
    return dF
