"""
mark: 24
diagnosis: none

The nudge is always the same, whatever eps says.
"""

# cell: chain-nudge-answer
def numerical_derivative(f, x, eps=1e-5):
    return (f(x + 1e-5) - f(x - 1e-5)) / 2e-5
