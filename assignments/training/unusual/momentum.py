"""Small batches, momentum, single precision, and a class for the step."""

import numpy as np

# cell: train-step-answer
class Descent:
    def __call__(self, params, grads, lr):
        return list(map(lambda pair: pair[0] - pair[1] * lr, zip(params, grads)))


sgd_step = Descent()

# cell: train-loop-answer
def train(X, t, rate=0.3, keep=0.9):
    rng = np.random.default_rng(3)
    params = [rng.normal(scale=s, size=n).astype(np.float32) for s, n in [(0.4, (6, 9)), (0, 6), (0.4, (3, 6)), (0, 3)]]
    speed = [np.zeros_like(p) for p in params]
    for _ in range(60):
        for some in np.array_split(rng.permutation(len(X)), max(1, len(X) // 50)):
            speed = [keep * v + g for v, g in zip(speed, backward(params, X[some], t[some]))]
            params = sgd_step(params, speed, rate)
    return params

# cell: train-repair-answer
def step(W, b, X, t, lr):
    both = np.c_[W, b]
    inputs = np.c_[X, np.ones(len(X))]
    p = softmax(inputs @ both.T)
    both = both - lr * (p - np.eye(len(W))[t]).T @ inputs / len(X)
    return both[:, :-1], both[:, -1]
