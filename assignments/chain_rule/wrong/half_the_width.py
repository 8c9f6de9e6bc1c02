"""
mark: 22
diagnosis: factor-forgotten

Two nudges, divided by the width of one.
"""

# cell: chain-nudge-answer
def numerical_derivative(f, x, eps=1e-5):
    return (f(x + eps) - f(x - eps)) / eps
