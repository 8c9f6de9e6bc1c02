"""
mark: 23
diagnosis: none

The return stands inside the loop over the paths.
"""

# cell: chain-loop-answer
def sum_over_paths(paths):
    total = 0.0
    for rates in paths:
        total += np.prod(rates)
        return total
