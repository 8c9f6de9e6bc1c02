"""Lists, sums and a recursion."""

# cell: input-paste-answer
def grad_input(dY, F, input_shape):
    def paths(h, w):
        return [(h - a, w - b, a, b) for a in range(len(F)) for b in range(len(F[0]))
                if 0 <= h - a < len(dY) and 0 <= w - b < len(dY[0])]

    return [[sum(float(dY[i][j]) * float(F[a][b]) for i, j, a, b in paths(h, w)) for w in range(input_shape[1])]
            for h in range(input_shape[0])]

# cell: input-rotate-answer
rotate = lambda F: [row[::-1] for row in F.tolist()[::-1]]

# cell: input-full-answer
def grad_input_full(dY, F):
    return grad_input(dY, F, (len(dY) + len(F) - 1, len(dY[0]) + len(F[0]) - 1))

# cell: input-general-answer
def grad_input_general(dY, F, input_shape, stride=1, padding=0):
    if padding:
        larger = grad_input_general(dY, F, [n + 2 for n in input_shape], stride, padding - 1)
        return larger[1:-1, 1:-1]
    holes = np.zeros([n - k + 1 for n, k in zip(input_shape, F.shape)])
    holes[: len(dY) * stride : stride, : len(dY[0]) * stride : stride] = dY
    return np.array(grad_input(holes, F, input_shape))
