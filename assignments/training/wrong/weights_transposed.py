"""
mark: 14
diagnosis: weights-transposed

dW comes out with the inputs first.
"""

# cell: train-linear-answer
def linear_grad(dY, X, W):
    return dY @ W, X.T @ dY, dY.sum(axis=0)
