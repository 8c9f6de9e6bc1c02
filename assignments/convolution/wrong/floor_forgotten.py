"""
mark: 25
diagnosis: floor-forgotten

A division that leaves fractions of windows.
"""

# cell: conv-size-answer
def output_size(n, k, stride=1, padding=0, dilation=1):
    return (n + 2 * padding - dilation * (k - 1) - 1) / stride + 1
