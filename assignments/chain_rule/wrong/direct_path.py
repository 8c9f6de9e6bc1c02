"""
mark: 24
diagnosis: fan-out-not-summed

The other path: x is counted where it is multiplied.
"""

# cell: chain-fan-out-answer
def grad_fan_out(x, y):
    return x + y, x
