"""
mark: 25
diagnosis: none

The bias is added once for each channel of the image.
"""

# cell: conv-channels-answer
def convolve_channels(X, F, b):
    return np.array([sum(convolve(x, f) + b[o] for x, f in zip(X, F[o])) for o in range(len(F))])
