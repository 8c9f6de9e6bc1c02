"""
mark: 24
diagnosis: averaged

The bias gets the mean of the errors.
"""

# cell: filter-bias-answer
def grad_bias(dY):
    return dY.mean(axis=(0, 2, 3))
