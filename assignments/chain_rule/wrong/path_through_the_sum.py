"""
mark: 24
diagnosis: fan-out-not-summed

One of two paths: x is counted where it is added.
"""

# cell: chain-fan-out-answer
def grad_fan_out(x, y):
    return x, x
