"""
mark: 21
diagnosis: update-ascends

The step goes uphill.
"""

# cell: train-step-answer
def sgd_step(params, grads, lr):
    new = []
    for k in range(len(params)):
        new.append(params[k] + lr * grads[k])
    return new
