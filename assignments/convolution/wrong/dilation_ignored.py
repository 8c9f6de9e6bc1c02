"""
mark: 26
diagnosis: dilation-ignored

The filter is as wide as it has cells.
"""

# cell: conv-size-answer
def output_size(n, k, stride=1, padding=0, dilation=1):
    return (n + 2 * padding - k) // stride + 1
