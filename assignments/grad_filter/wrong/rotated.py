"""
mark: 18
diagnosis: rotated-needlessly

A true convolution with dY: what is needed for dX is used for dF.
"""

# cell: filter-loop-answer
def grad_filter(dY, X, weight_shape, stride=1):
    KH, KW = weight_shape
    turned = np.rot90(dY, 2)
    dF = np.zeros(weight_shape)
    for i, j in np.ndindex(*dY.shape):
        dF += turned[i, j] * X[i * stride : i * stride + KH, j * stride : j * stride + KW]
    return dF
