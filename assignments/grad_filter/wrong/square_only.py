"""
mark: 19
diagnosis: none

Written for square filters: the height is used for both sides, and the result is cut to fit.
"""

# cell: filter-loop-answer
def grad_filter(dY, X, weight_shape, stride=1):
    K = weight_shape[0]
    dF = np.zeros((K, K))
    for i, j in np.ndindex(*dY.shape):
        window = X[i * stride : i * stride + K, j * stride : j * stride + K]
        dF[: window.shape[0], : window.shape[1]] += dY[i, j] * window
    return dF
