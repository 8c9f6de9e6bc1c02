"""
mark: 23
diagnosis: window-off-by-one

The first window is not counted.
"""

# cell: conv-size-answer
def output_size(n, k, stride=1, padding=0, dilation=1):
    return (n + 2 * padding - dilation * (k - 1) - 1) // stride
