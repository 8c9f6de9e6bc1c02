"""
mark: 23
diagnosis: batch-averaged-twice

Divided by the number of images, though dY knows about the mean.
"""

# cell: filter-batch-answer
def grad_filter_batch(dY, X, weight_shape):
    N, O, OH, OW = dY.shape
    KH, KW = weight_shape[2:]
    dF = np.zeros(weight_shape)
    for i, j in np.ndindex(OH, OW):
        dF += np.einsum("no,ncab->ocab", dY[:, :, i, j], X[:, :, i : i + KH, j : j + KW])
    return dF / N
