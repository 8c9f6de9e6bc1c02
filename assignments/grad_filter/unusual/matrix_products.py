"""Windows laid out as a matrix, transposed and multiplied with the flat gradient."""

# cell: filter-heights-answer
heights = [6, 5]


# cell: filter-loop-answer
def grad_filter(dY, X, weight_shape, stride=1):
    KH, KW = weight_shape
    rows = stride * np.arange(dY.shape[0])[:, None] + np.arange(KH)
    columns = stride * np.arange(dY.shape[1])[:, None] + np.arange(KW)
    M = X[rows[:, None, :, None], columns[None, :, None, :]].reshape(dY.size, KH * KW)
    return (M.T @ dY.reshape(-1)).reshape(KH, KW)


# cell: filter-batch-answer
def grad_filter_batch(dY, X, weight_shape):
    O, C, KH, KW = weight_shape
    parts = [
        [sum(grad_filter(dY[n, o], X[n, c], (KH, KW)) for n in range(len(X))) for c in range(C)]
        for o in range(O)
    ]
    return np.array(parts)
