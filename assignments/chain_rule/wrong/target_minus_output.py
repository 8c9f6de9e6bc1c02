"""
mark: 21
diagnosis: sign

The error is the target minus the output, so all gradients point uphill.
"""

# cell: chain-neuron-answer
def grad_neuron(x, w, b, t):
    error = t - (np.dot(x, w) + b)
    return 2 * error * x, 2 * error, 2 * error * w
