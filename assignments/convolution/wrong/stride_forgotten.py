"""
mark: 23
diagnosis: stride-forgotten

The stride is in the signature and nowhere else.
"""

# cell: conv-general-answer
def convolve_general(X, F, stride=1, padding=0):
    X = np.pad(X, padding)
    return convolve(X, F)
