"""
mark: 20
diagnosis: none

The answers by hand turn the filter, and the listing is believed.
"""

# cell: conv-by-hand-answer
Y_11, Y_23 = 8, 18


# cell: conv-nudge-answer
change = np.array([[1, 3, 0], [-2, 4, 0]])


# cell: conv-repair-answer
def windows(X, KH, KW, stride=1):
    rows = (X.shape[0] - KH) // stride + 1
    columns = (X.shape[0] - KW) // stride + 1
    M = np.zeros((rows * columns, KH * KW))
    for k in range(rows * columns):
        top, left = stride * (k // columns), stride * (k % columns)
        M[k] = X[top : top + KH, left : left + KW].ravel()
    return M
