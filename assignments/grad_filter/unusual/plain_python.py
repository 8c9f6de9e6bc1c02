"""Lists and sums, and no array operation but the last."""

# cell: filter-by-hand-answer
dF_11, dF_23 = [float(text) for text in "9 11".split()]


# cell: filter-loop-answer
def grad_filter(dY, X, weight_shape, stride=1):
    def entry(a, b):
        places = [(i, j) for i in range(len(dY)) for j in range(len(dY[0]))]
        return sum(float(dY[i][j]) * float(X[i * stride + a][j * stride + b]) for i, j in places)

    return np.array([[entry(a, b) for b in range(weight_shape[1])] for a in range(weight_shape[0])])


# cell: filter-bias-answer
def grad_bias(dY):
    db = [0.0] * len(dY[0])
    for image in dY:
        for o, plane in enumerate(image):
            db[o] += sum(sum(row) for row in plane)
    return np.array(db)
