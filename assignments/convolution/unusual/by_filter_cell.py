"""The filter's cells are walked, not the windows: each adds a shifted image."""

# cell: conv-size-answer
def output_size(n, k, stride=1, padding=0, dilation=1):
    last = n + 2 * padding - 1 - dilation * (k - 1)
    return sum(1 for start in range(last + 1) if start % stride == 0)


# cell: conv-loop-answer
def convolve(X, F):
    (H, W), (KH, KW) = X.shape, F.shape
    return sum(F[a, b] * X[a : H - KH + 1 + a, b : W - KW + 1 + b] for a in range(KH) for b in range(KW))


# cell: conv-general-answer
def convolve_general(X, F, stride=1, padding=0):
    (H, W), (KH, KW) = X.shape, F.shape
    Y = np.zeros((output_size(H, KH, stride, padding), output_size(W, KW, stride, padding)))
    for (i, j), (a, b) in ((out, cell) for cell in np.ndindex(KH, KW) for out in np.ndindex(*Y.shape)):
        h, w = i * stride + a - padding, j * stride + b - padding
        if 0 <= h < H and 0 <= w < W:
            Y[i, j] += X[h, w] * F[a, b]
    return Y
