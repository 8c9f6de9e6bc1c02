"""dF as the image correlated with dY spread out by the stride; no window is named."""

# cell: filter-loop-answer
from numpy.lib.stride_tricks import sliding_window_view


def grad_filter(dY, X, weight_shape, stride=1):
    OH, OW = dY.shape
    spread = np.zeros(((OH - 1) * stride + 1, (OW - 1) * stride + 1))
    spread[::stride, ::stride] = dY
    KH, KW = weight_shape
    read = X[: spread.shape[0] + KH - 1, : spread.shape[1] + KW - 1]
    return np.einsum("abij,ij->ab", sliding_window_view(read, spread.shape), spread)


# cell: filter-bias-answer
grad_bias = lambda dY: np.einsum("noij->o", dY)


# cell: filter-batch-answer
def grad_filter_batch(dY, X, weight_shape):
    windows = sliding_window_view(X, dY.shape[2:], axis=(2, 3))
    return np.einsum("ncabij,noij->ocab", windows, dY)
