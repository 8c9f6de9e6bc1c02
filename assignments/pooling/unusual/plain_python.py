"""Lists and dictionaries."""

# cell: pool-max-answer
def max_pool(X, size, stride):
    tops = range(0, len(X) - size + 1, stride)
    lefts = range(0, len(X[0]) - size + 1, stride)
    return [[max(float(X[h][w]) for h in range(top, top + size) for w in range(left, left + size)) for left in lefts]
            for top in tops]

# cell: pool-max-grad-answer
def max_pool_grad(dY, X, size, stride):
    found = {}
    for i, row in enumerate(dY):
        for j, gradient in enumerate(row):
            cells = [(h, w) for h in range(i * stride, i * stride + size) for w in range(j * stride, j * stride + size)]
            winner = min(cells, key=lambda cell: (-X[cell], cell))
            found[winner] = found.get(winner, 0.0) + float(gradient)
    return [[found.get((h, w), 0.0) for w in range(len(X[0]))] for h in range(len(X))]

# cell: pool-repair-answer
def pool_backward(dY, places, input_shape):
    flat = [0.0] * (input_shape[0] * input_shape[1])
    for place, gradient in zip(places.ravel().tolist(), dY.ravel().tolist()):
        flat[place] += gradient
    return [flat[k : k + input_shape[1]] for k in range(0, len(flat), input_shape[1])]
