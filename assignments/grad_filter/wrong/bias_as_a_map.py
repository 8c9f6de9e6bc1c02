"""
mark: 24
diagnosis: bias-not-summed

One bias for each place of the output.
"""

# cell: filter-bias-answer
def grad_bias(dY):
    return dY.sum(axis=0)
