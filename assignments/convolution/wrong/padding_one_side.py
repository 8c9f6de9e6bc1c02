"""
mark: 24
diagnosis: padding-one-side

The border is added above and to the left only.
"""

# cell: conv-general-answer
def convolve_general(X, F, stride=1, padding=0):
    X = np.pad(X, ((padding, 0), (padding, 0)))
    return convolve(X, F)[::stride, ::stride]
