"""Lists and sums where a matrix product would do."""

import numpy as np

# cell: train-softmax-answer
import math


def softmax(Z):
    rows = []
    for row in Z:
        powers = [math.exp(z - max(row)) for z in row]
        rows.append([power / sum(powers) for power in powers])
    return np.array(rows)

# cell: train-linear-answer
def linear_grad(dY, X, W):
    dX, dW, db = np.zeros(X.shape), np.zeros(W.shape), np.zeros(len(W))
    for g, x, dx in zip(dY, X, dX):
        for o in range(len(W)):
            dx += g[o] * W[o]
            dW[o] += g[o] * x
            db[o] += g[o]
    return [dX, dW, db]

# cell: train-backward-answer
def backward(params, X, t):
    F, b, W, c = params
    P, Y, A, V, Z = forward(params, X)
    dZ = cross_entropy_grad(Z, t)
    dY = (dZ @ W)[:, None] * np.sign(A) / 16
    return np.tensordot(dY, P, ([0, 1], [0, 1])), dY.sum((0, 1)), dZ.T @ V, dZ.sum(0)
