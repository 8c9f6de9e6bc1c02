"""
mark: 21
diagnosis: bias-forgotten

The bias is missing in the output.
"""

# cell: chain-neuron-answer
def grad_neuron(x, w, b, t):
    error = np.dot(x, w) - t
    return 2 * error * x, 2 * error, 2 * error * w
