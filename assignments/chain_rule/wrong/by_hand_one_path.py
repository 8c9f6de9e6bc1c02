"""
mark: 22
diagnosis: none

Only one path is found by hand, and W is written the other way round.
"""

# cell: chain-two-paths-answer
dg_dx = 6


# cell: chain-shapes-answer
shape_dY, shape_dW, shape_dX = (4,), (6, 4), (6,)
