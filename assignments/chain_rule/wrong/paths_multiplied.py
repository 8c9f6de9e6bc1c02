"""
mark: 23
diagnosis: none

Along a path rates are added, and paths are multiplied: the rule upside down.
"""

# cell: chain-loop-answer
def sum_over_paths(paths):
    total = 1.0
    for rates in paths:
        total *= sum(rates)
    return total
