"""Softmax through logarithms, the target as a sum of comparisons, an update through a matrix of zeros."""

import numpy as np

# cell: train-softmax-answer
def softmax(Z):
    return np.exp(Z - np.logaddexp.reduce(Z, axis=-1, keepdims=True))

# cell: train-first-gradient-answer
def cross_entropy_grad(Z, t):
    N, K = Z.shape
    p = softmax(Z)
    jacobian = np.einsum("nk,kj->nkj", p, np.eye(K)) - np.einsum("nk,nj->nkj", p, p)
    truth = np.arange(K) == np.reshape(t, (-1, 1))
    return np.einsum("nk,nkj->nj", np.where(truth, -1 / p, 0), jacobian) / N

# cell: train-step-answer
def sgd_step(params, grads, lr):
    return tuple(np.add(p, np.multiply(g, -lr)) for p, g in zip(params, grads))
