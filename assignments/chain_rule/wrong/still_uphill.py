"""
mark: 23
diagnosis: none

The sign of the rate is turned on every step, so it goes down and up.
"""

# cell: chain-repair-answer
def descend(gradient, w, rate, steps):
    for _ in range(steps):
        rate = -rate
        w = w + rate * gradient(w)
    return w
