"""
mark: 23
diagnosis: overwritten

The loop over the images starts anew with each one.
"""

# cell: filter-batch-answer
def grad_filter_batch(dY, X, weight_shape):
    N, O, OH, OW = dY.shape
    KH, KW = weight_shape[2:]
    for n in range(N):
        dF = np.zeros(weight_shape)
        for o, i, j in np.ndindex(O, OH, OW):
            dF[o] += dY[n, o, i, j] * X[n, :, i : i + KH, j : j + KW]
    return dF
