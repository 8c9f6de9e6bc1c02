"""
mark: 23
diagnosis: none

By hand, the weights run forwards with the outputs; and a sum is thought to tell.
"""

# cell: input-by-hand-answer
dX_11 = 2 * 4
dX_22 = 2 * 5 - 1 * 1 + 1 * 2 + 4 * 3
dX_44 = -2 * 5

# cell: input-bug-answer
empty_pixels, sum_of_listing, right_sum = 7, 60, 84
