"""
mark: 21
diagnosis: factor-forgotten

The derivative of a square without its 2.
"""

# cell: chain-neuron-answer
def grad_neuron(x, w, b, t):
    error = np.dot(x, w) + b - t
    return error * x, error, error * w
