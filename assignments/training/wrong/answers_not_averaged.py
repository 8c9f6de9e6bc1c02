"""
mark: 23
diagnosis: none

By hand, the mean is forgotten, and the biases of the shapes too.
"""

# cell: train-by-hand-answer
dZ_11, dZ_22 = 1 / 4 - 1, 1 / 5

# cell: train-shapes-answer
learned, shape_of_dV, shape_of_dY = 96, (20, 8), (20, 16, 8)
