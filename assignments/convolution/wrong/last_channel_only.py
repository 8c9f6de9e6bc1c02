"""
mark: 23
diagnosis: none

Each channel replaces what the one before it left.
"""

# cell: conv-channels-answer
def convolve_channels(X, F, b):
    planes = []
    for o in range(len(F)):
        for c in range(len(X)):
            plane = convolve(X[c], F[o, c])
        planes.append(plane + b[o])
    return np.array(planes)
