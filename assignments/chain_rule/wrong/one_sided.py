"""
mark: 24
diagnosis: one-sided-difference

A nudge to one side only.
"""

# cell: chain-nudge-answer
def numerical_derivative(f, x, eps=1e-5):
    return (f(x + eps) - f(x)) / eps
