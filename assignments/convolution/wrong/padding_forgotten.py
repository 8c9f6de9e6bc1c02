"""
mark: 24
diagnosis: padding-forgotten

The padding is in the signature and nowhere else.
"""

# cell: conv-general-answer
def convolve_general(X, F, stride=1, padding=0):
    return convolve(X, F)[::stride, ::stride]
