"""
mark: 23
diagnosis: none

The answers by hand are means, and the two factors change places.
"""

# cell: filter-by-hand-answer
dF_11, dF_23 = 9 / 4, 11 / 4


# cell: filter-bug-answer
factor_dF, factor_db = 4, 144
