"""Plain Python with lists, and recursion for the size."""

# cell: conv-size-answer
def output_size(n, k, stride=1, padding=0, dilation=1):
    if padding:
        return output_size(n + 2 * padding, k, stride, 0, dilation)
    if n <= dilation * (k - 1):
        return 0
    return 1 + output_size(n - stride, k, stride, 0, dilation)


# cell: conv-loop-answer
def convolve(X, F):
    X, F = X.tolist(), F.tolist()

    def at(i, j):
        return sum(f * X[i + a][j + b] for a, row in enumerate(F) for b, f in enumerate(row))

    return np.array([[at(i, j) for j in range(len(X[0]) - len(F[0]) + 1)] for i in range(len(X) - len(F) + 1)])


# cell: conv-nudge-answer
change = [[4, -2, 0], [3, 1, 0]]


# cell: conv-by-hand-answer
Y_11, Y_23 = (X[:2, :2] * F).sum(), np.vdot(X[1:, 2:], F)
