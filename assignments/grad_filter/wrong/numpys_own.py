"""
mark: 16
diagnosis: none

Right numbers, made by NumPy's own correlation, which a function beside it calls.
"""

# cell: filter-loop-answer
def along(row, weights):
    return np.correlate(row, weights, "valid")


def grad_filter(dY, X, weight_shape, stride=1):
    OH, OW = dY.shape
    spread = np.zeros((OH, (OW - 1) * stride + 1))
    spread[:, ::stride] = dY
    KH, KW = weight_shape
    read = X[:, : spread.shape[1] + KW - 1]
    return np.array([sum(along(read[a + i * stride], spread[i]) for i in range(OH)) for a in range(KH)])
