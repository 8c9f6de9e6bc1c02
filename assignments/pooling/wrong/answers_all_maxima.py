"""
mark: 23
diagnosis: none

By hand, every maximum gets the gradient; the listing is thought to keep the first.
"""

# cell: pool-by-hand-answer
dX_12, dX_24, dX_34 = 4 - 1, 2 + 6, 6

# cell: pool-bug-answer
pixel_5_listing, pixel_5_right, lost = 1, 1011, 1110
